#include "lockstep/shared.h"
#include "dist/mpi.h"
#include "lockstep/memory.h"
#include "lockstep/types.h"
#include <stdint.h>
#include <string.h>

struct lk_shared {
  lk_common *common; /* owned */
  int rank, ranks;   /* of the host */
};

/* One rank writes all of it, so that memory that is not there is missed now. */
static lk_status open_window(lk_shared *shared, size_t bytes, void **array) {
  void *memory;
  LK_TRY(lk_common_open(shared->common, bytes + LK_ALIGNMENT, &memory, &shared->rank,
                        &shared->ranks));
  uintptr_t start = ((uintptr_t)memory + LK_ALIGNMENT - 1) / LK_ALIGNMENT * LK_ALIGNMENT;
  *array = (void *)start;
  if (shared->rank == 0) memset(*array, 0, bytes);
  return LK_OK;
}

lk_status lk_shared_create(lk_shared **out, lk_world *world, size_t bytes, void **array) {
  lk_shared *shared = NULL;
  *out = NULL;
  lk_status status = LK_NEW(shared, 1);
  if (status == LK_OK) status = lk_common_create(&shared->common);
  status = lk_world_agree(world, status);
  if (status == LK_OK) status = open_window(shared, bytes, array);
  if (status == LK_OK) status = lk_world_agree(world, LK_OK); /* it is zeros for all */
  if (status == LK_OK)
    *out = shared;
  else
    lk_shared_free(shared);
  return status;
}

void lk_shared_part(const lk_shared *shared, size_t count, size_t *first, size_t *size) {
  size_t lines = (count + LK_ALIGNMENT - 1) / LK_ALIGNMENT, ranks = (size_t)shared->ranks;
  size_t begin = lines * (size_t)shared->rank / ranks * LK_ALIGNMENT;
  size_t end = lines * ((size_t)shared->rank + 1) / ranks * LK_ALIGNMENT;
  *first = begin < count ? begin : count;
  *size = (end < count ? end : count) - *first;
}

void lk_shared_free(lk_shared *shared) {
  if (!shared) return;
  lk_common_free(shared->common);
  lk_free(shared);
}

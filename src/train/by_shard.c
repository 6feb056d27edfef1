#include "train/by_shard.h"
#include "lockstep/memory.h"
#include <assert.h>

/* The shards' numbers, as they come. */
typedef struct {
  uint64_t *numbers; /* (shards) */
  int count;
} number_list;

enum { NO_SHARD = -1 }; /* in place of a number, of a rank with fewer shards than others */

static void take_numbers(void *context, int rank, size_t first, const double *numbers,
                         size_t count) {
  number_list *list = context;
  (void)rank;
  (void)first;
  for (size_t i = 0; i < count; i++)
    if (numbers[i] >= 0) list->numbers[list->count++] = (uint64_t)numbers[i];
}

/* Of this rank's shards, with room for as many as any rank has. */
static lk_status list_numbers(lk_world *world, lk_slice slice, lk_number_of_shard *of,
                              const void *context, double **mine, int *most) {
  *most = slice.shards;
  if (world) LK_TRY(lk_world_most_shards(world, slice.shards, most));
  assert(slice.shard_count <= *most);
  LK_TRY(LK_NEW(*mine, (size_t)*most));
  for (int i = 0; i < *most; i++)
    (*mine)[i] =
        i < slice.shard_count ? (double)of(context, slice.first_shard + i) : NO_SHARD;
  return LK_OK;
}

lk_status lk_by_shard(lk_world *world, lk_slice slice, lk_number_of_shard *of,
                      const void *context, uint64_t *numbers) {
  number_list list = {numbers, 0};
  double *mine = NULL;
  int most;
  lk_status status = list_numbers(world, slice, of, context, &mine, &most);
  if (world) status = lk_world_agree(world, status);
  if (status == LK_OK && world)
    status = lk_world_each(world, mine, (size_t)most, take_numbers, &list);
  else if (status == LK_OK)
    take_numbers(&list, 0, 0, mine, (size_t)most);
  assert(status != LK_OK || list.count == slice.shards);
  lk_free(mine);
  return status;
}

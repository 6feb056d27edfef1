#include "prepare/seen.h"
#include "lockstep/memory.h"
#include <assert.h>

enum { FIRST_ROOM = 1024 };

static int is_free(lk_hash_pair hash) {
  return !hash.high && !hash.low;
}

/* Where it is, or the free place where it would be. */
static lk_hash_pair *find(const lk_seen *seen, lk_hash_pair hash) {
  assert(seen->count < seen->room);
  for (uint64_t i = hash.low;; i++) {
    lk_hash_pair *place = &seen->table[i & (seen->room - 1)];
    if (is_free(*place) || (place->low == hash.low && place->high == hash.high))
      return place;
  }
}

static lk_status grow(lk_seen *seen) {
  lk_seen larger = {.count = seen->count, .room = seen->room ? 2 * seen->room : FIRST_ROOM};
  LK_TRY(lk_allocate((void **)&larger.table, larger.room, sizeof *larger.table,
                     "the hashes of all documents"));
  for (uint64_t i = 0; i < seen->room; i++)
    if (!is_free(seen->table[i])) *find(&larger, seen->table[i]) = seen->table[i];
  lk_free(seen->table);
  *seen = larger;
  return LK_OK;
}

lk_status lk_seen_add(lk_seen *seen, lk_hash_pair hash, int *is_new) {
  if (is_free(hash)) hash.low = 1;
  if (3 * (seen->count + 1) > 2 * seen->room) LK_TRY(grow(seen));
  lk_hash_pair *place = find(seen, hash);
  *is_new = is_free(*place);
  *place = hash;
  seen->count += *is_new != 0;
  return LK_OK;
}

void lk_seen_free(lk_seen *seen) {
  lk_free(seen->table);
  *seen = (lk_seen){0};
}

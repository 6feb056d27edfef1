/* Hashes that were met. Private to src/prepare. */
#ifndef LOCKSTEP_PREPARE_SEEN_H
#define LOCKSTEP_PREPARE_SEEN_H

#include "lockstep/hash.h"

/* All zero is empty. */
typedef struct {
  lk_hash_pair *table; /* [room], a power of two; {0, 0}: free */
  uint64_t count, room;
} lk_seen;

/* *is_new: it was not met before, and is from now on. */
lk_status lk_seen_add(lk_seen *seen, lk_hash_pair hash, int *is_new);
void lk_seen_free(lk_seen *seen);

#endif

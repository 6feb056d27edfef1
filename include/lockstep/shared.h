/* An array that all ranks of a host have in common: each sees what the others write. */
#ifndef LOCKSTEP_SHARED_H
#define LOCKSTEP_SHARED_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include "lockstep/world.h"
#include <stddef.h>

LK_C_BEGIN

typedef struct lk_shared lk_shared;

/* All ranks: *array, so many bytes that are zeros, once on each host (an MPI-3 shared
 * window), aligned to LK_ALIGNMENT. Who writes what, and when others may read it, is the
 * callers' to agree on: a rank that has had a message sent after a write sees the write.
 * The caller owns *out: lk_shared_free, which all ranks call. */
lk_status lk_shared_create(lk_shared **out, lk_world *world, size_t bytes, void **array);
void lk_shared_free(lk_shared *shared);

/* This rank's part of `count` elements, *size of them from *first on, where the ranks of a
 * host divide what is to be done to such an array: all parts are all of it, and no two have
 * a cache line in common. Not collective. */
void lk_shared_part(const lk_shared *shared, size_t count, size_t *first, size_t *size);

LK_C_END

#endif

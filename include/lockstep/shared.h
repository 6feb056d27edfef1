/* An array that all ranks of a host have in common: each sees what the others write. */
#ifndef LOCKSTEP_SHARED_H
#define LOCKSTEP_SHARED_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include "lockstep/world.h"
#include <stddef.h>

LK_C_BEGIN

typedef struct lk_shared lk_shared;

/* All ranks: *array, `count` floats that are zeros, once on each host (an MPI-3 shared
 * window), aligned to LK_ALIGNMENT. Who writes what, and when others may read it, is the
 * callers' to agree on: a rank that has had a message sent after a write sees the write.
 * The caller owns *out: lk_shared_free, which all ranks call. */
lk_status lk_shared_create(lk_shared **out, lk_world *world, size_t count, float **array);
void lk_shared_free(lk_shared *shared);

LK_C_END

#endif

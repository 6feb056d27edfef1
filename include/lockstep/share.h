/* What rank 0 read, on every rank: only rank 0 needs to see the file. */
#ifndef LOCKSTEP_SHARE_H
#define LOCKSTEP_SHARE_H

#include "lockstep/linkage.h"
#include "lockstep/store.h"
#include "lockstep/world.h"

LK_C_BEGIN

/* All ranks: rank 0 passes its checkpoint (or NULL), the others NULL in *checkpoint; all
 * get a copy, or NULL. The caller owns it: lk_checkpoint_free. */
lk_status lk_checkpoint_share(lk_world *world, lk_checkpoint **checkpoint);

/* All ranks: rank 0 reads path and checks its parameters (lk_checkpoint_check), all get it;
 * fails on all alike. */
lk_status lk_checkpoint_load(lk_world *world, const char *path, lk_checkpoint **checkpoint);

/* All ranks: rank 0 reads a file or a pipe (lk_file_read), all get its bytes with a zero
 * behind them; fails on all alike. The caller owns *bytes: lk_free. */
lk_status lk_file_share(lk_world *world, const char *path, char **bytes, size_t *size);

LK_C_END

#endif

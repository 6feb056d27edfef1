/* The file of an open checkpoint. Private to src/store. */
#ifndef LOCKSTEP_STORE_CHECKPOINT_FILE_H
#define LOCKSTEP_STORE_CHECKPOINT_FILE_H

#include "store/h5.h"

struct lk_checkpoint_file {
  lk_h5_file h5;
  char *path; /* owned */
};

/* The datasets of a group, as they must be. LK_BAD_DATA. */
lk_status lk_checkpoint_check_group(const lk_checkpoint *checkpoint, lk_group group);

/* A tensor's rows (lk_h5_rows) that are read or written at a time, *row numbers each: a
 * MiB, or one row. */
uint64_t lk_checkpoint_rows(const lk_h5_array *array, uint64_t *row);

/* Room for so many of any tensor. The caller owns *piece: lk_free. */
lk_status lk_checkpoint_piece(const lk_parameters *table, float **piece);

/* Of parameters with this hash. LK_BAD_DATA unless it is the one that the file states. */
lk_status lk_checkpoint_check_hash(const lk_checkpoint *checkpoint, const lk_hash *hash);

/* What reading it came to: LK_NO_INPUT when the file itself could not be read, or changed;
 * else `status`. */
lk_status lk_checkpoint_verdict(const lk_checkpoint *checkpoint, lk_status status);

#endif

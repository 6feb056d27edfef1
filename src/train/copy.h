/* checkpoint_copy: each checkpoint a second time, on another host's disk, and back from
 * there when the run directory has lost its own. Private to src/train. */
#ifndef LOCKSTEP_TRAIN_COPY_H
#define LOCKSTEP_TRAIN_COPY_H

#include "train/training.h"

/* All ranks, once rank 0 has looked for a checkpoint (lost: none was good, and what was
 * wrong; NULL: all is well, or this is another rank) and the data is read: opens the folder
 * of copies, if the config names one, on the first rank of another host than rank 0's (or
 * rank 1, where there is none). If the run has lost its checkpoints (resume=auto found
 * none, or no good one), the newest good copy that any host has in such a folder becomes
 * one of them, and *resumed. LK_BAD_DATA where all stays lost. */
lk_status lk_copy_begin(lk_training *training, const char *lost, lk_checkpoint **resumed);
void lk_copy_end(lk_checkpoint_copy *copy);

/* All ranks, when a checkpoint was written, or is being written beside training, which is
 * the same on all: the second one is copied later. copy NULL: nothing happens. */
lk_status lk_copy_written(lk_training *training, int is_beside);

/* All ranks, after a step: copies what was written beside training, once it is there, if
 * that is owed. A copy that cannot be made is said, and training goes on: the checkpoint
 * itself is there. */
lk_status lk_copy_after_step(lk_training *training);

/* The same when the next checkpoint is due and the one before has been waited for, unless
 * that is the run's last, which takes its place and may be in a hurry. */
lk_status lk_copy_before_next(lk_training *training);

/* Rank 0: the checkpoint of a step is there, which is owed. */
void lk_copy_note(lk_checkpoint_copy *copy, uint64_t step);

/* Seconds for which copies between checkpoints have held training up since the last call.
 */
double lk_copy_seconds(lk_checkpoint_copy *copy);

#endif

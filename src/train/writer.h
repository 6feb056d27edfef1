/* A checkpoint that is written while training goes on: its numbers are copied first, and a
 * thread writes the copy. The thread calls no MPI. Private to src/train. */
#ifndef LOCKSTEP_TRAIN_WRITER_H
#define LOCKSTEP_TRAIN_WRITER_H

#include "lockstep/run.h"

typedef struct lk_checkpoint_writer lk_checkpoint_writer;

/* Room for a copy of so many parameters, of their moments and, with_average, of their
 * running mean, as lk_writer_bytes counts it. Not collective. The caller owns *out:
 * lk_writer_free, which waits for what is being written. */
lk_status lk_writer_create(lk_checkpoint_writer **out, size_t count, int with_average);
void lk_writer_free(lk_checkpoint_writer *writer);

uint64_t lk_writer_bytes(uint64_t count, int with_average);

/* The copy's room for a group, (count): for numbers that are not in memory as a whole.
 * Nothing may be under way. NULL: it has none. */
float *lk_writer_room(lk_checkpoint_writer *writer, lk_group group);

/* Copies the checkpoint's numbers, but for those that it has none of: they have been
 * put into their room. Nothing may be under way. Takes over the texts of checkpoint->info;
 * the tokenizer and the table stay the caller's, and as they are until the wait. */
void lk_writer_copy(lk_checkpoint_writer *writer, const lk_checkpoint *checkpoint);

/* Saves the copy in the run (lk_run_save), which nobody else saves in until the wait. Where
 * no thread can be had it is done before this returns. */
void lk_writer_start(lk_checkpoint_writer *writer, lk_run *run);

/* Nonzero from the start to the wait; and from when nothing is left to wait for. */
int lk_writer_is_under_way(const lk_checkpoint_writer *writer);
int lk_writer_has_ended(const lk_checkpoint_writer *writer);

/* Nonzero when it has ended with more than a full disk. writer may be NULL. */
int lk_writer_has_failed(const lk_checkpoint_writer *writer);

/* Waits until nothing is under way: its outcome, LK_OK when nothing was. */
lk_status lk_writer_wait(lk_checkpoint_writer *writer);

/* The step of the last copy; the seconds that writing the last one took that was waited
 * for, 0 before. */
uint64_t lk_writer_step(const lk_checkpoint_writer *writer);
double lk_writer_seconds(const lk_checkpoint_writer *writer);

#endif

/* What rank 0 read, on every rank: only rank 0 needs to see the file. */
#ifndef LOCKSTEP_SHARE_H
#define LOCKSTEP_SHARE_H

#include "lockstep/linkage.h"
#include "lockstep/store.h"
#include "lockstep/text_survey.h"
#include "lockstep/world.h"

LK_C_BEGIN

/* All ranks: rank 0 passes its checkpoint (or NULL), the others NULL in *checkpoint; all
 * get what it says, or NULL: info, vocabulary and table, no numbers. The caller owns it:
 * lk_checkpoint_free. */
lk_status lk_checkpoint_share(lk_world *world, lk_checkpoint **checkpoint);

/* All ranks: rank 0 reads the numbers of its open checkpoint (lk_checkpoint_fill) into its
 * arrays, (table->count) each, and all get them in theirs. m and v NULL, on all alike:
 * parameters only. Fails on all alike; the arrays then hold anything. */
lk_status lk_checkpoint_distribute(lk_world *world, const lk_checkpoint *checkpoint,
                                   float *values, float *m, float *v);

/* The same of the parameters' running mean (lk_checkpoint_fill_average). */
lk_status lk_checkpoint_distribute_average(lk_world *world, const lk_checkpoint *checkpoint,
                                           float *average);

/* All ranks: rank 0 opens path, a file or a pipe, and checks its parameters
 * (lk_checkpoint_check); all get what it says (lk_checkpoint_share). Fails on all alike. */
lk_status lk_checkpoint_open_shared(lk_world *world, const char *path,
                                    lk_checkpoint **checkpoint);

/* All ranks: the same of its model alone (lk_trained_read), whose parameters are then in
 * memory, once on each rank; says so where they are the running mean. The caller owns what
 * *out holds: lk_trained_clear, also after a failure. */
lk_status lk_trained_load(lk_world *world, const char *path, lk_trained *out);

/* All ranks: rank 0 reads a file or a pipe (lk_file_read), all get its bytes with a zero
 * behind them; fails on all alike. The caller owns *bytes: lk_free. */
lk_status lk_file_share(lk_world *world, const char *path, char **bytes, size_t *size);

/* All ranks: each gets its slice of a corpus, as of lk_corpus_read. A text is surveyed by
 * rank 0 alone (lockstep/text_survey.h), and each rank reads no more of it than its slice.
 * world NULL: this process alone, which may read a pipe. Fails on all alike: LK_USAGE,
 * also, where a rank has another text under this name. The caller owns *out:
 * lk_corpus_free. */
lk_status lk_corpus_share(lk_corpus **out, lk_world *world, const char *path,
                          const lk_tokenizer *tokenizer, lk_slice slice);

LK_C_END

#endif

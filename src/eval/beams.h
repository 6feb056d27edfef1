/* The most probable continuation of a text, looked for along several at a time. Private to
 * src/eval. */
#ifndef LOCKSTEP_EVAL_BEAMS_H
#define LOCKSTEP_EVAL_BEAMS_H

#include "lockstep/continuation.h"

typedef struct lk_beams lk_beams;

/* For `width` continuations at a time of each of up to `texts` texts of up to `capacity`
 * tokens, in width · texts of the decoder's sequences, from the first on. The caller owns
 * *out: lk_beams_free. */
lk_status lk_beams_create(lk_beams **out, lk_decoder *decoder, int vocabulary, int width,
                          int capacity, int texts);
void lk_beams_free(lk_beams *beams);

/* Continues texts[count], which have room for their capacity, side by side, each until the
 * most probable of its continuations has come to its end: none of the others, which only
 * lose, can overtake it. Width 1 is the greedy continuation. What comes out depends on the
 * text alone; of equals it is the one with the lower ids. how->taken is not told. */
void lk_beams_continue(lk_beams *beams, lk_continuation *texts, int count,
                       const lk_continuing *how);

#endif

/* Texts continued side by side, token by token. Not collective. */
#ifndef LOCKSTEP_CONTINUATION_H
#define LOCKSTEP_CONTINUATION_H

#include "lockstep/linkage.h"
#include "lockstep/model.h"
#include "lockstep/sample.h"

LK_C_BEGIN

/* One text. Longer than the decoder's room it is continued by its last part: where the room
 * is full, its last half is read anew, so that each token has at least half the room in
 * front of it, and reading costs as much again as decoding does. */
typedef struct {
  lk_token *tokens;       /* (capacity) the caller's: prompt, then what follows */
  int length;             /* in: of the prompt, at least 1; out: of the whole */
  int capacity;           /* it goes on until then at most */
  uint64_t text;          /* name its random numbers: lk_sampler_draw */
  uint32_t attempt;       /* … */
  double log_probability; /* out: of all tokens that were appended, the end included, in
                             nats */
} lk_continuation;

/* When a text ends, and who is told of its tokens. */
typedef struct {
  int end;  /* behind this token, which is appended; -1: none */
  int most; /* behind so many tokens */
  /* Called with each token that was appended to texts[place]: nonzero ends the text. NULL:
   * none.
   */
  int (*taken)(void *context, int place, lk_token token);
  void *context;
} lk_continuing;

/* count <= the decoder's sequences, of which the first `count` are used. What a text
 * becomes depends on it alone, whatever is continued beside it. LK_INTERNAL without memory.
 */
lk_status lk_continue(lk_decoder *decoder, lk_sampler *sampler, lk_continuation *texts,
                      int count, const lk_continuing *how);

/* The most probable continuation of one, with a decoder of its own. */
lk_status lk_continue_one(const lk_parameters *table, const lk_real *values,
                          lk_continuation *text, int end, int most);

LK_C_END

#endif

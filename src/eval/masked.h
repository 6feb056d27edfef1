/* Text in which ⁇ stands for the mask. Private to src/eval. */
#ifndef LOCKSTEP_EVAL_MASKED_H
#define LOCKSTEP_EVAL_MASKED_H

#include "lockstep/tokenizer.h"

/* ⁇, as text has it. */
#define LK_MASKED "\u2047"

/* As lk_tokenizer_encode, of a zero-terminated text whose ⁇ become masks. What is between
 * them is encoded by itself, and messages count its characters. */
lk_status lk_masked_encode(const lk_tokenizer *tokenizer, const lk_passage *passage,
                           lk_token *tokens, size_t capacity, size_t *count);

#endif

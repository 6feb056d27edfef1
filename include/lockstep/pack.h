/* A pack: the examples of one micro-batch laid end to end, without padding. The model's
 * input. */
#ifndef LOCKSTEP_PACK_H
#define LOCKSTEP_PACK_H

#include "lockstep/linkage.h"
#include "lockstep/memory.h"
#include "lockstep/types.h"

LK_C_BEGIN

/* Sequence b has rows start[b] … start[b+1]-1, of which the last
 * target_start[b+1] - target_start[b] carry loss. */
typedef struct {
  int B;                 /* sequences */
  int N;                 /* rows */
  int M;                 /* rows with loss */
  lk_token *tokens;      /* (N) */
  uint16_t *positions;   /* (N) within the sequence */
  int32_t *start;        /* (B + 1) */
  lk_token *targets;     /* (M) the tokens to predict */
  int32_t *target_start; /* (B + 1) */
  int max_sequences, max_rows;
} lk_pack;

/* Room for max_sequences sequences of at most block rows each. The caller owns *out. */
lk_status lk_pack_create(lk_pack **out, int max_sequences, int block);
void lk_pack_free(lk_pack *pack);

void lk_pack_clear(lk_pack *pack);

/* Nonzero when there is room for a string of so many tokens. */
int lk_pack_fits(const lk_pack *pack, size_t length);

/* Appends the string tokens[length]: its inputs are tokens 0 … length-2, its targets the
 * tokens one later; rows first_target … length-2 carry loss. length >= 2 and the room must
 * suffice. */
void lk_pack_append(lk_pack *pack, const lk_token *tokens, size_t length,
                    size_t first_target);

LK_C_END

#endif

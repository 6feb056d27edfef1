/* A trained model: what is needed to ask it, to score texts with it, to look into it. */
#ifndef LOCKSTEP_TRAINED_H
#define LOCKSTEP_TRAINED_H

#include "lockstep/characters.h"
#include "lockstep/linkage.h"
#include "lockstep/parameters.h"

LK_C_BEGIN

typedef struct {
  lk_tokenizer *tokenizer; /* of table->shape.vocabulary ids; owned, as all here */
  lk_parameters *table;    /* the shape, and where each tensor is in the values */
  float *values;           /* (table->count), or NULL: not in memory */
  uint64_t most_answer;    /* longest answer to decode, in tokens; 0: not known */
} lk_trained;

/* Frees what it owns and zeroes it. */
void lk_trained_clear(lk_trained *trained);

LK_C_END

#endif

/* How right an answer is, as SQuAD's script counts it (Rajpurkar et al. 2016,
 * evaluate-v1.1.py): in lower case, without ASCII punctuation, English articles and surplus
 * white space. */
#ifndef LOCKSTEP_SQUAD_H
#define LOCKSTEP_SQUAD_H

#include "lockstep/linkage.h"
#include "lockstep/questions.h"
#include "lockstep/status.h"

LK_C_BEGIN

typedef struct {
  double exact; /* 1: the same words in the same order; else 0 */
  double f1;    /* harmonic mean of precision and recall of the words */
} lk_squad;

/* Of an answer to a question that has right ones: the best of each over those. LK_INTERNAL
 * without memory. */
lk_status lk_squad_score(lk_squad *out, const lk_question *question, const char *answer);

LK_C_END

#endif

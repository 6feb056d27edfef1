/* The learning rate over training, counted in characters of padded rows (documents ·
 * block). */
#ifndef LOCKSTEP_SCHEDULE_H
#define LOCKSTEP_SCHEDULE_H

#include "lockstep/linkage.h"
#include <stdint.h>

LK_C_BEGIN

typedef enum {
  LK_SCHEDULE_WAVE,
  LK_SCHEDULE_COSINE,
  LK_SCHEDULE_CONSTANT,
  LK_SCHEDULE_WSD,
  LK_SCHEDULE_LINEAR,
  LK_SCHEDULE_INVERSE_SQRT
} lk_schedule_kind;

typedef struct {
  lk_schedule_kind kind;
  double warmup_tokens; /* linear rise from 0 */
  double final_tokens;  /* where the rate is lowest: progress 1 */
  double minimum;       /* lowest factor */
  double cooldown;      /* of "wsd": share of final_tokens in which the rate falls */
} lk_schedule;

/* Factor of the learning rate for the step that ends at `tokens` characters, after the
 * warm-up:
 * wave, cosine: max(minimum, (1 + cos(π·progress)) / 2); "cosine" holds progress at 1,
 *   "wave" does not, so the rate climbs again.
 * linear: in a line from 1 to the minimum at progress 1, where it stays.
 * wsd (warm-up, stable, decay): 1, and in the cooldown as linear.
 * inverse_sqrt: max(minimum, √(warmup_tokens / tokens)), of at least one token.
 * constant: 1. */
double lk_schedule_factor(const lk_schedule *schedule, uint64_t tokens);

LK_C_END

#endif

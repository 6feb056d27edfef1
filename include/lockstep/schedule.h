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
  LK_SCHEDULE_CONSTANT
} lk_schedule_kind;

typedef struct {
  lk_schedule_kind kind;
  double warmup_tokens; /* linear rise from 0 */
  double final_tokens;  /* where the cosine reaches its lowest point: progress 1 */
  double minimum;       /* lowest factor */
} lk_schedule;

/* Factor of the learning rate for the step that ends at `tokens` characters:
 * max(minimum, (1 + cos(π·progress)) / 2) after the warm-up. "cosine" holds progress at 1;
 * "wave" does not, so the rate climbs again. */
double lk_schedule_factor(const lk_schedule *schedule, uint64_t tokens);

LK_C_END

#endif

#include "lockstep/schedule.h"
#include <math.h>

double lk_schedule_factor(const lk_schedule *schedule, uint64_t tokens) {
  double now = (double)tokens;
  if (now < schedule->warmup_tokens) return now / schedule->warmup_tokens;
  if (schedule->kind == LK_SCHEDULE_CONSTANT) return 1;
  double progress = (now - schedule->warmup_tokens) /
                    fmax(1, schedule->final_tokens - schedule->warmup_tokens);
  if (schedule->kind == LK_SCHEDULE_COSINE) progress = fmin(1, progress);
  return fmax(schedule->minimum, 0.5 * (1 + cos(M_PI * progress)));
}

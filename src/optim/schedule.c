#include "lockstep/schedule.h"
#include <assert.h>
#include <math.h>

/* How far `now` is between the two, from 0 on. */
static double progress_of(double now, double start, double end) {
  return fmax(0, now - start) / fmax(1, end - start);
}

static double line(const lk_schedule *schedule, double progress) {
  return 1 - (1 - schedule->minimum) * fmin(1, progress);
}

static double wave(const lk_schedule *schedule, double progress) {
  return fmax(schedule->minimum, 0.5 * (1 + cos(M_PI * progress)));
}

double lk_schedule_factor(const lk_schedule *schedule, uint64_t tokens) {
  double now = (double)tokens;
  if (now < schedule->warmup_tokens) return now / schedule->warmup_tokens;
  double end = schedule->final_tokens, stable = end * (1 - schedule->cooldown);
  double progress = progress_of(now, schedule->warmup_tokens, end);
  switch (schedule->kind) {
  case LK_SCHEDULE_WAVE:
    return wave(schedule, progress);
  case LK_SCHEDULE_COSINE:
    return wave(schedule, fmin(1, progress));
  case LK_SCHEDULE_CONSTANT:
    return 1;
  case LK_SCHEDULE_WSD:
    return line(schedule, progress_of(now, fmax(stable, schedule->warmup_tokens), end));
  case LK_SCHEDULE_LINEAR:
    return line(schedule, progress);
  case LK_SCHEDULE_INVERSE_SQRT:
    return fmax(schedule->minimum, sqrt(fmax(1, schedule->warmup_tokens) / fmax(1, now)));
  }
  assert(0);
  return 1;
}

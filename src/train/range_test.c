#include "lockstep/range_test.h"
#include "train/trainer.h"
#include <assert.h>
#include <math.h>

static const double decay = 0.9, diverged = 4, margin = 10;

static double rate_of(const lk_range_plan *plan, long step) {
  return plan->lowest *
         pow(plan->highest / plan->lowest, (double)step / (double)(plan->steps - 1));
}

lk_status lk_range_test(lk_trainer *trainer, const lk_range_plan *plan,
                        lk_range_point *points, long *count) {
  double mean = 0, lowest = INFINITY;
  assert(plan->steps > 1 && plan->lowest > 0 && plan->highest > plan->lowest);
  for (*count = 0; *count < plan->steps;) {
    lk_range_point *point = &points[*count];
    lk_metrics metrics;
    point->rate = trainer->fixed_rate = rate_of(plan, *count);
    LK_TRY(lk_trainer_step(trainer, &metrics));
    point->loss = metrics.loss;
    mean = decay * mean + (1 - decay) * point->loss;
    point->smoothed = mean / (1 - pow(decay, (double)*count + 1));
    if (!(point->smoothed <= diverged * lowest)) break;
    lowest = fmin(lowest, point->smoothed);
    ++*count;
  }
  return LK_OK;
}

double lk_range_suggestion(const lk_range_point *points, long count) {
  long best = 0;
  assert(count > 0);
  for (long i = 1; i < count; i++)
    if (points[i].smoothed < points[best].smoothed) best = i;
  return points[best].rate / margin;
}

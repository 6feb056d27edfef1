/* The running mean of the parameters, which often does better than the last ones. */
#include "train/trainer.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Of few steps the mean goes back to none but the first (Abadi et al. 2016, TensorFlow's
 * moving averages): random values would stay in it for 1 / (1 - ema) steps. */
static double decay_after(double ema, uint64_t steps) {
  return fmin(ema, (1 + (double)steps) / (10 + (double)steps));
}

void lk_trainer_follow_average(lk_trainer *trainer) {
  const lk_trainer *t = trainer;
  if (!t->average) return;
  float rest = (float)(1 - decay_after(t->config->ema, t->step));
  assert(rest > 0 && rest < 1);
  for (uint64_t i = 0; i < t->table->count; i++)
    t->average[i] += rest * (t->values[i] - t->average[i]);
}

const float *lk_trainer_judged(const lk_trainer *trainer) {
  return trainer->average ? trainer->average : trainer->values;
}

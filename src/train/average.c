/* The running mean of the parameters, which often does better than the last ones. */
#include "base/chunks.h"
#include "train/trainer.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Of few steps the mean goes back to none but the first (Abadi et al. 2016, TensorFlow's
 * moving averages): random values would stay in it for 1 / (1 - ema) steps. */
static double decay_after(double ema, uint64_t steps) {
  return fmin(ema, (1 + (double)steps) / (10 + (double)steps));
}

static void follow_elements(float *restrict average, const float *restrict values,
                            uint64_t count, float rest) {
  for (uint64_t i = 0; i < count; i++)
    average[i] += rest * (values[i] - average[i]);
}

static void follow(float *average, const float *values, uint64_t count, float rest) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    follow_elements(average + c.first, values + c.first, c.count, rest);
  }
}

void lk_trainer_begin_average(lk_trainer *trainer) {
  const lk_trainer *t = trainer;
  assert(t->step == 0);
  if (t->average)
    lk_holding_write(lk_optimizer_holding(t->optimizer), t->average, 0, t->table->count,
                     t->values);
}

void lk_trainer_follow_average(lk_trainer *trainer) {
  const lk_trainer *t = trainer;
  if (!t->average) return;
  const lk_holding *holding = lk_optimizer_holding(t->optimizer);
  float rest = (float)(1 - decay_after(t->config->ema, t->step));
  assert(rest > 0 && rest < 1);
  for (int i = 0; i < holding->used; i++) {
    lk_held span = holding->spans[i];
    follow(t->average + span.at, t->values + span.first, span.count, rest);
  }
}

/* What is dealt out comes together in memory that gradients need in steps only. */
lk_status lk_trainer_judged(const lk_trainer *trainer, const float **values) {
  const lk_trainer *t = trainer;
  *values = t->average ? t->average : t->values;
  if (!t->average || !t->is_dealt) return LK_OK;
  float *whole = lk_tree_spare(t->tree);
  lk_holding_read(lk_optimizer_holding(t->optimizer), t->average, 0, t->table->count,
                  whole);
  *values = whole;
  return lk_optimizer_share(t->optimizer, t->world, whole);
}

/* AdamW (Loshchilov & Hutter 2019), as PyTorch computes it. */
#include "base/chunks.h"
#include "base/vector.h"
#include "optim/kind.h"
#include <assert.h>

/* The constants of one update, in single precision as PyTorch uses them. */
typedef struct {
  float beta1, beta2, epsilon, shrink, rate, root_correction, scale;
} constants;

LK_CLONES static void update_elements(const constants *c, const float *restrict gradients,
                                      float *restrict values, float *restrict m,
                                      float *restrict v, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    float gradient = gradients[i] * c->scale;
    m[i] = c->beta1 * m[i] + (1 - c->beta1) * gradient;
    v[i] = c->beta2 * v[i] + (1 - c->beta2) * gradient * gradient;
    float deviation = sqrtf(v[i]) * c->root_correction + c->epsilon;
    values[i] = values[i] * c->shrink - c->rate * m[i] / deviation;
  }
}

static void update_chunks(const constants *k, const float *gradients, float *values,
                          float *m, float *v, uint64_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    update_elements(k, gradients + c.first, values + c.first, m + c.first, v + c.first,
                    c.count);
  }
}

static constants constants_of(const lk_optimizer_settings *s, const lk_update *update) {
  double rate = update->learning_rate, step = (double)update->step;
  return (constants){.beta1 = (float)s->beta1,
                     .beta2 = (float)s->beta2,
                     .epsilon = (float)s->epsilon,
                     .scale = (float)update->gradient_scale,
                     .rate = (float)(rate / (1 - pow(s->beta1, step))),
                     .root_correction = (float)(1 / sqrt(1 - pow(s->beta2, step)))};
}

/* What the span has of each tensor. */
static void update_span(lk_optimizer *o, constants c, float decayed, lk_held span,
                        const float *gradients, float *values,
                        int (*is_left_out)(const lk_parameter *tensor)) {
  float *m = o->states[0], *v = o->states[1];
  for (int i = 0; i < o->table->tensors; i++) {
    const lk_parameter *tensor = &o->table->list[i];
    lk_held part = lk_held_common(span, tensor->offset, tensor->offset + tensor->count);
    if (part.count == 0 || (is_left_out && is_left_out(tensor))) continue;
    c.shrink = tensor->decay ? decayed : 1;
    update_chunks(&c, gradients + part.first, values + part.first, m + part.at, v + part.at,
                  part.count);
  }
}

void lk_adamw_update(lk_optimizer *optimizer, const lk_update *update,
                     const float *gradients, float *values, uint64_t first, uint64_t end,
                     int (*is_left_out)(const lk_parameter *tensor)) {
  const lk_optimizer_settings *s = &optimizer->settings;
  constants c = constants_of(s, update);
  float decayed = (float)(1 - update->learning_rate * s->weight_decay);
  assert(first <= end && end <= optimizer->table->count);
  for (int i = 0; i < optimizer->held.used; i++) {
    lk_held span = lk_held_common(optimizer->held.spans[i], first, end);
    if (span.count)
      update_span(optimizer, c, decayed, span, gradients, values, is_left_out);
  }
}

static void update_all(lk_optimizer *optimizer, const lk_update *update,
                       const float *gradients, float *values, uint64_t first,
                       uint64_t end) {
  lk_adamw_update(optimizer, update, gradients, values, first, end, NULL);
}

const lk_optimizer_kind lk_adamw = {
    .states = {"m", "v"}, .sum = LK_SUM_SCATTERED, .update = update_all};

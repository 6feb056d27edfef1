#include "lockstep/adamw.h"
#include "base/vector.h"
#include "lockstep/muon.h"
#include "lockstep/profile.h"

enum { BLOCK = 4096 }; /* elements whose squares are summed in single precision */

LK_CLONES static double block_squares(const float *from, size_t count) {
  return (double)lk_row_dot(from, from, count);
}

double lk_gradient_norm(const float *gradients, uint64_t count) {
  double sum = 0;
  lk_profile_switch(LK_PART_OPTIMIZER);
  for (uint64_t i = 0; i < count; i += BLOCK)
    sum += block_squares(gradients + i, count - i < BLOCK ? count - i : BLOCK);
  return sqrt(sum);
}

double lk_adamw_clip_factor(const lk_adamw *optimizer, double norm) {
  if (optimizer->clip <= 0) return 1;
  double factor = optimizer->clip / (norm + 1e-6);
  return factor < 1 ? factor : 1;
}

/* The constants of one update, in single precision as PyTorch uses them. */
typedef struct {
  float beta1, beta2, epsilon, shrink, rate, root_correction, scale;
} constants;

LK_CLONES static void update_tensor(const constants *c, const float *restrict gradients,
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

void lk_adamw_update(const lk_adamw *optimizer, const lk_parameters *table, uint64_t step,
                     double learning_rate, double gradient_scale, const float *gradients,
                     float *values, float *m, float *v) {
  constants c = {.beta1 = (float)optimizer->beta1,
                 .beta2 = (float)optimizer->beta2,
                 .epsilon = (float)optimizer->epsilon,
                 .scale = (float)gradient_scale};
  lk_profile_switch(LK_PART_OPTIMIZER);
  c.rate = (float)(learning_rate / (1 - pow(optimizer->beta1, (double)step)));
  c.root_correction = (float)(1 / sqrt(1 - pow(optimizer->beta2, (double)step)));
  for (int i = 0; i < table->tensors; i++) {
    const lk_parameter *entry = &table->list[i];
    if (optimizer->leaves_matrices && lk_muon_takes(entry)) continue;
    c.shrink = entry->decay ? (float)(1 - learning_rate * optimizer->weight_decay) : 1;
    update_tensor(&c, gradients + entry->offset, values + entry->offset, m + entry->offset,
                  v + entry->offset, entry->count);
  }
}

#include "lockstep/outer.h"
#include <assert.h>

void lk_outer_update(const lk_outer *outer, const float *restrict change,
                     float *restrict momentum, float *restrict values, size_t count) {
  float rate = (float)outer->rate, decay = (float)outer->momentum;
  int is_nesterov = outer->name == LK_OUTER_NESTEROV;
  assert(outer->name != LK_OUTER_NONE && rate > 0);
  for (size_t i = 0; i < count; i++) {
    momentum[i] = decay * momentum[i] + change[i];
    values[i] -= rate * (is_nesterov ? change[i] + decay * momentum[i] : momentum[i]);
  }
}

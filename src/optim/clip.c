/* The gradient's global norm, and how far it is clipped. */
#include "base/vector.h"
#include "lockstep/optimizer.h"
#include "lockstep/profile.h"
#include <assert.h>

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

double lk_clip_factor(double most, double norm) {
  assert(!(norm < 0));
  if (most <= 0) return 1;
  double factor = most / (norm + 1e-6);
  return factor < 1 ? factor : 1;
}

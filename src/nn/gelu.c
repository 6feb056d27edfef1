#include "base/vector.h"
#include "lockstep/kernels.h"
#include "lockstep/profile.h"
#include "nn/operand.h"

static void forward_reference(lk_operand y, lk_real *x_to_slope, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double x = (double)x_to_slope[i];
    double below = 0.5 * (1 + erf(x * M_SQRT1_2));
    double density = 0.5 * M_2_SQRTPI * M_SQRT1_2 * exp(-0.5 * x * x);
    lk_put(y, i, (lk_real)(x * below));
    x_to_slope[i] = (lk_real)(below + x * density);
  }
}

LK_CLONES static void forward_fast(lk_operand y, lk_real *restrict x_to_slope,
                                   size_t count) {
  const lk_real half = (lk_real)0.5, root_half = (lk_real)M_SQRT1_2;
  const lk_real normal = (lk_real)(0.5 * M_2_SQRTPI * M_SQRT1_2); /* 1/sqrt(2π) */
  for (size_t i = 0; i < count; i++) {
    lk_real x = x_to_slope[i];
    lk_real below = half * (1 + LK_ERF(x * root_half));
    lk_put(y, i, x * below);
    x_to_slope[i] = below + x * normal * LK_EXP(-half * x * x);
  }
}

void lk_gelu_forward(lk_operand y, lk_real *x_to_slope, size_t count) {
  lk_profile_switch(LK_PART_ELEMENTWISE);
  if (lk_kernels_are_reference())
    forward_reference(y, x_to_slope, count);
  else
    forward_fast(y, x_to_slope, count);
}

LK_CLONES void lk_gelu_backward(lk_operand dx, const lk_real *dy, const lk_real *slope,
                                size_t count) {
  lk_profile_switch(LK_PART_ELEMENTWISE);
  for (size_t i = 0; i < count; i++)
    lk_put(dx, i, dy[i] * slope[i]);
}

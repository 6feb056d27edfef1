/* GELU with the exact erf (Hendrycks & Gimpel 2016): x·Φ(x), slope Φ(x) + x·φ(x). */
#include "base/vector.h"
#include "nn/activation.h"
#include "nn/operand.h"

void lk_gelu_reference(lk_operand y, lk_real *restrict x_to_slope, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double x = (double)x_to_slope[i];
    double below = 0.5 * (1 + erf(x * M_SQRT1_2));
    double density = 0.5 * M_2_SQRTPI * M_SQRT1_2 * exp(-0.5 * x * x);
    lk_put(y, i, (lk_real)(x * below));
    x_to_slope[i] = (lk_real)(below + x * density);
  }
}

LK_CLONES void lk_gelu_fast(lk_operand y, lk_real *restrict x_to_slope, size_t count) {
  const lk_real half = (lk_real)0.5, root_half = (lk_real)M_SQRT1_2;
  const lk_real normal = (lk_real)(0.5 * M_2_SQRTPI * M_SQRT1_2); /* 1/sqrt(2π) */
  for (size_t i = 0; i < count; i++) {
    lk_real x = x_to_slope[i];
    lk_real below = half * (1 + LK_ERF(x * root_half));
    lk_put(y, i, x * below);
    x_to_slope[i] = below + x * normal * LK_EXP(-half * x * x);
  }
}

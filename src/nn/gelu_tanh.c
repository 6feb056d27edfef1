/* GELU's approximation by tanh, GPT-2's (Hendrycks & Gimpel 2016):
 * ½x(1 + tanh u) with u = √(2/π)(x + 0.044715x³). Since ½(1 + tanh u) = 1/(1 + exp(-2u)) =
 * s, it needs one exponential, whose argument is kept negative: nothing overflows, and
 * neither s nor 1 - s is a difference of large numbers. The slope is s + x·s(1 - s)·2u'. */
#include "base/vector.h"
#include "nn/activation.h"
#include "nn/operand.h"

#define ROOT  (M_2_SQRTPI * M_SQRT1_2) /* √(2/π) */
#define CUBIC 0.044715

void lk_gelu_tanh_reference(lk_operand y, lk_real *restrict x_to_slope, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double x = (double)x_to_slope[i];
    double t = tanh(ROOT * (x + CUBIC * x * x * x));
    double inner_slope = ROOT * (1 + 3 * CUBIC * x * x);
    lk_put(y, i, (lk_real)(0.5 * x * (1 + t)));
    x_to_slope[i] = (lk_real)(0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner_slope);
  }
}

LK_CLONES void lk_gelu_tanh_fast(lk_operand y, lk_real *restrict x_to_slope, size_t count) {
  const lk_real root2 = (lk_real)(2 * ROOT), cubic = (lk_real)CUBIC;
  const lk_real cubic3 = (lk_real)(3 * CUBIC);
  for (size_t i = 0; i < count; i++) {
    lk_real x = x_to_slope[i], square = x * x;
    lk_real small = LK_EXP(-LK_ABS(root2 * x * (1 + cubic * square)));
    lk_real above = 1 / (1 + small), below = small * above;
    lk_real share = x > 0 ? above : below;
    lk_put(y, i, x * share);
    x_to_slope[i] = share + x * above * below * root2 * (1 + cubic3 * square);
  }
}

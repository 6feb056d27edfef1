/* GELU with the exact erf (Hendrycks & Gimpel 2016): x·Φ(x), slope Φ(x) + x·φ(x). */
#include "base/error_function.h"
#include "base/exponential.h"
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

static const lk_real half = (lk_real)0.5, root_half = (lk_real)M_SQRT1_2;

/* y and the slope of x, from erf(x/√2) and exp(-x²/2). */
LK_INLINE void put_gelu(lk_operand y, lk_real *x_to_slope, size_t i, lk_real erf,
                        lk_real exp) {
  const lk_real normal = (lk_real)(0.5 * M_2_SQRTPI * M_SQRT1_2); /* 1/√(2π) */
  lk_real x = x_to_slope[i], below = half * (1 + erf);
  lk_put(y, i, x * below);
  x_to_slope[i] = below + x * normal * exp;
}

LK_CLONES static void by_library(lk_operand y, lk_real *restrict x_to_slope, size_t count) {
  for (size_t i = 0; i < count; i++) {
    lk_real x = x_to_slope[i];
    put_gelu(y, x_to_slope, i, LK_ERF(x * root_half), LK_EXP(-half * x * x));
  }
}

/* Whether in_line is what the library gives for so many: what is large, or NaN, is not. */
LK_WITH_64_BYTES static int are_near(const lk_real x[LK_NEAR_ERFS]) {
  int far = 0;
  for (int i = 0; i < LK_NEAR_ERFS; i++)
    far |= !(half * x[i] * x[i] < -(lk_real)LK_FARTHEST);
  return !far;
}

LK_WITH_64_BYTES static void in_line(lk_operand y, lk_real *restrict x_to_slope) {
  float erfs[LK_NEAR_ERFS] __attribute__((aligned(64)));
  for (size_t i = 0; i < LK_NEAR_ERFS; i++)
    erfs[i] = (float)(x_to_slope[i] * root_half);
  lk_near_erfs(erfs);
  for (size_t i = 0; i < LK_NEAR_ERFS; i++) {
    lk_real x = x_to_slope[i];
    put_gelu(y, x_to_slope, i, (lk_real)erfs[i],
             (lk_real)lk_near_exponential((float)(-half * x * x)));
  }
}

void lk_gelu_fast(lk_operand y, lk_real *restrict x_to_slope, size_t count) {
  const int wide = lk_vector_bytes() == 64 && sizeof *x_to_slope == sizeof(float);
  for (size_t first = 0, size; first < count; first += size) {
    size = count - first < LK_NEAR_ERFS ? count - first : LK_NEAR_ERFS;
    if (wide && size == LK_NEAR_ERFS && are_near(x_to_slope + first))
      in_line(lk_operand_from(y, first), x_to_slope + first);
    else
      by_library(lk_operand_from(y, first), x_to_slope + first, size);
  }
}

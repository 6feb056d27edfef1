/* Rows of numbers for the kernels, whatever the instruction set. Sums over a row always use
 * LK_LANES partial sums, added up in one written order, so their bits depend on the row's
 * length alone. The lanes are plain loops, of which the compiler makes vectors as wide as
 * the registers: vectors of its own type it computes number by number where they are wider
 * than those. */
#ifndef LOCKSTEP_BASE_VECTOR_H
#define LOCKSTEP_BASE_VECTOR_H

#include "base/clones.h"
#include "lockstep/types.h"
#include <math.h>
#include <stddef.h>

enum { LK_LANES = (int)(LK_ALIGNMENT / sizeof(lk_real)) };

/* glibc's libmvec has vector forms of these (error at most 4 units in the last place);
 * saying so lets the compiler use them in loops without -ffast-math. CMake has tried that
 * they link; Clang is told by -fveclib instead. */
#if defined(LK_HAVE_LIBMVEC) && !defined(__clang__)
__attribute__((simd("notinbranch"))) extern float expf(float);
__attribute__((simd("notinbranch"))) extern float erff(float);
__attribute__((simd("notinbranch"))) extern double exp(double);
__attribute__((simd("notinbranch"))) extern double erf(double);
#endif

#define LK_EXP(x)  _Generic((lk_real)0, float : expf, double : exp)(x)
#define LK_ERF(x)  _Generic((lk_real)0, float : erff, double : erf)(x)
#define LK_LOG(x)  _Generic((lk_real)0, float : logf, double : log)(x)
#define LK_ABS(x)  _Generic((lk_real)0, float : fabsf, double : fabs)(x)
#define LK_SQRT(x) _Generic((lk_real)0, float : sqrtf, double : sqrt)(x)

LK_INLINE size_t lk_round_up(size_t n, size_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

/* The lanes' sum, halves onto halves; lanes are lost. */
LK_INLINE lk_real lk_lanes_sum(lk_real lanes[LK_LANES]) {
#pragma GCC unroll 4 /* else each half waits for the one before it to be stored */
  for (int width = LK_LANES / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++)
      lanes[i] += lanes[i + width];
  return lanes[0];
}

/* Sum of a row: LK_LANES partial sums, then the rest one by one. */
LK_INLINE lk_real lk_row_sum(const lk_real *row, size_t n) {
  lk_real lanes[LK_LANES] = {0};
  size_t i = 0;
  for (; i + LK_LANES <= n; i += LK_LANES)
    for (size_t lane = 0; lane < LK_LANES; lane++)
      lanes[lane] += row[i + lane];
  lk_real sum = lk_lanes_sum(lanes);
  for (; i < n; i++)
    sum += row[i];
  return sum;
}

/* Sum of products, in the same order. */
LK_INLINE lk_real lk_row_dot(const lk_real *a, const lk_real *b, size_t n) {
  lk_real lanes[LK_LANES] = {0};
  size_t i = 0;
  for (; i + LK_LANES <= n; i += LK_LANES)
    for (size_t lane = 0; lane < LK_LANES; lane++)
      lanes[lane] += a[i + lane] * b[i + lane];
  lk_real sum = lk_lanes_sum(lanes);
  for (; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

/* Largest of a row, n > 0. */
LK_INLINE lk_real lk_row_maximum(const lk_real *row, size_t n) {
  lk_real lanes[LK_LANES], largest = row[0];
  size_t i = 0;
  for (size_t lane = 0; lane < LK_LANES; lane++)
    lanes[lane] = row[0];
  for (; i + LK_LANES <= n; i += LK_LANES)
#pragma GCC unroll 1 /* else GCC takes the lanes apart before it looks for vectors */
    for (size_t lane = 0; lane < LK_LANES; lane++) {
      lk_real x = row[i + lane], most = lanes[lane];
      lanes[lane] = x > most ? x : most;
    }
  for (size_t lane = 0; lane < LK_LANES; lane++)
    largest = lanes[lane] > largest ? lanes[lane] : largest;
  for (; i < n; i++)
    largest = row[i] > largest ? row[i] : largest;
  return largest;
}

#endif

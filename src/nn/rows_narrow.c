/* The product of few rows for 16 registers of 32 bytes, or 32 of 16. */
#include "nn/rows_product.h"
#include <string.h>

/* Sums (count) of `width` · 2 lanes become those of `width`: halves onto halves. */
LK_INLINE void halve(lk_real *restrict to, const lk_real *restrict from, size_t count,
                     size_t width) {
  for (size_t s = 0; s < count; s++)
    for (size_t i = 0; i < width; i++)
      to[s * width + i] = from[2 * s * width + i] + from[(2 * s + 1) * width + i];
}

/* sums (count, LK_LANES) become (count). */
LK_INLINE void narrow_fold(lk_real *sums, size_t count) {
  lk_real half[LK_ROWS_MOST * 3 * LK_LANES / 2];
#pragma GCC unroll 4
  for (size_t width = LK_LANES / 2; width > 0; width /= 2) {
    halve(half, sums, count, width);
    memcpy(sums, half, count * width * sizeof *sums);
  }
}

#define NAME(name) narrow_##name
#define BYTES      (LK_ALIGNMENT / 2)
#define PARTS      2
#define ROWS       2
#define OUTPUTS    3
#include "nn/rows_strip.h"

LK_WITH_32_BYTES static void multiply_32(const lk_rows_product *p) {
  narrow_product(p);
}

static void multiply_16(const lk_rows_product *p) {
  narrow_product(p);
}

lk_rows_kernel *lk_rows_narrow(int bytes) {
  return bytes == 16 ? multiply_16 : multiply_32;
}

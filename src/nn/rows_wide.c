/* The product of few rows for 32 registers of 64 bytes. */
#include "nn/rows_product.h"

#if LK_HAVE_CLONES && !defined(LK_NO_PAIRS)
#ifdef FUSED
#pragma GCC target("arch=x86-64-v4,avx512bf16")
#define HAS_FUSED __builtin_cpu_supports("avx512bf16")
#else
#pragma GCC target("arch=x86-64-v4")
#define HAS_FUSED 1
#endif
#include "nn/rows_fold.h"
#define NAME(name) wide_##name
#define BYTES      64
#define PARTS      1
#define ROWS       4
#define OUTPUTS    6
#define wide_fold  lk_fold_lanes
#include "nn/rows_strip.h"

static void multiply(const lk_rows_product *p) {
  wide_product(p);
}

lk_rows_kernel *lk_rows_wide(void) {
  return lk_vector_bytes() == 64 && HAS_FUSED ? multiply : NULL;
}

#else

lk_rows_kernel *lk_rows_wide(void) {
  return NULL;
}

#endif

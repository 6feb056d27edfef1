/* The inner part of the product of few rows, included once for each size of registers:
 * sums are in vectors of BYTES, PARTS of them a result, and those of ROWS · OUTPUTS results
 * in registers together; NAME makes names of this inclusion. PAIRS: the numbers are bf16,
 * and of each two neighbours the second one's product is added first, as AVX512_BF16 does
 * it (FUSED) in one instruction. The sums are the same numbers whatever the sizes are. */

typedef lk_real NAME(vector) __attribute__((vector_size(BYTES)));

/* The same in memory, at any number; as in attention/tile_block.h. */
typedef lk_real NAME(stored) __attribute__((vector_size(BYTES), aligned(2), may_alias));

#if defined(PAIRS) && !defined(FUSED)
enum { NAME(steps) = 2 };
typedef uint32_t NAME(words) __attribute__((vector_size(BYTES)));

/* The numbers that belong to step 0 or 1: all second ones of pairs, all first ones. */
LK_INLINE NAME(vector) NAME(take)(const char *from, int step) {
  NAME(words) words = (NAME(words)) * (const NAME(stored) *)from;
  return (NAME(vector))(step ? words << 16 : words & 0xffff0000);
}
#else
enum { NAME(steps) = 1 };

LK_INLINE NAME(vector) NAME(take)(const char *from, int step) {
  (void)step;
  return *(const NAME(stored) *)from;
}
#endif

LK_INLINE NAME(vector) NAME(add)(NAME(vector) sum, NAME(vector) x, NAME(vector) weight) {
#ifdef FUSED
  return _mm512_dpbf16_ps(sum, (__m512bh)x, (__m512bh)weight);
#else
  return sum + x * weight;
#endif
}

/* Adds the products of a vector to part `part` of the sums. */
LK_INLINE void NAME(multiply)(NAME(vector) sums[ROWS][OUTPUTS][PARTS], const char *x,
                              const char *weight, size_t stride, int rows, int outputs,
                              int part) {
#pragma GCC unroll 2
  for (int step = 0; step < NAME(steps); step++) {
    NAME(vector) inputs[ROWS];
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++)
      inputs[i] = NAME(take)(x + (size_t)i * stride, step);
#pragma GCC unroll 6
    for (int j = 0; j < outputs; j++) {
      NAME(vector) weights = NAME(take)(weight + (size_t)j * stride, step);
#pragma GCC unroll 4
      for (int i = 0; i < rows; i++)
        sums[i][j][part] = NAME(add)(sums[i][j][part], inputs[i], weights);
    }
  }
}

/* The sums so far of `rows` rows, and back. */
LK_INLINE void NAME(load)(NAME(vector) sums[ROWS][OUTPUTS][PARTS],
                          const NAME(stored) * from, int rows, int outputs) {
#pragma GCC unroll 4
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 6
    for (int j = 0; j < outputs; j++)
#pragma GCC unroll 2
      for (int part = 0; part < PARTS; part++)
        sums[i][j][part] = from[(i * outputs + j) * PARTS + part];
}

LK_INLINE void NAME(keep)(NAME(stored) * to, NAME(vector) sums[ROWS][OUTPUTS][PARTS],
                          int rows, int outputs) {
#pragma GCC unroll 4
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 6
    for (int j = 0; j < outputs; j++)
#pragma GCC unroll 2
      for (int part = 0; part < PARTS; part++)
        to[(i * outputs + j) * PARTS + part] = sums[i][j][part];
}

/* `rows` and `outputs` are literals, so that the sums stay in registers. The next block is
 * asked for by all tiles of this one, each its part, number `tile`, line by line: one alone
 * would wait for memory, and the others leave it idle. */
LK_INLINE void NAME(tile)(const lk_rows_block *b, size_t row, int rows, int outputs,
                          size_t tile) {
  NAME(vector) sums[ROWS][OUTPUTS][PARTS] = {{{{0}}}};
  NAME(stored) *kept = (NAME(stored) *)(b->sums + row * (size_t)outputs * LK_LANES);
  const char *x = b->x + row * b->stride, *weight = b->weight;
  const char *next = b->next + tile * b->lines / b->tiles * LK_ALIGNMENT;
  if (!b->is_first) NAME(load)(sums, kept, rows, outputs);
#pragma GCC unroll 1
  for (size_t line = 0; line < b->lines; line++) {
#pragma GCC unroll 6
    for (int j = 0; j < outputs; j++)
      __builtin_prefetch(next + (size_t)j * b->step);
#pragma GCC unroll 2
    for (int part = 0; part < PARTS; part++)
      NAME(multiply)
    (sums, x + part * BYTES, weight + part * BYTES, b->stride, rows, outputs, part);
    x += LK_ALIGNMENT;
    weight += LK_ALIGNMENT;
    next += b->pace;
  }
  NAME(keep)(kept, sums, rows, outputs);
}

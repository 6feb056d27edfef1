/* The inner part of rows.c, which includes this once for each size of registers: LK_LANES
 * partial sums of a result lie in PARTS vectors, ROWS · OUTPUTS results are in registers
 * together, and NAME makes names of this inclusion. The sums are the same numbers whatever
 * the three are. */

typedef lk_real NAME(vector)
    __attribute__((vector_size(LK_ALIGNMENT / PARTS), aligned(sizeof(lk_real)), may_alias));
typedef lk_bf16 NAME(halves)
    __attribute__((vector_size(LK_LANES / PARTS * 2), aligned(2), may_alias));
typedef uint32_t NAME(bits) __attribute__((vector_size(LK_LANES / PARTS * 4)));
typedef float NAME(floats) __attribute__((vector_size(LK_LANES / PARTS * 4)));

LK_INLINE NAME(vector) NAME(take)(lk_operand from, size_t at) {
  if (from.real) return *(const NAME(vector) *)(from.real + at);
  NAME(halves) halves = *(const NAME(halves) *)(from.bf16 + at);
  NAME(bits) bits = __builtin_convertvector(halves, NAME(bits)) << 16;
  return __builtin_convertvector((NAME(floats))bits, NAME(vector));
}

/* `rows` and `outputs` are literals, so that the sums stay in registers. The next outputs'
 * weights are asked for by all `tiles` tiles of a strip, each its part, number `tile`: one
 * alone would wait for memory, and the others leave it idle. */
LK_INLINE void NAME(tile)(const product *p, size_t row, int rows, size_t output,
                          int outputs, size_t tile, size_t tiles) {
  NAME(vector) sums[ROWS][OUTPUTS][PARTS] = {{{{0}}}};
  size_t next = tile * LK_LANES;
  for (size_t k = 0; k + LK_LANES <= p->inputs; k += LK_LANES) {
    int asks = k == next;
    if (asks) next += tiles * LK_LANES;
#pragma GCC unroll 2
    for (int part = 0; part < PARTS; part++) {
      size_t lane = k + (size_t)part * (LK_LANES / PARTS);
      NAME(vector) x[ROWS];
#pragma GCC unroll 4
      for (int i = 0; i < rows; i++)
        x[i] = NAME(take)(p->x, (row + (size_t)i) * p->inputs + lane);
#pragma GCC unroll 6
      for (int j = 0; j < outputs; j++) {
        size_t at = (output + (size_t)j) * p->inputs + lane;
        NAME(vector) w = NAME(take)(p->weight, at);
        if (part == 0 && asks) fetch(p->weight, at + OUTPUTS * p->inputs);
#pragma GCC unroll 4
        for (int i = 0; i < rows; i++)
          sums[i][j][part] += x[i] * w;
      }
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 6
    for (int j = 0; j < outputs; j++) {
      lk_real lanes[LK_LANES];
#pragma GCC unroll 2
      for (int part = 0; part < PARTS; part++)
        *(NAME(vector) *)(lanes + part * (LK_LANES / PARTS)) = sums[i][j][part];
      p->y[(row + (size_t)i) * p->outputs + output + (size_t)j] =
          finish(p, lanes, row + (size_t)i, output + (size_t)j);
    }
}

/* The weights of `outputs` outputs, which are read once, with all rows. */
LK_INLINE void NAME(strip)(const product *p, size_t rows, size_t output, int outputs) {
  size_t row = 0, tile = 0, tiles = rows / ROWS + rows % ROWS;
  for (; row + ROWS <= rows; row += ROWS)
    NAME(tile)(p, row, ROWS, output, outputs, tile++, tiles);
  for (; row < rows; row++)
    NAME(tile)(p, row, 1, output, outputs, tile++, tiles);
}

LK_INLINE void NAME(strips)(const product *p, size_t rows) {
  size_t output = 0;
  for (; output + OUTPUTS <= p->outputs; output += OUTPUTS)
    NAME(strip)(p, rows, output, OUTPUTS);
  for (; output < p->outputs; output++)
    NAME(strip)(p, rows, output, 1);
}

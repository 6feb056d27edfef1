/* Rows that become columns in registers; tile_block.h includes this once for each size of
 * them. */

typedef lk_lane NAME(lane_numbers) __attribute__((vector_size(BYTES)));

/* From number `first` on of each: a's, b's, a's, b's, … Clang finds the permutation by
 * itself and has no word for it, GCC the other way round. */
LK_INLINE NAME(vector) NAME(zip)(NAME(vector) a, NAME(vector) b, int first) {
#ifdef __clang__
  NAME(vector) zipped = a;
  for (int l = 0; l < NAME(lanes); l++)
    zipped[l] = (l % 2 ? b : a)[first + l / 2];
  return zipped;
#else
  const NAME(lane_numbers) lane = *(const NAME(lane_numbers) *)lk_lane_numbers;
  return __builtin_shuffle(a, b, lane / 2 + first + lane % 2 * NAME(lanes));
#endif
}

/* Zipping rows of the first half with those of the second moves one bit of each number's
 * place from that of its row to that of its lane. */
LK_INLINE void NAME(transpose)(NAME(vector) rows[NAME(lanes)]) {
  enum { HALF = NAME(lanes) / 2 };
#pragma GCC unroll 4
  for (int bit = 1; bit < NAME(lanes); bit *= 2) {
    NAME(vector) was[NAME(lanes)];
#pragma GCC unroll 16
    for (int i = 0; i < NAME(lanes); i++)
      was[i] = rows[i];
#pragma GCC unroll 16
    for (int i = 0; i < NAME(lanes); i++)
      rows[i] = NAME(zip)(was[i / 2], was[i / 2 + HALF], i % 2 * HALF);
  }
}

/* A row's words from `first` on, of `count` numbers in all; zero behind them. */
LK_INLINE NAME(vector) NAME(words)(const lk_real *row, int first, int count) {
#ifdef PAIRS
  return (NAME(vector))lk_pair_words(row + 2 * first, count - 2 * first);
#else
  NAME(vector) words = {0};
  if (first + NAME(lanes) <= count) return *(const NAME(stored) *)(row + first);
  memcpy(&words, row + first, (size_t)(count - first) * sizeof *row);
  return words;
#endif
}

/* Rows `lanes` by `lanes`: the words of each row, numbered from 0 to `words`, become a
 * column of rows that are to_row apart. There are `rows` rows, behind which zeros come. */
LK_INLINE void NAME(columns)(lk_real *to, size_t to_row, const lk_real *from, size_t stride,
                             int rows, int count, int words) {
  for (int d = 0; d < words; d += NAME(lanes)) {
    NAME(vector) block[NAME(lanes)];
#pragma GCC unroll 16
    for (int i = 0; i < NAME(lanes); i++) {
      block[i] = (NAME(vector)){0};
      if (i < rows) block[i] = NAME(words)(from + (size_t)i * stride, d, count);
    }
    NAME(transpose)(block);
#pragma GCC unroll 16
    for (int l = 0; l < NAME(lanes); l++)
      if (d + l < words) *(NAME(stored) *)(to + (size_t)(d + l) * to_row) = block[l];
  }
}

/* Exponentials of scores, without the call of a function for each vector of them. */
#ifndef LOCKSTEP_ATTENTION_EXPONENTIAL_H
#define LOCKSTEP_ATTENTION_EXPONENTIAL_H

#include "attention/tile.h"
#include "base/exponential.h"
#include "base/vector.h"

/* Whether lk_near_exponential is what the library gives for a row of scores, with t's
 * vectors.
 */
LK_INLINE int are_near(lk_tiling t, const lk_real *row, size_t count, lk_real shift) {
  int far = 0;
  if (sizeof *row != sizeof(float) || (t != LK_TILE_64 && t != LK_TILE_PAIRS)) return 0;
  for (size_t j = 0; j < count; j++)
    far |= row[j] - shift <= (lk_real)LK_FARTHEST;
  return !far;
}

/* row[j] = exp(row[j] - shift) for visible keys, and what comes of it for those behind them
 * in their last vector, whose scores may be larger than the maximum: they are held at 0 so
 * that exp cannot overflow. */
LK_INLINE void row_exponentials(lk_tiling t, lk_real *row, int visible, lk_real shift) {
  size_t padded = lk_round_up((size_t)visible, LK_LANES);
  if (are_near(t, row, padded, shift))
    for (size_t j = 0; j < padded; j++) {
      lk_real x = row[j] - shift;
      row[j] = lk_near_exponential((float)(x < 0 ? x : 0));
    }
  else
    for (size_t j = 0; j < padded; j++) {
      lk_real x = row[j] - shift;
      row[j] = LK_EXP(x < 0 ? x : 0);
    }
}

#endif

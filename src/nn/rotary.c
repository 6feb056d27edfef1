#include "base/vector.h"
#include "lockstep/memory.h"
#include "lockstep/nn.h"
#include <assert.h>

struct lk_rotary {
  int half;      /* D / 2 */
  lk_real *turn; /* (block, D): cosines, then sines, of a position's angles */
};

lk_status lk_rotary_create(lk_rotary **out, int block, int head_size) {
  lk_rotary *rotary = NULL;
  *out = NULL;
  assert(block > 0 && head_size > 0 && head_size % 2 == 0);
  LK_TRY(LK_NEW(rotary, 1));
  rotary->half = head_size / 2;
  lk_status status = LK_NEW(rotary->turn, (size_t)block * (size_t)head_size);
  if (status != LK_OK) {
    lk_rotary_free(rotary);
    return status;
  }
  for (int p = 0; p < block; p++)
    for (int j = 0; j < rotary->half; j++) {
      double angle = p * pow(10000, -(double)j / rotary->half);
      lk_real *row = rotary->turn + (size_t)p * (size_t)head_size;
      row[j] = (lk_real)cos(angle);
      row[rotary->half + j] = (lk_real)sin(angle);
    }
  *out = rotary;
  return LK_OK;
}

void lk_rotary_free(lk_rotary *rotary) {
  if (!rotary) return;
  lk_free(rotary->turn);
  lk_free(rotary);
}

LK_INLINE void turn_head(lk_real *restrict x, const lk_real *restrict turn, int half,
                         lk_real direction) {
  for (int j = 0; j < half; j++) {
    lk_real a = x[j], b = x[half + j], c = turn[j], s = direction * turn[half + j];
    x[j] = a * c - b * s;
    x[half + j] = a * s + b * c;
  }
}

LK_CLONES void lk_rotary_turn(const lk_rotary *rotary, lk_real *x, size_t stride, int rows,
                              int heads, const uint16_t *positions, const int32_t *index,
                              int back) {
  if (!rotary) return;
  size_t D = 2 * (size_t)rotary->half;
  for (int i = 0; i < rows; i++) {
    const lk_real *turn = rotary->turn + positions[index ? index[i] : i] * D;
    for (int h = 0; h < heads; h++)
      turn_head(x + (size_t)i * stride + (size_t)h * D, turn, rotary->half, back ? -1 : 1);
  }
}

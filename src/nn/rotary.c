#include "base/vector.h"
#include "lockstep/memory.h"
#include "lockstep/nn.h"
#include <assert.h>

struct lk_rotary {
  int head_size; /* D */
  int half;      /* of the turned channels */
  lk_real *turn; /* (block, 2 half): cosines, then sines, of a position's angles */
};

lk_status lk_rotary_create(lk_rotary **out, int block, int head_size, int turned) {
  lk_rotary *rotary = NULL;
  *out = NULL;
  assert(block > 0 && turned > 0 && turned % 2 == 0 && turned <= head_size);
  LK_TRY(LK_NEW(rotary, 1));
  rotary->head_size = head_size;
  rotary->half = turned / 2;
  lk_status status = LK_NEW(rotary->turn, (size_t)block * (size_t)turned);
  if (status != LK_OK) {
    lk_rotary_free(rotary);
    return status;
  }
  for (int p = 0; p < block; p++)
    for (int j = 0; j < rotary->half; j++) {
      double angle = p * pow(10000, -(double)j / rotary->half);
      lk_real *row = rotary->turn + (size_t)p * (size_t)turned;
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
  size_t D = (size_t)rotary->head_size, turned = 2 * (size_t)rotary->half;
  for (int i = 0; i < rows; i++) {
    const lk_real *turn = rotary->turn + positions[index ? index[i] : i] * turned;
    for (int h = 0; h < heads; h++)
      turn_head(x + (size_t)i * stride + (size_t)h * D, turn, rotary->half, back ? -1 : 1);
  }
}

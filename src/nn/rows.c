/* The product of decoding: few rows, so that its time is that of reading the weights, and a
 * result that no other row has a part in. */
#include "nn/rows.h"
#include "nn/rows_product.h"
#include <assert.h>

lk_rows_kernel *lk_rows_kernel_of(int bytes, int in_bf16) {
  lk_rows_kernel *wide = in_bf16 ? lk_rows_wide_pairs() : lk_rows_wide();
  assert((bytes == 64 || bytes == 32 || bytes == 16) && bytes <= lk_vector_bytes());
  assert(!in_bf16 || sizeof(lk_real) == sizeof(float)); /* the pairs' sums are fp32 */
  if (bytes == 64 && wide) return wide;
  return in_bf16 ? lk_rows_narrow_pairs(bytes) : lk_rows_narrow(bytes);
}

static const char *bytes_of(lk_operand operand) {
  return operand.bf16 ? (const char *)operand.bf16 : (const char *)operand.real;
}

void lk_multiply_rows(lk_real *y, lk_operand x, lk_operand weight, const lk_real *bias,
                      int rows, int outputs, int inputs) {
  lk_rows_kernel *kernel = lk_rows_kernel_of(lk_vector_bytes(), weight.bf16 != NULL);
  size_t size = weight.bf16 ? sizeof *weight.bf16 : sizeof *weight.real;
  lk_rows_product p = {.y = y,
                       .x = bytes_of(x),
                       .weight = bytes_of(weight),
                       .bias = bias,
                       .outputs = (size_t)outputs,
                       .stride = (size_t)inputs * size};
  assert(rows >= 0 && outputs > 0 && inputs > 0);
  assert(!x.bf16 == !weight.bf16);
  for (size_t left = (size_t)rows; left > 0; left -= p.rows) {
    p.rows = left < LK_ROWS_MOST ? left : LK_ROWS_MOST;
    kernel(&p);
    p.x += p.rows * p.stride;
    p.y += p.rows * p.outputs;
  }
}

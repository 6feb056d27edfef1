#include "lockstep/kernels.h"
#include "lockstep/profile.h"
#include "nn/multiply.h"
#include "nn/onednn.h"
#include "nn/operand.h"
#include <assert.h>

lk_status lk_linear_create(lk_linear *out, lk_precision precision, int inputs,
                           int outputs) {
  assert(inputs > 0 && outputs > 0);
  *out = (lk_linear){inputs, outputs, NULL};
  if (precision == LK_FP32 && lk_products_selected() != LK_ONEDNN) return LK_OK;
  return lk_onednn_create(&out->onednn, precision, inputs, outputs);
}

void lk_linear_release(lk_linear *layer) {
  lk_onednn_free(layer->onednn);
  layer->onednn = NULL;
}

void lk_linear_forward(const lk_linear *layer, lk_real *y, lk_operand x, lk_operand weight,
                       const lk_real *bias, int rows) {
  lk_profile_switch(LK_PART_PRODUCTS);
  assert(rows >= 0 && !x.bf16 == !weight.bf16);
  if (rows > 0) lk_multiply_forward(layer, y, x, weight, bias, rows);
}

void lk_linear_rows(const lk_linear *layer, lk_real *y, lk_operand x, lk_operand weight,
                    const lk_real *bias, int rows) {
  lk_profile_switch(LK_PART_PRODUCTS);
  assert(rows >= 0 && !x.bf16 == !weight.bf16);
  if (rows == 0) return;
  if (lk_kernels_are_reference())
    lk_multiply_forward(layer, y, x, weight, bias, rows);
  else
    lk_multiply_rows(y, x, weight, bias, rows, layer->outputs, layer->inputs);
}

void lk_linear_backward_input(const lk_linear *layer, lk_real *dx, int add, lk_operand dy,
                              lk_operand weight, int rows) {
  lk_profile_switch(LK_PART_PRODUCTS);
  assert(rows >= 0 && !dy.bf16 == !weight.bf16);
  if (rows > 0) lk_multiply_input(layer, dx, add, dy, weight, rows);
}

/* Column sums, row after row: columns are independent, so vectors of them keep the order.
 */
LK_CLONES static void add_column_sums(lk_real *restrict sums, lk_operand from, int rows,
                                      int columns) {
  for (int i = 0; i < rows; i++) {
    size_t row = (size_t)i * (size_t)columns;
    if (from.bf16)
      for (int j = 0; j < columns; j++)
        sums[j] += lk_bf16_value(from.bf16[row + (size_t)j]);
    else
      for (int j = 0; j < columns; j++)
        sums[j] += from.real[row + (size_t)j];
  }
}

void lk_linear_backward_weight(const lk_linear *layer, lk_real *dweight, lk_real *dbias,
                               lk_operand dy, lk_operand x, int rows) {
  lk_profile_switch(LK_PART_PRODUCTS);
  assert(rows >= 0 && !dy.bf16 == !x.bf16);
  if (rows == 0) return;
  if (dbias) add_column_sums(dbias, dy, rows, layer->outputs);
  lk_multiply_weight(layer, dweight, 1, dy, x, rows);
}

#include "lockstep/kernels.h"
#include "lockstep/profile.h"
#include "nn/onednn.h"
#include "nn/operand.h"
#include <cblas.h>
#include <string.h>

#define LK_GEMM _Generic((lk_real)0, float : cblas_sgemm, double : cblas_dgemm)

lk_status lk_linear_create(lk_linear *out, lk_precision precision, int inputs,
                           int outputs) {
  *out = (lk_linear){inputs, outputs, NULL};
  return precision == LK_FP32 ? LK_OK : lk_onednn_create(&out->onednn, inputs, outputs);
}

void lk_linear_release(lk_linear *layer) {
  lk_onednn_free(layer->onednn);
  layer->onednn = NULL;
}

/* C (rows, columns) = or += A·B where element (i, k) of A is a[i·a_row + k·a_column],
 * likewise B. */
static void multiply_reference(lk_real *c, int add, lk_operand a, int a_row, int a_column,
                               lk_operand b, int b_row, int b_column, int rows, int columns,
                               int inner) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) {
      double sum = 0;
      for (int k = 0; k < inner; k++)
        sum += (double)lk_get(a, (size_t)i * (size_t)a_row + (size_t)k * (size_t)a_column) *
               (double)lk_get(b, (size_t)k * (size_t)b_row + (size_t)j * (size_t)b_column);
      lk_real *to = &c[(size_t)i * (size_t)columns + (size_t)j];
      *to = (lk_real)((add ? (double)*to : 0) + sum);
    }
}

static void set_rows(lk_real *y, const lk_real *row, int rows, int columns) {
  for (int i = 0; i < rows; i++)
    memcpy(y + (size_t)i * (size_t)columns, row, (size_t)columns * sizeof *y);
}

void lk_linear_forward(const lk_linear *layer, lk_real *y, lk_operand x, lk_operand weight,
                       const lk_real *bias, int rows) {
  lk_profile_switch(LK_PART_PRODUCTS);
  int in = layer->inputs, out = layer->outputs, add = bias != NULL;
  if (rows == 0) return;
  if (bias) set_rows(y, bias, rows, out);
  if (lk_kernels_are_reference())
    multiply_reference(y, add, x, in, 1, weight, 1, in, rows, out, in);
  else if (layer->onednn)
    lk_onednn_multiply(layer->onednn, add ? LK_PRODUCT_FORWARD_ADD : LK_PRODUCT_FORWARD, y,
                       x.bf16, weight.bf16, rows);
  else
    LK_GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, rows, out, in, 1, x.real, in,
            weight.real, in, add, y, out);
}

void lk_linear_backward_input(const lk_linear *layer, lk_real *dx, int add, lk_operand dy,
                              lk_operand weight, int rows) {
  lk_profile_switch(LK_PART_PRODUCTS);
  int in = layer->inputs, out = layer->outputs;
  if (rows == 0) return;
  if (lk_kernels_are_reference())
    multiply_reference(dx, add, dy, out, 1, weight, in, 1, rows, in, out);
  else if (layer->onednn)
    lk_onednn_multiply(layer->onednn, add ? LK_PRODUCT_INPUT_ADD : LK_PRODUCT_INPUT, dx,
                       dy.bf16, weight.bf16, rows);
  else
    LK_GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, in, out, 1, dy.real, out,
            weight.real, in, add ? 1 : 0, dx, in);
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
  int in = layer->inputs, out = layer->outputs;
  if (rows == 0) return;
  if (dbias) add_column_sums(dbias, dy, rows, out);
  if (lk_kernels_are_reference())
    multiply_reference(dweight, 1, dy, 1, out, x, in, 1, out, in, rows);
  else if (layer->onednn)
    lk_onednn_multiply(layer->onednn, LK_PRODUCT_WEIGHT_ADD, dweight, dy.bf16, x.bf16,
                       rows);
  else
    LK_GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, out, in, rows, 1, dy.real, out, x.real,
            in, 1, dweight, in);
}

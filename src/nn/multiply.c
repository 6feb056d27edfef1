#include "nn/multiply.h"
#include "lockstep/kernels.h"
#include "nn/onednn.h"
#include "nn/operand.h"
#include <assert.h>
#include <cblas.h>
#include <string.h>

#define LK_GEMM _Generic((lk_real)0, float : cblas_sgemm, double : cblas_dgemm)

static double element(lk_factor f, int row, int column, int rows, int columns) {
  size_t i = f.transposed ? (size_t)column * (size_t)rows + (size_t)row
                          : (size_t)row * (size_t)columns + (size_t)column;
  return (double)lk_get(f.values, i);
}

static void multiply_reference(lk_real *c, int add, lk_factor a, lk_factor b, int rows,
                               int columns, int inner) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) {
      lk_real *to = &c[(size_t)i * (size_t)columns + (size_t)j];
      double sum = 0;
      for (int k = 0; k < inner; k++)
        sum += element(a, i, k, rows, inner) * element(b, k, j, inner, columns);
      *to = (lk_real)((add ? (double)*to : 0) + sum);
    }
}

static lk_product_library selected = LK_OPENBLAS;

int lk_products_has(lk_product_library library) {
  return library == LK_OPENBLAS || lk_onednn_is_there();
}

lk_status lk_products_select(lk_product_library library, const char *origin) {
  if (!lk_products_has(library))
    return lk_fail(LK_USAGE,
                   "%s: products is onednn, but this program was built without oneDNN; "
                   "install libdnnl-dev and build anew, or set products=openblas",
                   origin);
  selected = library;
  return LK_OK;
}

lk_product_library lk_products_selected(void) {
  return selected;
}

static void multiply_by_openblas(lk_real *c, int add, lk_factor a, lk_factor b, int rows,
                                 int columns, int inner) {
  LK_GEMM(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
          b.transposed ? CblasTrans : CblasNoTrans, rows, columns, inner, 1, a.values.real,
          a.transposed ? rows : inner, b.values.real, b.transposed ? inner : columns,
          add ? 1 : 0, c, columns);
}

void lk_multiply(lk_real *c, int add, lk_factor a, lk_factor b, int rows, int columns,
                 int inner) {
  assert(rows > 0 && columns > 0 && inner > 0);
  assert(lk_kernels_are_reference() || (a.values.real && b.values.real));
  if (lk_kernels_are_reference())
    multiply_reference(c, add, a, b, rows, columns, inner);
  else if (selected == LK_ONEDNN)
    lk_onednn_multiply_fp32(c, add, a, b, rows, columns, inner);
  else
    multiply_by_openblas(c, add, a, b, rows, columns, inner);
}

static int uses_onednn(const lk_linear *layer, lk_operand x) {
  return layer->onednn && x.bf16 && !lk_kernels_are_reference();
}

/* Else a bias is what the sums start from, which takes a pass of its own over y. */
static int adds_bias(const lk_linear *layer, lk_operand x) {
  int is_selected = x.bf16 || selected == LK_ONEDNN;
  return layer->onednn && is_selected && !lk_kernels_are_reference() &&
         lk_onednn_takes_bias(layer->onednn);
}

static void set_rows(lk_real *y, const lk_real *row, int rows, int columns) {
  for (int i = 0; i < rows; i++)
    memcpy(y + (size_t)i * (size_t)columns, row, (size_t)columns * sizeof *y);
}

void lk_multiply_forward(const lk_linear *layer, lk_real *y, lk_operand x,
                         lk_operand weight, const lk_real *bias, int rows) {
  if (bias && adds_bias(layer, x)) {
    lk_onednn_multiply(layer->onednn, LK_PRODUCT_BIAS, y, x, weight, bias, rows);
    return;
  }
  if (bias) set_rows(y, bias, rows, layer->outputs);
  if (uses_onednn(layer, x))
    lk_onednn_multiply(layer->onednn, bias ? LK_PRODUCT_FORWARD_ADD : LK_PRODUCT_FORWARD, y,
                       x, weight, NULL, rows);
  else
    lk_multiply(y, bias != NULL, (lk_factor){x, 0}, (lk_factor){weight, 1}, rows,
                layer->outputs, layer->inputs);
}

void lk_multiply_input(const lk_linear *layer, lk_real *dx, int add, lk_operand dy,
                       lk_operand weight, int rows) {
  if (uses_onednn(layer, dy))
    lk_onednn_multiply(layer->onednn, add ? LK_PRODUCT_INPUT_ADD : LK_PRODUCT_INPUT, dx, dy,
                       weight, NULL, rows);
  else
    lk_multiply(dx, add, (lk_factor){dy, 0}, (lk_factor){weight, 0}, rows, layer->inputs,
                layer->outputs);
}

void lk_multiply_weight(const lk_linear *layer, lk_real *dweight, int add, lk_operand dy,
                        lk_operand x, int rows) {
  size_t size = (size_t)layer->outputs * (size_t)layer->inputs * sizeof *dweight;
  if (!uses_onednn(layer, dy)) {
    lk_multiply(dweight, add, (lk_factor){dy, 1}, (lk_factor){x, 0}, layer->outputs,
                layer->inputs, rows);
    return;
  }
  if (!add) memset(dweight, 0, size);
  lk_onednn_multiply(layer->onednn, LK_PRODUCT_WEIGHT_ADD, dweight, dy, x, NULL, rows);
}

#include "base/chunks.h"
#include "base/vector.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include "nn/norm.h"
#include "nn/operand.h"
#include <assert.h>
#include <string.h>

static void forward_reference(lk_operand y, size_t row, lk_real *inverse, const lk_real *x,
                              const lk_real *weight, int columns) {
  double squares = 0;
  for (int c = 0; c < columns; c++)
    squares += (double)x[c] * (double)x[c];
  double scale = 1 / sqrt(squares / columns + LK_NORM_EPSILON);
  for (int c = 0; c < columns; c++)
    lk_put(y, row + (size_t)c, (lk_real)((double)x[c] * scale * (double)weight[c]));
  *inverse = (lk_real)scale;
}

LK_INLINE void forward_row(lk_operand y, size_t row, lk_real *inverse, const lk_real *x,
                           const lk_real *weight, size_t columns) {
  lk_real square = lk_row_dot(x, x, columns) / (lk_real)columns;
  lk_real scale = 1 / LK_SQRT(square + (lk_real)LK_NORM_EPSILON);
  for (size_t c = 0; c < columns; c++)
    lk_put(y, row + c, x[c] * scale * weight[c]);
  *inverse = scale;
}

LK_CLONES static void forward_fast(lk_operand y, lk_real *inverse, const lk_real *x,
                                   const lk_real *weight, lk_chunk rows, size_t columns) {
  for (size_t i = rows.first; i < rows.first + rows.count; i++)
    forward_row(y, i * columns, inverse + i, x + i * columns, weight, columns);
}

void lk_rms_norm_forward(lk_operand y, lk_real *inverse, const lk_real *x,
                         const lk_real *weight, int rows, int columns) {
  const int chunks = lk_chunks((size_t)rows, LK_ROWS_GRAIN);
  lk_profile_switch(LK_PART_ELEMENTWISE);
  assert(columns > 0 && !y.real != !y.bf16);
  if (lk_kernels_are_reference()) {
    for (int i = 0; i < rows; i++) {
      size_t row = (size_t)i * (size_t)columns;
      forward_reference(y, row, inverse + i, x + row, weight, columns);
    }
    return;
  }
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++)
    forward_fast(y, inverse, x, weight, lk_chunk_of(i, chunks, (size_t)rows, LK_ROWS_GRAIN),
                 (size_t)columns);
}

/* With x' the normalised row and g = dy·weight: dx = inverse·(g - x'·mean(g·x')). */
static void backward_reference(lk_real *dx, lk_real *dweight, const lk_real *dy,
                               const lk_real *x, double inverse, const lk_real *weight,
                               int columns) {
  double product = 0;
  for (int c = 0; c < columns; c++) {
    double normal = (double)x[c] * inverse;
    product += (double)dy[c] * (double)weight[c] * normal;
    dweight[c] += (lk_real)((double)dy[c] * normal);
  }
  for (int c = 0; c < columns; c++) {
    double normal = (double)x[c] * inverse;
    dx[c] += (lk_real)(inverse *
                       ((double)dy[c] * (double)weight[c] - normal * product / columns));
  }
}

LK_INLINE void backward_row(lk_real *restrict dx, lk_real *restrict dweight,
                            const lk_real *restrict dy, const lk_real *restrict x,
                            lk_real inverse, const lk_real *restrict weight,
                            size_t columns) {
  lk_real products[LK_LANES] = {0};
  size_t c = 0;
  for (; c + LK_LANES <= columns; c += LK_LANES)
    for (size_t lane = 0; lane < LK_LANES; lane++) {
      lk_real normal = x[c + lane] * inverse, up = dy[c + lane];
      products[lane] += up * weight[c + lane] * normal;
      dweight[c + lane] += up * normal;
    }
  lk_real product = lk_lanes_sum(products);
  for (; c < columns; c++) {
    lk_real normal = x[c] * inverse;
    product += dy[c] * weight[c] * normal;
    dweight[c] += dy[c] * normal;
  }
  product /= (lk_real)columns;
  for (c = 0; c < columns; c++)
    dx[c] += inverse * (dy[c] * weight[c] - x[c] * inverse * product);
}

LK_CLONES static void backward_fast(lk_real *dx, lk_real *dweight, const lk_real *dy,
                                    const lk_real *x, const lk_real *inverse,
                                    const lk_real *weight, lk_chunk rows, size_t columns) {
  for (size_t i = rows.first; i < rows.first + rows.count; i++)
    backward_row(dx + i * columns, dweight, dy + i * columns, x + i * columns, inverse[i],
                 weight, columns);
}

/* dx of some rows, by the same code, lest the compiler round it otherwise. */
static void backward_rows(lk_real *dx, const lk_real *dy, const lk_real *x,
                          const lk_real *inverse, const lk_real *weight, lk_chunk rows,
                          size_t columns) {
  lk_real spare[LK_NORM_WIDEST];
  assert(columns <= LK_NORM_WIDEST);
  memset(spare, 0, sizeof spare);
  backward_fast(dx, spare, dy, x, inverse, weight, rows, columns);
}

/* dweight alone, of some columns, row after row as ever. */
LK_CLONES static void backward_columns(lk_real *restrict dweight, const lk_real *dy,
                                       const lk_real *x, const lk_real *inverse, int rows,
                                       lk_chunk chunk, size_t columns) {
  for (size_t i = 0; i < (size_t)rows; i++)
    for (size_t c = chunk.first; c < chunk.first + chunk.count; c++) {
      lk_real normal = x[i * columns + c] * inverse[i];
      dweight[c] += dy[i * columns + c] * normal;
    }
}

static void backward_in_chunks(lk_real *dx, lk_real *dweight, const lk_real *dy,
                               const lk_real *x, const lk_real *inverse,
                               const lk_real *weight, int rows, int columns) {
  const int of_rows = lk_chunks((size_t)rows, LK_ROWS_GRAIN);
  const int of_columns = lk_chunks((size_t)columns, LK_LANES);
  LK_PARALLEL(of_rows)
  for (int i = 0; i < of_rows; i++)
    backward_rows(dx, dy, x, inverse, weight,
                  lk_chunk_of(i, of_rows, (size_t)rows, LK_ROWS_GRAIN), (size_t)columns);
  LK_PARALLEL(of_columns)
  for (int i = 0; i < of_columns; i++)
    backward_columns(dweight, dy, x, inverse, rows,
                     lk_chunk_of(i, of_columns, (size_t)columns, LK_LANES),
                     (size_t)columns);
}

void lk_rms_norm_backward(lk_real *dx, lk_real *dweight, const lk_real *dy,
                          const lk_real *x, const lk_real *inverse, const lk_real *weight,
                          int rows, int columns) {
  lk_profile_switch(LK_PART_ELEMENTWISE);
  assert(rows >= 0 && columns > 0 && dx != x);
  if (!lk_kernels_are_reference()) {
    if (lk_kernels_threads() > 1 && columns <= LK_NORM_WIDEST)
      backward_in_chunks(dx, dweight, dy, x, inverse, weight, rows, columns);
    else
      backward_fast(dx, dweight, dy, x, inverse, weight, (lk_chunk){0, (size_t)rows},
                    (size_t)columns);
    return;
  }
  for (int i = 0; i < rows; i++) {
    size_t row = (size_t)i * (size_t)columns;
    backward_reference(dx + row, dweight, dy + row, x + row, (double)inverse[i], weight,
                       columns);
  }
}

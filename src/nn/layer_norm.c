#include "base/chunks.h"
#include "base/vector.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include "nn/norm.h"
#include "nn/operand.h"
#include <assert.h>
#include <string.h>

static void forward_reference(lk_operand y, size_t row, lk_real *mean, lk_real *inverse,
                              const lk_real *x, const lk_real *weight, const lk_real *bias,
                              int columns) {
  double sum = 0, squares = 0;
  for (int c = 0; c < columns; c++)
    sum += (double)x[c];
  double average = sum / columns;
  for (int c = 0; c < columns; c++)
    squares += ((double)x[c] - average) * ((double)x[c] - average);
  double scale = 1 / sqrt(squares / columns + LK_NORM_EPSILON);
  for (int c = 0; c < columns; c++)
    lk_put(
        y, row + (size_t)c,
        (lk_real)(((double)x[c] - average) * scale * (double)weight[c] + (double)bias[c]));
  *mean = (lk_real)average;
  *inverse = (lk_real)scale;
}

/* Sum of squared distances from `average`, in lk_row_sum's order. */
LK_INLINE lk_real squared_distances(const lk_real *x, lk_real average, size_t columns) {
  lk_real lanes[LK_LANES] = {0};
  size_t c = 0;
  for (; c + LK_LANES <= columns; c += LK_LANES)
    for (size_t lane = 0; lane < LK_LANES; lane++) {
      lk_real distance = x[c + lane] - average;
      lanes[lane] += distance * distance;
    }
  lk_real sum = lk_lanes_sum(lanes);
  for (; c < columns; c++)
    sum += (x[c] - average) * (x[c] - average);
  return sum;
}

LK_INLINE void forward_row(lk_operand y, size_t row, lk_real *mean, lk_real *inverse,
                           const lk_real *x, const lk_real *weight, const lk_real *bias,
                           size_t columns) {
  lk_real average = lk_row_sum(x, columns) / (lk_real)columns;
  lk_real variance = squared_distances(x, average, columns) / (lk_real)columns;
  lk_real scale = 1 / LK_SQRT(variance + (lk_real)LK_NORM_EPSILON);
  for (size_t c = 0; c < columns; c++)
    lk_put(y, row + c, (x[c] - average) * scale * weight[c] + bias[c]);
  *mean = average;
  *inverse = scale;
}

LK_CLONES static void forward_fast(lk_operand y, lk_real *mean, lk_real *inverse,
                                   const lk_real *x, const lk_real *weight,
                                   const lk_real *bias, lk_chunk rows, size_t columns) {
  for (size_t i = rows.first; i < rows.first + rows.count; i++)
    forward_row(y, i * columns, mean + i, inverse + i, x + i * columns, weight, bias,
                columns);
}

void lk_layer_norm_forward(lk_operand y, lk_real *mean, lk_real *inverse, const lk_real *x,
                           const lk_real *weight, const lk_real *bias, int rows,
                           int columns) {
  const int chunks = lk_chunks((size_t)rows, LK_ROWS_GRAIN);
  lk_profile_switch(LK_PART_ELEMENTWISE);
  assert(columns > 0 && !y.real != !y.bf16);
  if (lk_kernels_are_reference()) {
    for (int i = 0; i < rows; i++) {
      size_t row = (size_t)i * (size_t)columns;
      forward_reference(y, row, mean + i, inverse + i, x + row, weight, bias, columns);
    }
    return;
  }
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++)
    forward_fast(y, mean, inverse, x, weight, bias,
                 lk_chunk_of(i, chunks, (size_t)rows, LK_ROWS_GRAIN), (size_t)columns);
}

/* With x' the normalised row and g = dy·weight: dx = inverse·(g - mean(g) - x'·mean(g·x')).
 */
static void backward_reference(lk_real *dx, lk_real *dweight, lk_real *dbias,
                               const lk_real *dy, const lk_real *x, double mean,
                               double inverse, const lk_real *weight, int columns) {
  double sum = 0, product = 0;
  for (int c = 0; c < columns; c++) {
    double normal = ((double)x[c] - mean) * inverse;
    sum += (double)dy[c] * (double)weight[c];
    product += (double)dy[c] * (double)weight[c] * normal;
    dweight[c] += (lk_real)((double)dy[c] * normal);
    dbias[c] += dy[c];
  }
  for (int c = 0; c < columns; c++) {
    double normal = ((double)x[c] - mean) * inverse;
    dx[c] += (lk_real)(inverse * ((double)dy[c] * (double)weight[c] - sum / columns -
                                  normal * product / columns));
  }
}

LK_INLINE void backward_row(lk_real *restrict dx, lk_real *restrict dweight,
                            lk_real *restrict dbias, const lk_real *restrict dy,
                            const lk_real *restrict x, lk_real mean, lk_real inverse,
                            const lk_real *restrict weight, size_t columns) {
  lk_real sums[LK_LANES] = {0}, products[LK_LANES] = {0};
  size_t c = 0;
  for (; c + LK_LANES <= columns; c += LK_LANES)
    for (size_t lane = 0; lane < LK_LANES; lane++) {
      lk_real normal = (x[c + lane] - mean) * inverse, up = dy[c + lane];
      lk_real g = up * weight[c + lane];
      sums[lane] += g;
      products[lane] += g * normal;
      dweight[c + lane] += up * normal;
      dbias[c + lane] += up;
    }
  lk_real sum = lk_lanes_sum(sums), product = lk_lanes_sum(products);
  for (; c < columns; c++) {
    lk_real normal = (x[c] - mean) * inverse;
    sum += dy[c] * weight[c];
    product += dy[c] * weight[c] * normal;
    dweight[c] += dy[c] * normal;
    dbias[c] += dy[c];
  }
  sum /= (lk_real)columns;
  product /= (lk_real)columns;
  for (c = 0; c < columns; c++) {
    lk_real normal = (x[c] - mean) * inverse;
    dx[c] += inverse * (dy[c] * weight[c] - sum - normal * product);
  }
}

LK_CLONES static void backward_fast(lk_real *dx, lk_real *dweight, lk_real *dbias,
                                    const lk_real *dy, const lk_real *x,
                                    const lk_real *mean, const lk_real *inverse,
                                    const lk_real *weight, lk_chunk rows, size_t columns) {
  for (size_t i = rows.first; i < rows.first + rows.count; i++)
    backward_row(dx + i * columns, dweight, dbias, dy + i * columns, x + i * columns,
                 mean[i], inverse[i], weight, columns);
}

/* dx of some rows, by the same code, lest the compiler round it otherwise. */
static void backward_rows(lk_real *dx, const lk_real *dy, const lk_real *x,
                          const lk_real *mean, const lk_real *inverse,
                          const lk_real *weight, lk_chunk rows, size_t columns) {
  lk_real spare[2][LK_NORM_WIDEST];
  assert(columns <= LK_NORM_WIDEST);
  memset(spare, 0, sizeof spare);
  backward_fast(dx, spare[0], spare[1], dy, x, mean, inverse, weight, rows, columns);
}

/* dweight and dbias alone, of some columns, row after row as ever. */
LK_CLONES static void backward_columns(lk_real *restrict dweight, lk_real *restrict dbias,
                                       const lk_real *dy, const lk_real *x,
                                       const lk_real *mean, const lk_real *inverse,
                                       int rows, lk_chunk chunk, size_t columns) {
  for (size_t i = 0; i < (size_t)rows; i++)
    for (size_t c = chunk.first; c < chunk.first + chunk.count; c++) {
      lk_real normal = (x[i * columns + c] - mean[i]) * inverse[i],
              up = dy[i * columns + c];
      dweight[c] += up * normal;
      dbias[c] += up;
    }
}

/* What rows and columns have apart is shared out apart. */
static void backward_in_chunks(lk_real *dx, lk_real *dweight, lk_real *dbias,
                               const lk_real *dy, const lk_real *x, const lk_real *mean,
                               const lk_real *inverse, const lk_real *weight, int rows,
                               int columns) {
  const int of_rows = lk_chunks((size_t)rows, LK_ROWS_GRAIN);
  const int of_columns = lk_chunks((size_t)columns, LK_LANES);
  LK_PARALLEL(of_rows)
  for (int i = 0; i < of_rows; i++)
    backward_rows(dx, dy, x, mean, inverse, weight,
                  lk_chunk_of(i, of_rows, (size_t)rows, LK_ROWS_GRAIN), (size_t)columns);
  LK_PARALLEL(of_columns)
  for (int i = 0; i < of_columns; i++)
    backward_columns(dweight, dbias, dy, x, mean, inverse, rows,
                     lk_chunk_of(i, of_columns, (size_t)columns, LK_LANES),
                     (size_t)columns);
}

void lk_layer_norm_backward(lk_real *dx, lk_real *dweight, lk_real *dbias,
                            const lk_real *dy, const lk_real *x, const lk_real *mean,
                            const lk_real *inverse, const lk_real *weight, int rows,
                            int columns) {
  lk_profile_switch(LK_PART_ELEMENTWISE);
  if (!lk_kernels_are_reference()) {
    if (lk_kernels_threads() > 1 && columns <= LK_NORM_WIDEST)
      backward_in_chunks(dx, dweight, dbias, dy, x, mean, inverse, weight, rows, columns);
    else
      backward_fast(dx, dweight, dbias, dy, x, mean, inverse, weight,
                    (lk_chunk){0, (size_t)rows}, (size_t)columns);
    return;
  }
  for (int i = 0; i < rows; i++) {
    size_t row = (size_t)i * (size_t)columns;
    backward_reference(dx + row, dweight, dbias, dy + row, x + row, (double)mean[i],
                       (double)inverse[i], weight, columns);
  }
}

/* Private to rows.c and its kernels. */
#ifndef LOCKSTEP_NN_ROWS_PRODUCT_H
#define LOCKSTEP_NN_ROWS_PRODUCT_H

#include "base/vector.h"

/* Matrices whose rows are `stride` bytes of numbers, all fp32 or all bf16. */
typedef struct {
  lk_real *y;             /* (rows, outputs) */
  const char *x, *weight; /* (rows, stride), (outputs, stride) */
  const lk_real *bias;    /* (outputs) NULL: none */
  size_t rows, outputs, stride;
} lk_rows_product;

/* A kernel takes so many rows at most: they take longer than reading the weights. */
enum { LK_ROWS_MOST = 32 };

typedef void lk_rows_kernel(const lk_rows_product *product);

/* By vectors of so many bytes: 16, 32 or 64, at most lk_vector_bytes(); or of fewer, where
 * there is no such kernel. What is behind a row's last line alone, of LK_ALIGNMENT bytes,
 * may round otherwise by another width, and all where products are rounded by themselves.
 */
lk_rows_kernel *lk_rows_kernel_of(int bytes, int in_bf16);

/* What it chooses from; wide ones are NULL where this machine or build has none. */
lk_rows_kernel *lk_rows_wide(void);
lk_rows_kernel *lk_rows_wide_pairs(void); /* which take numbers below 1e-38 for 0 */
lk_rows_kernel *lk_rows_narrow(int bytes);
lk_rows_kernel *lk_rows_narrow_pairs(int bytes);

/* Some inputs of some outputs: what stays near while all rows go by. */
typedef struct {
  const char *x, *weight; /* from its first input, of its first output */
  const char *next;       /* the weights of the next block */
  lk_real *sums;          /* (rows, outputs, LK_LANES) so far */
  size_t stride, lines;   /* bytes of a row, and of LK_ALIGNMENT bytes in the block */
  size_t tiles;           /* that all rows make */
  size_t step, pace;      /* bytes between what is asked for in a line, and in two */
  int is_first;           /* no sums so far */
} lk_rows_block;

#endif

/* Private to the kernels: products by oneDNN of bf16 and of fp32 matrices, results in fp32.
 */
#ifndef LOCKSTEP_NN_ONEDNN_H
#define LOCKSTEP_NN_ONEDNN_H

#include "nn/multiply.h"

/* The products of one linear layer. `rows` may differ from call to call. Those that add
 * come last. */
typedef enum {
  LK_PRODUCT_FORWARD,     /* y (rows, outputs) = x · weightᵀ */
  LK_PRODUCT_BIAS,        /* the same + bias, where lk_onednn_takes_bias */
  LK_PRODUCT_INPUT,       /* dx (rows, inputs) = dy · weight */
  LK_PRODUCT_FORWARD_ADD, /* y += x · weightᵀ */
  LK_PRODUCT_INPUT_ADD,   /* dx += dy · weight */
  LK_PRODUCT_WEIGHT_ADD,  /* dweight (outputs, inputs) += dyᵀ · x */
  LK_PRODUCTS
} lk_product;

/* Whether this build has it. */
int lk_onednn_is_there(void);

/* Threads of products that are made from now on. */
void lk_onednn_set_threads(int threads);

/* Makes ready all products of a layer in bf16, which needs lk_precision_check, or in fp32
 * the one with a bias, if it takes one. The caller owns *out. */
lk_status lk_onednn_create(lk_onednn **out, lk_precision precision, int inputs,
                           int outputs);
void lk_onednn_free(lk_onednn *layer);

/* Whether a bias that is added to a sum gives the bits of one that the sum starts from. */
int lk_onednn_takes_bias(const lk_onednn *layer);

/* c = or += a · b, with a and b as the list above names them from left to right; bias
 * (outputs) for LK_PRODUCT_BIAS, else NULL. rows > 0. A failure is kept for
 * lk_linear_status. */
void lk_onednn_multiply(const lk_onednn *layer, lk_product product, lk_real *c,
                        lk_operand a, lk_operand b, const lk_real *bias, int rows);

/* lk_multiply of fp32 factors. */
void lk_onednn_multiply_fp32(lk_real *c, int add, lk_factor a, lk_factor b, int rows,
                             int columns, int inner);

#endif

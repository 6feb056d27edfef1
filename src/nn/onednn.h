/* Private to the kernels: products of bf16 matrices by oneDNN, results in fp32. */
#ifndef LOCKSTEP_NN_ONEDNN_H
#define LOCKSTEP_NN_ONEDNN_H

#include "lockstep/nn.h"

/* The products of one linear layer. `rows` may differ from call to call. */
typedef enum {
  LK_PRODUCT_FORWARD,     /* y (rows, outputs) = x · weightᵀ */
  LK_PRODUCT_FORWARD_ADD, /* the same, added to y */
  LK_PRODUCT_INPUT,       /* dx (rows, inputs) = dy · weight */
  LK_PRODUCT_INPUT_ADD,   /* the same, added to dx */
  LK_PRODUCT_WEIGHT_ADD,  /* dweight (outputs, inputs) += dyᵀ · x */
  LK_PRODUCTS
} lk_product;

/* Threads of products that are made from now on. */
void lk_onednn_set_threads(int threads);

/* Makes all products of a layer ready; needs lk_precision_check. The caller owns *out. */
lk_status lk_onednn_create(lk_onednn **out, int inputs, int outputs);
void lk_onednn_free(lk_onednn *layer);

/* c = or += a · b, with a and b as the list above names them from left to right. rows > 0.
 * A failure is kept for lk_linear_status. */
void lk_onednn_multiply(const lk_onednn *layer, lk_product product, lk_real *c,
                        const lk_bf16 *a, const lk_bf16 *b, int rows);

#endif

/* The layers of the model as kernels on the caller's buffers. rows × columns as said at
 * each; no allocation, no failure, not collective. "adds to" means +=. Every sum runs in an
 * order that depends on the shapes alone. `keep` is a dropout mask of 0 and 1, NULL for
 * none, and keep_scale what kept values are multiplied by. */
#ifndef LOCKSTEP_NN_H
#define LOCKSTEP_NN_H

#include "lockstep/types.h"
#include <stddef.h>
#include <stdint.h>

/* OpenBLAS takes its kernels and its first threads from environment variables when it is
 * loaded, and knows new processors badly: some get kernels of 2004. This sets
 * OPENBLAS_CORETYPE by the instruction set, so that all processors of one instruction set
 * give the same bits, and OPENBLAS_NUM_THREADS to 1, where they are not set, and starts the
 * program anew if it set one. Call it first in main. It returns where nothing was to be
 * done, or starting anew failed. */
void lk_blas_prepare(char **argv);

/* Threads of the BLAS library in this process. */
void lk_blas_set_threads(int threads);

/* "OpenBLAS 0.3.21 SkylakeX", owned by the library. */
const char *lk_blas_description(void);

/* y (rows, outputs) = x (rows, inputs) · weightᵀ + bias; weight (outputs, inputs) as
 * PyTorch keeps it; bias (outputs) or NULL. */
void lk_linear_forward(lk_real *y, const lk_real *x, const lk_real *weight,
                       const lk_real *bias, int rows, int inputs, int outputs);

/* dx (rows, inputs) = dy · weight, or adds to it. */
void lk_linear_backward_input(lk_real *dx, int add, const lk_real *dy,
                              const lk_real *weight, int rows, int inputs, int outputs);

/* Adds dyᵀ · x to dweight and dy's column sums to dbias (or NULL). */
void lk_linear_backward_weight(lk_real *dweight, lk_real *dbias, const lk_real *dy,
                               const lk_real *x, int rows, int inputs, int outputs);

/* Layer normalisation of each row (Ba et al. 2016), epsilon 1e-5 as in PyTorch. Saves each
 * row's mean and inverse standard deviation. */
void lk_layer_norm_forward(lk_real *y, lk_real *mean, lk_real *inverse, const lk_real *x,
                           const lk_real *weight, const lk_real *bias, int rows,
                           int columns);

/* Adds to dx (rows, columns), dweight and dbias (columns). */
void lk_layer_norm_backward(lk_real *dx, lk_real *dweight, lk_real *dbias,
                            const lk_real *dy, const lk_real *x, const lk_real *mean,
                            const lk_real *inverse, const lk_real *weight, int rows,
                            int columns);

/* GELU with the exact erf (Hendrycks & Gimpel 2016): y = x·Φ(x). Replaces x by the slope
 * Φ(x) + x·φ(x), all that the backward pass needs. */
void lk_gelu_forward(lk_real *y, lk_real *x_to_slope, size_t count);

/* dy becomes dx = dy · slope. */
void lk_gelu_backward(lk_real *dy_to_dx, const lk_real *slope, size_t count);

/* y = x + dropout(branch). y may be x. */
void lk_residual_forward(lk_real *y, const lk_real *x, const lk_real *branch,
                         const uint8_t *keep, lk_real keep_scale, size_t count);

/* dx = dropout's gradient of dy. dx may be dy. */
void lk_dropout_backward(lk_real *dx, const lk_real *dy, const uint8_t *keep,
                         lk_real keep_scale, size_t count);

/* y (rows, columns) = dropout(token embedding + position embedding). */
void lk_embedding_forward(lk_real *y, const uint16_t *tokens, const uint16_t *positions,
                          const lk_real *token_table, const lk_real *position_table,
                          const uint8_t *keep, lk_real keep_scale, int rows, int columns);

/* Adds dy's rows (dropout's gradient already taken) to the rows of the two tables'
 * gradients. */
void lk_embedding_backward(lk_real *dtoken_table, lk_real *dposition_table,
                           const lk_real *dy, const uint16_t *tokens,
                           const uint16_t *positions, int rows, int columns);

/* Softmax cross-entropy: losses[rows] = -log softmax(logits)[target] in nats. With gradient
 * != 0 the logits (rows, classes) become the gradient of the losses' sum. */
void lk_cross_entropy(double *losses, lk_real *logits, const uint16_t *targets, int rows,
                      int classes, int gradient);

/* Rows of y are rows index[i] of x, and back: rows index[i] of x get row i of y added. */
void lk_gather_rows(lk_real *y, const lk_real *x, const int32_t *index, int rows,
                    int columns);
void lk_scatter_add_rows(lk_real *x, const lk_real *y, const int32_t *index, int rows,
                         int columns);

#endif

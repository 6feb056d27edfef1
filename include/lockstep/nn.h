/* The layers of the model as kernels on the caller's buffers. rows × columns as said at
 * each; no allocation, no failure, not collective. "adds to" means +=. Every sum runs in an
 * order that depends on the shapes alone. `keep` is a dropout mask of
 * lk_random_keep_bits, NULL for none, and keep_scale what kept values are multiplied by. */
#ifndef LOCKSTEP_NN_H
#define LOCKSTEP_NN_H

#include "lockstep/linkage.h"
#include "lockstep/operand.h"
#include "lockstep/status.h"
#include "lockstep/types.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* OpenBLAS takes its kernels and its first threads from environment variables when it is
 * loaded, and knows new processors badly: some get kernels of 2004. This sets
 * OPENBLAS_CORETYPE by the instruction set, so that all processors of one instruction set
 * give the same bits, OPENBLAS_NUM_THREADS to 1, and how long its and OpenMP's idle threads
 * spin (OPENBLAS_THREAD_TIMEOUT, OMP_WAIT_POLICY, GOMP_SPINCOUNT), where they are not set,
 * and starts the program anew if it set one. To be called from .preinit_array, before
 * OpenBLAS starts. It returns where nothing was to be done, or starting anew failed.
 * LK_INTERNAL when there is no memory for a product; as OpenBLAS looks for it for ever
 * where it finds none, the process from here to lk_blas_loaded ends with a message if that
 * takes long. */
lk_status lk_blas_prepare(char **argv);

/* First in main. */
void lk_blas_loaded(void);

/* Threads of OpenBLAS and oneDNN in this process; before lk_linear_create. OpenBLAS takes
 * its memory here, for it waits for ever where it finds none. LK_INTERNAL, with the need,
 * when memory or threads are short. */
lk_status lk_blas_set_threads(int threads);

/* The same for the threads that OpenBLAS has by itself, unless that was done: before the
 * first product. */
lk_status lk_blas_reserve(void);

/* "OpenBLAS 0.3.21 SkylakeX", owned by the library. */
const char *lk_blas_description(void);

/* "oneDNN 2.6.3 AVX512_BF16", owned by the library. */
const char *lk_onednn_description(void);

/* Who computes the products of fp32 matrices, in the order of the config's names. */
typedef enum { LK_OPENBLAS, LK_ONEDNN, LK_PRODUCT_LIBRARIES } lk_product_library;

/* Whether this build has it. */
int lk_products_has(lk_product_library library);

/* From here on, in this process; OpenBLAS until then. LK_USAGE, with the fix, when this
 * build has no such library. origin: where the choice is from, for the message. */
lk_status lk_products_select(lk_product_library library, const char *origin);
lk_product_library lk_products_selected(void);

/* Number format of the operands of products, in the order of the config's names: all, but
 * for those of attention where it is LK_BF16. Results and sums are fp32 in each. */
typedef enum { LK_FP32, LK_BF16, LK_BF16_ATTENTION } lk_precision;

/* LK_USAGE, with the fix, when this build or processor has no such products. For the
 * message, key: which of the config's says so; origin: where its value is from. */
lk_status lk_precision_check(lk_precision precision, const char *key, const char *origin);

/* Rotary positions (Su et al. 2021): of the first T numbers of a head's query or key, j and
 * j + T/2 are turned by position · 10000^(-2j/T), so that their product depends on the
 * distance. T, `turned`, is even, and at most head_size. The caller owns *out:
 * lk_rotary_free. */
typedef struct lk_rotary lk_rotary;
lk_status lk_rotary_create(lk_rotary **out, int block, int head_size, int turned);
void lk_rotary_free(lk_rotary *rotary);

/* Turns `rows` rows of x, `stride` apart, of `heads` heads, in place: row i by
 * positions[index[i]], or positions[i] where index is NULL. back: the other way, which is
 * what a gradient needs. rotary NULL: does nothing. */
void lk_rotary_turn(const lk_rotary *rotary, lk_real *x, size_t stride, int rows, int heads,
                    const uint16_t *positions, const int32_t *index, int back);

/* A linear layer's shape and what oneDNN has made ready: its products in bf16; in fp32 that
 * with a bias, where oneDNN is selected, else NULL. */
typedef struct lk_onednn lk_onednn;
typedef struct {
  int inputs, outputs;
  lk_onednn *onednn;
} lk_linear;

/* In fp32 by OpenBLAS this cannot fail. The caller owns what *out holds: lk_linear_release.
 */
lk_status lk_linear_create(lk_linear *out, lk_precision precision, int inputs, int outputs);
void lk_linear_release(lk_linear *layer);

/* The first failure of any product in this process, which can only be oneDNN's: a product
 * that failed leaves numbers that mean nothing. */
lk_status lk_linear_status(void);

/* Matrices of one shape, which are to be made orthogonal, and the products that it takes:
 * across the matrix, and of its smaller size alone. */
typedef struct {
  int rows, columns;
  lk_precision precision;
  lk_linear across, square;
} lk_orthogonal;

/* precision: of the operands of these products, LK_FP32, or LK_BF16, which takes
 * lk_precision_check; sums and the iteration's matrices are fp32 in either. The
 * caller owns what *out holds: lk_orthogonal_release. */
lk_status lk_orthogonal_create(lk_orthogonal *out, lk_precision precision, int rows,
                               int columns);
void lk_orthogonal_release(lk_orthogonal *shape);

/* x (rows, columns) becomes a matrix with the same singular vectors, and singular values
 * of 0.68 to 1.21, less where they were under 0.0015 of the norm: five steps of a
 * Newton-Schulz iteration (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon).
 * In bf16 they are off by up to 0.02, and all of it by 1 to 3 % of its norm. scratch:
 * lk_orthogonal_scratch numbers. */
void lk_orthogonalise(const lk_orthogonal *shape, lk_real *x, lk_real *scratch);
size_t lk_orthogonal_scratch(const lk_orthogonal *shape);

/* y (rows, outputs) = x (rows, inputs) · weightᵀ + bias; weight (outputs, inputs) as
 * PyTorch keeps it; bias (outputs) or NULL. */
void lk_linear_forward(const lk_linear *layer, lk_real *y, lk_operand x, lk_operand weight,
                       const lk_real *bias, int rows);

/* The same for decoding, by this thread alone: a row of y has the same bits whatever rows
 * are beside it, and few rows take the time of reading the weights. */
void lk_linear_rows(const lk_linear *layer, lk_real *y, lk_operand x, lk_operand weight,
                    const lk_real *bias, int rows);

/* dx (rows, inputs) = dy · weight, or adds to it. */
void lk_linear_backward_input(const lk_linear *layer, lk_real *dx, int add, lk_operand dy,
                              lk_operand weight, int rows);

/* Adds dyᵀ · x to dweight and dy's column sums to dbias (or NULL). */
void lk_linear_backward_weight(const lk_linear *layer, lk_real *dweight, lk_real *dbias,
                               lk_operand dy, lk_operand x, int rows);

/* Layer normalisation of each row (Ba et al. 2016), epsilon 1e-5 as in PyTorch. Saves each
 * row's mean and inverse standard deviation. */
void lk_layer_norm_forward(lk_operand y, lk_real *mean, lk_real *inverse, const lk_real *x,
                           const lk_real *weight, const lk_real *bias, int rows,
                           int columns);

/* Adds to dx (rows, columns), dweight and dbias (columns). */
void lk_layer_norm_backward(lk_real *dx, lk_real *dweight, lk_real *dbias,
                            const lk_real *dy, const lk_real *x, const lk_real *mean,
                            const lk_real *inverse, const lk_real *weight, int rows,
                            int columns);

/* The same by each row's root mean square alone (Zhang and Sennrich 2019), epsilon 1e-5:
 * y = x / sqrt(mean(x²) + epsilon) · weight. Saves the inverse root. */
void lk_rms_norm_forward(lk_operand y, lk_real *inverse, const lk_real *x,
                         const lk_real *weight, int rows, int columns);
void lk_rms_norm_backward(lk_real *dx, lk_real *dweight, const lk_real *dy,
                          const lk_real *x, const lk_real *inverse, const lk_real *weight,
                          int rows, int columns);

/* What stands between the two layers of an MLP; the order of the config's names. LK_GELU:
 * with the exact erf; LK_GELU_TANH: with tanh for it, as GPT-2 has it. */
typedef enum { LK_GELU, LK_GELU_TANH } lk_activation;

/* y = f(x). Replaces x by the slope f'(x), all that the backward pass needs. */
void lk_activation_forward(lk_activation kind, lk_operand y, lk_real *x_to_slope,
                           size_t count);

/* dx = dy · slope. dx may be dy. */
void lk_activation_backward(lk_operand dx, const lk_real *dy, const lk_real *slope,
                            size_t count);

/* y = x + dropout(branch). y may be x. */
void lk_residual_forward(lk_real *y, const lk_real *x, const lk_real *branch,
                         const uint32_t *keep, lk_real keep_scale, size_t count);

/* y = dropout(x), and so with gradients for both. y may be x. */
void lk_drop_elements(lk_operand y, const lk_real *x, const uint32_t *keep,
                      lk_real keep_scale, size_t count);

/* y (rows, columns) = token embedding + position embedding. position_table NULL: without
 * the latter, here and in the gradient. */
void lk_embedding_forward(lk_real *y, const lk_token *tokens, const uint16_t *positions,
                          const lk_real *token_table, const lk_real *position_table,
                          int rows, int columns);

/* Adds dy's rows to the rows of the two tables' gradients. */
void lk_embedding_backward(lk_real *dtoken_table, lk_real *dposition_table,
                           const lk_real *dy, const lk_token *tokens,
                           const uint16_t *positions, int rows, int columns);

/* What is learned from instead of cross-entropy; all 0: that.
 * smoothing, 0 … 1: the target has 1 - smoothing of the probability that is asked for, and
 *   all classes, itself among them, have equal parts of the rest (Szegedy et al. 2015,
 *   arXiv:1512.00567; PyTorch's label_smoothing).
 * focus, 0 and more: this loss times (1 - p)^focus, p being the target's probability, so
 *   that what is known counts less (Lin et al. 2017, arXiv:1708.02002). */
typedef struct {
  double smoothing, focus;
} lk_loss;

/* Softmax cross-entropy: losses[rows] = -log softmax(logits)[target] in nats, or another
 * loss. With gradient != 0 the logits (rows, classes) become the gradient of the losses'
 * sum; another loss needs it. */
void lk_cross_entropy(double *losses, lk_real *logits, const lk_token *targets, int rows,
                      int classes, int gradient, lk_loss loss);

/* Rows of y are rows index[i] of x, and back: rows index[i] of x get row i of y added. */
void lk_gather_rows(lk_operand y, lk_operand x, const int32_t *index, int rows,
                    int columns);
void lk_scatter_add_rows(lk_real *x, const lk_real *y, const int32_t *index, int rows,
                         int columns);

LK_C_END

#endif

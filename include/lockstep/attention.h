/* The shared attention core: multi-head causal attention over sequences packed end to end,
 * forward and backward, and attention of a single query. Training, decoding and the lab use
 * this alone.
 *
 *   S = scale·Q·Kᵀ,  P = softmax(S) over the keys a query may see,  O = dropout(P)·V
 *
 * (Vaswani et al. 2017). The backward pass recomputes P from the saved log-sum of
 * exponentials, so nothing of size T×T is kept (Dao et al. 2022). Not collective. */
#ifndef LOCKSTEP_ATTENTION_H
#define LOCKSTEP_ATTENTION_H

#include "lockstep/attention_input.h"
#include "lockstep/linkage.h"
#include "lockstep/memory.h"
#include "lockstep/types.h"

LK_C_BEGIN

/* Scratch for sequences of at most max_keys keys; scale is 1/sqrt(head_size). The caller
 * owns *out: lk_attention_free. */
lk_status lk_attention_create(lk_attention **out, int heads, int head_size, int max_keys);
void lk_attention_free(lk_attention *attention);

/* From here on each `group` heads, a divisor of all, that follow each other share keys and
 * values (Ainslie et al. 2023): head h has columns h/group·D … h/group·D + D-1 of k and v,
 * whose gradients are the sums over the group's heads in their order. At first 1. */
void lk_attention_share_keys(lk_attention *attention, int group);

/* LK_USAGE, with the fix, when this program or processor has no products of attention in
 * bf16. origin: where the choice is from, for the message. */
lk_status lk_attention_check_bf16(const char *origin);

/* From here on the operands of products are rounded to bf16: q·scale, k, v, P (forward
 * before it is divided by its sum), d_out and dS. Sums, softmax and all else stay fp32.
 * Only where lk_attention_check_bf16 is LK_OK; the reference kernels round nothing. */
void lk_attention_use_bf16(lk_attention *attention);

/* Elements of the keep mask: span by span, head by head, query by query, one a visible key,
 * each row rounded up to 16 of them. */
size_t lk_attention_keep_size(const lk_span *spans, int count, int heads);

/* out (M, C) contiguous; log_sum (M, H) for the backward pass. */
void lk_attention_forward(lk_attention *attention, const lk_attention_input *input,
                          lk_real *out, lk_real *log_sum);

/* From d_out (M, C) and what forward gave: writes dq (rows q_stride apart), dk and dv (rows
 * kv_stride apart). Rows of no span are left alone. */
void lk_attention_backward(lk_attention *attention, const lk_attention_input *input,
                           const lk_real *out, const lk_real *log_sum, const lk_real *d_out,
                           lk_real *dq, lk_real *dk, lk_real *dv);

/* One query q (head_size) against keys: weights (keys) = softmax(scale·K·q), out
 * (head_size) the weighted sum of the values. Rows of k and v are `stride` apart. */
void lk_attention_single_query(const lk_real *q, const lk_real *k, const lk_real *v,
                               size_t stride, int keys, int head_size, lk_real scale,
                               lk_real *weights, lk_real *out);

/* The same source compiled for double, whatever lk_real is: the lab measures with it what
 * is the method's doing and what is rounding's. */
void lk_attention_single_query_double(const double *q, const double *k, const double *v,
                                      size_t stride, int keys, int head_size, double scale,
                                      double *weights, double *out);

LK_C_END

#endif

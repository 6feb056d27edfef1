/* The optimizer: AdamW (Loshchilov & Hutter 2019) with the gradient's global norm clipped,
 * as PyTorch's AdamW and clip_grad_norm_ compute them. */
#ifndef LOCKSTEP_ADAMW_H
#define LOCKSTEP_ADAMW_H

#include "lockstep/linkage.h"
#include "lockstep/parameters.h"

LK_C_BEGIN

typedef struct {
  double beta1, beta2, epsilon;
  double weight_decay; /* on the tensors whose table entry says so */
  double clip;         /* largest global norm, 0: no clipping */
  int leaves_matrices; /* those of the blocks, to Muon */
} lk_adamw;

/* Euclidean norm of count floats, summed in fixed blocks. Not finite when an element is
 * not. */
double lk_gradient_norm(const float *gradients, uint64_t count);

/* What gradients of global norm `norm` are multiplied by: clip / (norm + 1e-6), at most 1.
 */
double lk_adamw_clip_factor(const lk_adamw *optimizer, double norm);

/* Update number `step` (the first is 1) with gradient_scale · gradients. values, m and v
 * are (table->count) and change in place. */
void lk_adamw_update(const lk_adamw *optimizer, const lk_parameters *table, uint64_t step,
                     double learning_rate, double gradient_scale, const float *gradients,
                     float *values, float *m, float *v);

LK_C_END

#endif

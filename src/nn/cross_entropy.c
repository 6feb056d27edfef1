#include "base/vector.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include <assert.h>

static double row_reference(lk_real *logits, int target, int classes, int gradient) {
  double largest = (double)logits[0], sum = 0;
  for (int j = 1; j < classes; j++)
    largest = fmax(largest, (double)logits[j]);
  for (int j = 0; j < classes; j++)
    sum += exp((double)logits[j] - largest);
  double log_sum = largest + log(sum), loss = log_sum - (double)logits[target];
  if (gradient)
    for (int j = 0; j < classes; j++)
      logits[j] = (lk_real)(exp((double)logits[j] - log_sum) - (j == target));
  return loss;
}

/* Overwrites the logits with their exponentials, then scales those to the gradient. */
LK_INLINE double row_fast(lk_real *logits, int target, int classes) {
  lk_real largest = lk_row_maximum(logits, (size_t)classes), chosen = logits[target];
  for (int j = 0; j < classes; j++)
    logits[j] = LK_EXP(logits[j] - largest);
  lk_real sum = lk_row_sum(logits, (size_t)classes), factor = 1 / sum;
  for (int j = 0; j < classes; j++)
    logits[j] *= factor;
  logits[target] -= 1;
  return log((double)sum) + (double)largest - (double)chosen;
}

LK_CLONES static void rows_fast(double *losses, lk_real *logits, const lk_token *targets,
                                int rows, int classes) {
  for (int i = 0; i < rows; i++)
    losses[i] = row_fast(logits + (size_t)i * (size_t)classes, targets[i], classes);
}

/* Without a gradient speed does not matter: the reference serves, and leaves the logits
 * alone. */
void lk_cross_entropy(double *losses, lk_real *logits, const lk_token *targets, int rows,
                      int classes, int gradient) {
  lk_profile_switch(LK_PART_LOSS);
  for (int i = 0; i < rows; i++)
    assert(targets[i] < (lk_token)classes);
  if (gradient && !lk_kernels_are_reference()) {
    rows_fast(losses, logits, targets, rows, classes);
    return;
  }
  for (int i = 0; i < rows; i++)
    losses[i] =
        row_reference(logits + (size_t)i * (size_t)classes, targets[i], classes, gradient);
}

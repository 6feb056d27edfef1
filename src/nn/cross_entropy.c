#include "base/chunks.h"
#include "base/vector.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include <assert.h>

/* The mean of the logits, each as often as its class is asked for; `total` is their sum. */
LK_INLINE double mean_asked(double chosen, double total, int classes, double smoothing) {
  return smoothing > 0 ? (1 - smoothing) * chosen + smoothing * total / classes : chosen;
}

static double sum_plainly(const lk_real *logits, int classes) {
  double sum = 0;
  for (int j = 0; j < classes; j++)
    sum += (double)logits[j];
  return sum;
}

/* A row's loss, and its slope by the logits: that by logit j is all · p(j) - share, by the
 * target's `own` less. */
typedef struct {
  double loss, all, share, own;
} row_slope;

/* `loss` is without focus, p the target's probability. */
static row_slope weigh(double loss, double p, int classes, lk_loss kind) {
  double rest = fmax(0, 1 - p), weight = 1, slope = 0;
  if (kind.focus > 0) {
    weight = pow(rest, kind.focus);
    slope = rest > 0 ? kind.focus * weight / rest * p * loss : 0;
  }
  return (row_slope){.loss = weight * loss,
                     .all = weight + slope,
                     .share = weight * kind.smoothing / classes,
                     .own = weight * (1 - kind.smoothing) + slope};
}

static double row_reference(lk_real *logits, int target, int classes, int gradient,
                            lk_loss kind) {
  double largest = (double)logits[0], sum = 0;
  for (int j = 1; j < classes; j++)
    largest = fmax(largest, (double)logits[j]);
  for (int j = 0; j < classes; j++)
    sum += exp((double)logits[j] - largest);
  double log_sum = largest + log(sum), chosen = (double)logits[target];
  double asked = mean_asked(chosen, sum_plainly(logits, classes), classes, kind.smoothing);
  row_slope s = weigh(log_sum - asked, exp(chosen - log_sum), classes, kind);
  if (gradient)
    for (int j = 0; j < classes; j++)
      logits[j] = (lk_real)(exp((double)logits[j] - log_sum) * s.all - s.share -
                            (j == target) * s.own);
  return s.loss;
}

/* Overwrites the logits with their exponentials, then scales those to the gradient. */
LK_INLINE double row_fast(lk_real *logits, int target, int classes, lk_loss kind) {
  lk_real largest = lk_row_maximum(logits, (size_t)classes), chosen = logits[target];
  lk_real total = kind.smoothing > 0 ? lk_row_sum(logits, (size_t)classes) : 0;
  for (int j = 0; j < classes; j++)
    logits[j] = LK_EXP(logits[j] - largest);
  lk_real sum = lk_row_sum(logits, (size_t)classes), factor = 1 / sum;
  double loss = log((double)sum) + (double)largest -
                mean_asked((double)chosen, (double)total, classes, kind.smoothing);
  row_slope s = weigh(loss, (double)(logits[target] * factor), classes, kind);
  factor *= (lk_real)s.all;
  lk_real share = (lk_real)s.share;
  for (int j = 0; j < classes; j++)
    logits[j] = logits[j] * factor - share;
  logits[target] -= (lk_real)s.own;
  return s.loss;
}

LK_CLONES static void rows_fast(double *losses, lk_real *logits, const lk_token *targets,
                                lk_chunk rows, int classes, lk_loss kind) {
  for (size_t i = rows.first; i < rows.first + rows.count; i++)
    losses[i] = row_fast(logits + i * (size_t)classes, (int)targets[i], classes, kind);
}

/* The loss alone, in double; the logits are only read. */
LK_INLINE double row_loss(const lk_real *logits, int target, int classes) {
  double largest = (double)lk_row_maximum(logits, (size_t)classes), lanes[LK_LANES] = {0};
  int j = 0;
  for (; j + LK_LANES <= classes; j += LK_LANES)
    for (int lane = 0; lane < LK_LANES; lane++)
      lanes[lane] += exp((double)logits[j + lane] - largest);
  double sum = 0;
  for (int lane = 0; lane < LK_LANES; lane++)
    sum += lanes[lane];
  for (; j < classes; j++)
    sum += exp((double)logits[j] - largest);
  return largest + log(sum) - (double)logits[target];
}

LK_CLONES static void rows_loss(double *losses, const lk_real *logits,
                                const lk_token *targets, lk_chunk rows, int classes) {
  for (size_t i = rows.first; i < rows.first + rows.count; i++)
    losses[i] = row_loss(logits + i * (size_t)classes, (int)targets[i], classes);
}

void lk_cross_entropy(double *losses, lk_real *logits, const lk_token *targets, int rows,
                      int classes, int gradient, lk_loss loss) {
  const int chunks = lk_chunks((size_t)rows, 1);
  lk_profile_switch(LK_PART_LOSS);
  assert((loss.smoothing == 0 && loss.focus == 0) || gradient);
  for (int i = 0; i < rows; i++)
    assert(targets[i] < (lk_token)classes);
  if (lk_kernels_are_reference()) {
    for (int i = 0; i < rows; i++)
      losses[i] = row_reference(logits + (size_t)i * (size_t)classes, targets[i], classes,
                                gradient, loss);
    return;
  }
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk chunk = lk_chunk_of(i, chunks, (size_t)rows, 1);
    if (gradient)
      rows_fast(losses, logits, targets, chunk, classes, loss);
    else
      rows_loss(losses, logits, targets, chunk, classes);
  }
}

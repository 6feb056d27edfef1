/* The loss of held-out documents, measured while a run goes on: which model is the best by
 * it, and when the run ends because none is better any more. */
#include "lockstep/memory.h"
#include "train/held_out.h"
#include "train/training.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* All ranks. Where dev questions are answered, the best is the best at them. */
static lk_status mark_best(lk_training *t) {
  int marks = t->run && !t->dev && t->best.step > 0;
  return lk_world_agree(t->world, marks ? lk_run_mark_best(t->run, t->best.step) : LK_OK);
}

/* What a run that went on had found so far is in its checkpoint. */
static lk_status begin(lk_training *t) {
  if (t->best.step == 0) t->best.loss = INFINITY;
  if (!t->held_out) return LK_OK;
  snprintf(t->best.held_out.hex, sizeof t->best.held_out.hex, "%s",
           lk_held_out_digits(t->held_out));
  return mark_best(t);
}

int lk_training_forgets_best(const lk_training *training) {
  const char *before = training->best.held_out.hex;
  return training->held_out && *before &&
         strcmp(before, lk_held_out_digits(training->held_out)) != 0;
}

int lk_training_validates(const lk_training *training) {
  const lk_trainer *t = training->trainer;
  return t->step == t->steps || lk_trainer_passes(t, training->config->validate_every);
}

/* The first of equals is the best; a loss that is no number is not. */
static void judge(lk_training *t, double loss) {
  lk_best_model *best = &t->best;
  t->improved = loss < best->loss;
  best->worse_in_a_row = t->improved ? 0 : best->worse_in_a_row + 1;
  if (!t->improved) return;
  best->loss = loss;
  best->step = t->trainer->step;
}

/* All ranks: they hold the same loss. */
static lk_status validate(lk_training *t, lk_metrics *metrics) {
  lk_trainer *trainer = t->trainer;
  t->improved = 0;
  if (!t->held_out || !lk_training_validates(t)) return LK_OK;
  lk_watchdog_phase(trainer->watchdog, trainer->step, "measuring the held-out loss",
                    LK_COMPUTES);
  const float *values;
  LK_TRY(lk_trainer_judged(trainer, &values));
  LK_TRY(lk_held_out_measure(t->held_out, values, &metrics->held_out));
  metrics->validated = 1;
  judge(t, metrics->held_out.nats);
  return LK_OK;
}

int lk_training_is_exhausted(const lk_training *training) {
  uint64_t patience = training->config->patience;
  return training->held_out && patience && training->best.worse_in_a_row >= patience;
}

static lk_status mark(lk_training *t, lk_metrics *metrics) {
  (void)metrics;
  if (t->improved) LK_TRY(mark_best(t));
  if (lk_training_is_exhausted(t) && t->run)
    lk_say("the run ends after step %llu of %llu, by patience: the held-out loss has not "
           "fallen for %llu validations; the best, %.4f, was after step %llu",
           (unsigned long long)t->trainer->step, (unsigned long long)t->trainer->steps,
           (unsigned long long)t->best.worse_in_a_row, t->best.loss,
           (unsigned long long)t->best.step);
  return LK_OK;
}

const lk_hook lk_hook_validation = {.begin = begin, .step = validate};
const lk_hook lk_hook_best = {.step = mark};

/* Every step's numbers go to the run's sinks, on rank 0. */
#include "train/training.h"

/* Steps that were made before all ranks knew their losses. */
static void log_earlier(lk_training *t, const lk_metrics *last) {
  uint64_t count;
  const lk_metrics *rows = lk_trainer_earlier(t->trainer, &count);
  double behind = last->seconds;
  for (uint64_t i = 0; i < count; i++)
    behind += rows[i].seconds;
  for (uint64_t i = 0; i < count; i++) {
    lk_metrics row = rows[i];
    row.behind = behind -= row.seconds;
    lk_run_log(t->run, &row);
  }
}

static lk_status log_step(lk_training *t, lk_metrics *metrics) {
  int layers;
  const lk_named_histogram *histograms = lk_trainer_histograms(t->trainer, &layers);
  if (t->run) log_earlier(t, metrics);
  if (t->run) lk_run_log(t->run, metrics);
  if (t->run && histograms)
    lk_run_log_histograms(t->run, metrics->step, histograms, layers);
  return LK_OK;
}

const lk_hook lk_hook_tables = {.step = log_step};

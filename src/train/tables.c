/* Every step's numbers go to the run's sinks, on rank 0. */
#include "train/training.h"

static lk_status log_step(lk_training *t, lk_metrics *metrics) {
  int layers;
  const lk_named_histogram *histograms = lk_trainer_histograms(t->trainer, &layers);
  if (t->run) lk_run_log(t->run, metrics);
  if (t->run && histograms)
    lk_run_log_histograms(t->run, metrics->step, histograms, layers);
  return LK_OK;
}

const lk_hook lk_hook_tables = {.step = log_step};

/* The list of experiments, and the ranges of their settings. */
#include "lockstep/lab.h"
#include "lab/experiments.h"
#include <math.h>

static const lk_experiment *const experiments[] = {&lk_lab_weights,  &lk_lab_copy,
                                                   &lk_lab_subspace, &lk_lab_average,
                                                   &lk_lab_fragile,  &lk_lab_multihead};

const lk_experiment *const *lk_lab_experiments(int *count) {
  *count = sizeof experiments / sizeof *experiments;
  return experiments;
}

static lk_status check(const lk_experiment *experiment, const lk_lab_settings *settings) {
  int takes_m = experiment->defaults.m > 0;
  if (settings->n < 2 || settings->n > LK_LAB_MOST_KEYS)
    return lk_fail(LK_USAGE, "attention: n is %d, but must be 2 to %d keys", settings->n,
                   LK_LAB_MOST_KEYS);
  if (takes_m &&
      (!isfinite(settings->m) || settings->m <= 0 || settings->m > LK_LAB_MOST_M))
    return lk_fail(LK_USAGE,
                   "attention: m is %g, but must be a finite number above 0, up to %g",
                   settings->m, LK_LAB_MOST_M);
  if (settings->samples < 2 || settings->samples > LK_LAB_MOST_SAMPLES)
    return lk_fail(LK_USAGE, "attention: samples is %d, but must be 2 to %d",
                   settings->samples, LK_LAB_MOST_SAMPLES);
  return LK_OK;
}

lk_status lk_lab_run(const lk_experiment *experiment, const lk_lab_settings *settings,
                     lk_report *report) {
  *report = (lk_report){.name = experiment->name,
                        .title = experiment->title,
                        .formulas = experiment->formulas};
  LK_TRY(check(experiment, settings));
  return experiment->run(settings, report);
}

/* The attention experiments: what one head can and cannot do. Every number comes from the
 * trainer's attention core, by its single query: in double, and where rounding is what is
 * measured in the trainer's own float too. Keys are orthonormal and values arbitrary unless
 * an experiment says otherwise; scores are not scaled. Not collective.
 *
 * The experiments follow the written half of assignment 5 of Stanford's CS224N. */
#ifndef LOCKSTEP_LAB_H
#define LOCKSTEP_LAB_H

#include "lockstep/linkage.h"
#include "lockstep/report.h"

LK_C_BEGIN

enum { LK_LAB_MOST_KEYS = 2048, LK_LAB_MOST_SAMPLES = 10000000 };
#define LK_LAB_MOST_M 1e9

typedef struct {
  int n;       /* keys, 2 … LK_LAB_MOST_KEYS */
  double m;    /* how far a query is stretched, at most; above 0, up to LK_LAB_MOST_M;
                  in the defaults 0 where it means nothing */
  int samples; /* random draws a row of the table, from 2 up */
  uint64_t seed;
} lk_lab_settings;

typedef struct {
  const char *name;     /* the sub-command */
  const char *title;    /* one line */
  const char *formulas; /* HTML */
  lk_lab_settings defaults;
  lk_status (*run)(const lk_lab_settings *settings, lk_report *report);
} lk_experiment;

/* All experiments, in their order; *count of them. */
const lk_experiment *const *lk_lab_experiments(int *count);

/* Runs one; results depend on the settings alone. LK_USAGE names the setting that is out of
 * its range. The caller owns what *report holds: lk_report_clear, also after a failure. */
lk_status lk_lab_run(const lk_experiment *experiment, const lk_lab_settings *settings,
                     lk_report *report);

LK_C_END

#endif

/* Where a run's metrics and scores go. A sink is one file, and one row of the table below:
 * they are served in its order. */
#ifndef LOCKSTEP_RUN_SINK_H
#define LOCKSTEP_RUN_SINK_H

#include "lockstep/histogram.h"
#include "lockstep/metrics.h"
#include "run/directory.h"

/* So many dev questions were answered right after a step. */
typedef struct {
  int by_probe; /* by a copy of the model that was finetuned first; else by the model */
  uint64_t step, correct, questions;
  double seconds; /* that a probe took */
} lk_score;

typedef struct {
  /* Of a run that goes on after `step`: what the sink holds of later steps, which a crash
   * undid, is cut off. *state is the sink's own until `end`, which is called also when this
   * fails; left NULL where the run asks for no such sink. LK_IO ends the run. */
  lk_status (*begin)(void **state, const lk_run *run, uint64_t step);
  /* LK_IO ends nothing: what could not be written is reported. */
  lk_status (*row)(void *state, const lk_metrics *metrics);
  lk_status (*score)(void *state, const lk_score *score); /* NULL: takes none */
  /* What a model wrote after a step, in lines; NULL: takes none. */
  lk_status (*samples)(void *state, uint64_t step, const char *texts);
  /* As a row; NULL: takes none. */
  lk_status (*histograms)(void *state, uint64_t step, const lk_named_histogram *list,
                          int count);
  void (*end)(void *state);
} lk_run_sink;

#define LK_SINKS(X)           X(progress) X(csv) X(jsonl) X(tensorboard)
#define LK_DECLARE_SINK(name) extern const lk_run_sink lk_##name##_sink;
LK_SINKS(LK_DECLARE_SINK)

/* Rank 0. All sinks of a run; *out, the caller's also after a failure, is given to
 * lk_sinks_end. */
lk_status lk_sinks_begin(lk_sinks **out, const lk_run *run, uint64_t step);
void lk_sinks_end(lk_sinks *sinks);

/* A sink that cannot be written is named once, and training goes on. */
void lk_sinks_row(lk_sinks *sinks, const lk_metrics *metrics);
void lk_sinks_histograms(lk_sinks *sinks, uint64_t step, const lk_named_histogram *list,
                         int count);

/* Every sink is tried; the status is that of the last that failed. */
lk_status lk_sinks_score(lk_sinks *sinks, const lk_score *score);
lk_status lk_sinks_samples(lk_sinks *sinks, uint64_t step, const char *texts);

#endif

/* Progress on standard error: one line rewritten on a terminal, else a line every few
 * seconds. */
#ifndef LOCKSTEP_PROGRESS_H
#define LOCKSTEP_PROGRESS_H

#include "lockstep/linkage.h"
#include "lockstep/run.h"

LK_C_BEGIN

typedef struct {
  int terminal;
  double every;          /* seconds between lines */
  double start, last;    /* times */
  uint64_t first, steps; /* steps done at the start, steps of the run */
  uint64_t tokens;       /* since the start */
} lk_progress;

/* Not collective: rank 0 only. */
void lk_progress_begin(lk_progress *progress, uint64_t first, uint64_t steps, double every);
void lk_progress_show(lk_progress *progress, const lk_metrics *metrics);

LK_C_END

#endif

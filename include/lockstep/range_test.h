/* The learning-rate range test (Smith 2017): a step at each of rates that rise by a
 * constant factor, and what the loss does meanwhile. */
#ifndef LOCKSTEP_RANGE_TEST_H
#define LOCKSTEP_RANGE_TEST_H

#include "lockstep/linkage.h"
#include "lockstep/trainer.h"

LK_C_BEGIN

typedef struct {
  double rate;
  double loss;     /* of the step's batch, before its update, in nats a token */
  double smoothed; /* running mean of the losses so far, of decay 0.9, without bias */
} lk_range_point;

typedef struct {
  double lowest, highest; /* rates, above 0 */
  long steps;             /* from 2 up */
} lk_range_plan;

/* All ranks: steps of a new trainer, made to measure, into the caller's points[steps];
 * *count of them, for the test ends where the smoothed loss is no number or over four times
 * its lowest. The same bits on any number of ranks. Errors as lk_trainer_step. */
lk_status lk_range_test(lk_trainer *trainer, const lk_range_plan *plan,
                        lk_range_point *points, long *count);

/* What to train with: a tenth of the rate at which the smoothed loss was lowest, where most
 * runs are fast and none diverges. count > 0. */
double lk_range_suggestion(const lk_range_point *points, long count);

LK_C_END

#endif

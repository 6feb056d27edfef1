/* How often to write checkpoints where failures come at random, independent of each other:
 * each costs what was done since the last one. Times in seconds. Pure functions. */
#ifndef LOCKSTEP_INTERVAL_H
#define LOCKSTEP_INTERVAL_H

#include "lockstep/linkage.h"
#include <stdint.h>

LK_C_BEGIN

typedef struct {
  double mtbf;    /* mean time between failures, of the whole run */
  double cost;    /* for which a checkpoint holds training up */
  double latency; /* from then until it is there to go on from: 0 where training waits */
  double restart; /* from a failure until training goes on */
} lk_failures;

/* The time of training between two checkpoints that leaves most of it useful: Daly's
 * estimate of higher order (J. T. Daly, Future Generation Computer Systems 22 (2006)
 * 303-312, equation 37), which for a small cost is Young's sqrt(2 cost mtbf)
 * (Communications of the ACM 17 (1974) 530-531). mtbf, cost > 0. */
double lk_interval_best(const lk_failures *failures);

/* The share of the time that is useful at such an interval: Daly's model of the whole time
 * (equation 20), where a failure costs the latency beside the restart. */
double lk_interval_useful(const lk_failures *failures, double interval);

/* The same counted in a simulation of so much time, with failures drawn from the seed. */
double lk_interval_simulate(const lk_failures *failures, double interval, double time,
                            uint64_t seed);

LK_C_END

#endif

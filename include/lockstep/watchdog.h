/* The watchdog: when a rank dies, leaves early, hangs, spins, or its host is cut off, all
 * ranks end with one message that names it, instead of waiting in MPI for ever. A thread on
 * each rank that makes no MPI calls; heartbeats go over TCP, to and from rank 0. */
#ifndef LOCKSTEP_WATCHDOG_H
#define LOCKSTEP_WATCHDOG_H

#include "lockstep/world.h"

typedef struct lk_watchdog lk_watchdog;

/* All ranks. A rank silent or without progress for `seconds` is taken for lost. 0 (or a
 * world of 1): none, then *out is NULL, which every function below accepts. */
lk_status lk_watchdog_start(lk_watchdog **out, lk_world *world, double seconds);

/* Not collective, cheap, any time, one thread: this rank begins `phase` (a string literal:
 * "computing", "waiting for gradients", "writing a checkpoint") of step `step`. Every call
 * counts as progress. waiting: nonzero when in this phase the rank waits for others; it is
 * then never the culprit. */
void lk_watchdog_phase(lk_watchdog *watchdog, uint64_t step, const char *phase,
                       int waiting);

/* All ranks, before the world is freed: says goodbye, so that an orderly end is no death.
 */
void lk_watchdog_stop(lk_watchdog *watchdog);

#endif

/* The watchdog: when a rank dies, leaves early, hangs, spins, or its host is cut off, all
 * ranks end with one message that names it, instead of waiting in MPI for ever. A thread on
 * each rank that makes no MPI calls; heartbeats go over TCP, to and from rank 0. */
#ifndef LOCKSTEP_WATCHDOG_H
#define LOCKSTEP_WATCHDOG_H

#include "lockstep/world.h"

typedef struct lk_watchdog lk_watchdog;

/* For commands that leave no choice. */
#define LK_WATCHDOG_SECONDS 60.0

/* All ranks. A rank silent or without progress for `seconds` is taken for lost. 0 (or a
 * world of 1): none, then *out is NULL, which every function below accepts. At most one at
 * a time. Ranks inside an MPI call wait for others: they are never the culprits. */
lk_status lk_watchdog_start(lk_watchdog **out, lk_world *world, double seconds);

/* What a phase is made of. File systems may take ten times `seconds`. */
typedef enum { LK_COMPUTES, LK_USES_FILES } lk_activity;

/* Not collective, cheap, any time, one thread: this rank begins `phase` (a string literal:
 * "computing", "writing a checkpoint") of step `step`. Every call counts as progress, and
 * so does every MPI call and every kernel that begins (lockstep/profile.h). */
void lk_watchdog_phase(lk_watchdog *watchdog, uint64_t step, const char *phase,
                       lk_activity activity);

/* All ranks, before the world is freed: says goodbye, so that an orderly end is no death.
 * After a failed MPI call, which the other ranks do not know of, it ends all ranks. */
void lk_watchdog_stop(lk_watchdog *watchdog);

#endif

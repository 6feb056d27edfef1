/* The watchdog: when a rank dies, leaves early, hangs, spins, or its host is cut off, all
 * ranks end with one message that names it, instead of waiting in MPI for ever. A thread on
 * each rank that makes no MPI calls; heartbeats go over TCP, to and from a few ranks. It
 * starts and ends with the world, so that it watches all that a command does, MPI_Finalize
 * too. */
#ifndef LOCKSTEP_WATCHDOG_H
#define LOCKSTEP_WATCHDOG_H

#include "lockstep/linkage.h"
#include "lockstep/world.h"

LK_C_BEGIN

typedef struct lk_watchdog lk_watchdog;

/* The limit, where neither the environment (LOCKSTEP_WATCHDOG=SECONDS, 0: no watchdog at
 * all) nor a config says otherwise. */
#define LK_WATCHDOG_SECONDS 60.0

/* The world's watchdog, owned by it; NULL where it is off, which lk_watchdog_phase
 * accepts. A world of 1 has one too: what it computes may have no end. */
lk_watchdog *lk_world_watchdog(const lk_world *world);

/* All ranks, with the same limit: from now on a rank silent or without progress for
 * `seconds` is taken for lost. 0 ends the watchdog. Ranks inside an MPI call wait for
 * others: they are never the culprits. */
void lk_watchdog_limit(lk_world *world, double seconds);

/* What a phase is made of. File systems may take ten times the limit; a command that works
 * without telling of its progress, or waits for a person, as long as it likes, while it is
 * not silent. */
typedef enum {
  LK_COMPUTES,
  LK_MAKES_STEPS, /* computes, and its step grows: one of many times the others' has no end
                   */
  LK_USES_FILES,
  LK_TAKES_ITS_TIME
} lk_activity;

/* Not collective, cheap, any time, one thread: this rank begins `phase` (a string that
 * stays: "computing", "writing a checkpoint") of step `step`, 0: of none. Every call counts
 * as progress, and so does every MPI call and every kernel that begins
 * (lockstep/profile.h). */
void lk_watchdog_phase(lk_watchdog *watchdog, uint64_t step, const char *phase,
                       lk_activity activity);

/* How a rank stands. Silent: it was not heard of for some seconds, long before it counts as
 * lost. */
typedef enum {
  LK_RANK_WORKS,
  LK_RANK_WAITS, /* for others, inside MPI */
  LK_RANK_SLOW,  /* the others spend a third of their time waiting for it */
  LK_RANK_SILENT,
  LK_RANK_LEFT /* it has ended */
} lk_rank_condition;

typedef struct {
  lk_rank_condition condition;
  uint64_t step;         /* 0: of none */
  double silent, waited; /* seconds: since it was heard of; for others since the start */
  char host[256], phase[48];
} lk_rank_state;

/* "works": a literal. */
const char *lk_rank_condition_name(lk_rank_condition condition);

/* Rank 0, any thread, while the world lasts: how all ranks, for which there has to be room,
 * stood a second ago. Returns how many there are; 0 on another rank, and for NULL. Waits
 * for nothing. */
int lk_watchdog_ranks(lk_watchdog *watchdog, lk_rank_state *out, int room);

LK_C_END

#endif

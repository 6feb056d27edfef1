#define _GNU_SOURCE /* pthread_setname_np */
#include "dist/guard.h"
#include "dist/watchdog.h"
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Ranks speak one after the other, for the first may be the one that was stopped. Once one
 * has ended, the launcher ends the others. */
#define TURN_SECONDS 3.0
enum { TURNS = 4 };
#define TICK_SECONDS 0.25

static struct {
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t over;
  int rank; /* asked for before the thread starts: MPI_Init changes the environment */
  int running, ended;
  double limit;
  _Atomic(const char *) what;
} guard = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static _Noreturn void end_process(void) {
  char host[256] = "", stopped[64] = "";
  long process = lk_guard_find_stopped();
  gethostname(host, sizeof host - 1);
  if (process) snprintf(stopped, sizeof stopped, " (process %ld is)", process);
  lk_say("rank %d on %s: %s has not come to its end within %.0f s: a rank was stopped%s or "
         "did not start, another program is among the ranks, or hosts cannot reach each "
         "other; ending all ranks; what is only slow gets more time by "
         "LOCKSTEP_WATCHDOG=SECONDS (%.0f unless set, and %d times that for a start)",
         guard.rank, host, atomic_load(&guard.what), guard.limit, stopped,
         LK_WATCHDOG_SECONDS, LK_START_TIMES);
  _exit(LK_STOPPED);
}

/* Time in which the process itself did not run is no time: each tick counts once, however
 * long it was. Returns when the start is over. */
static void *wait_for_end(void *unused) {
  double left = guard.limit + TURN_SECONDS * (guard.rank < TURNS ? guard.rank : TURNS);
  struct timespec until;
  pthread_mutex_lock(&guard.mutex);
  for (; left > 0 && !guard.ended; left -= TICK_SECONDS) {
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(TICK_SECONDS * 1e9);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&guard.over, &guard.mutex, &until);
  }
  int ended = guard.ended;
  pthread_mutex_unlock(&guard.mutex);
  if (!ended) end_process();
  return unused;
}

/* Signals are the main thread's. Where no thread can start MPI cannot either, and says so.
 */
void lk_guard_begin(double seconds, const char *what) {
  sigset_t all, before;
  pthread_condattr_t clock;
  assert(!guard.running);
  atomic_store(&guard.what, what);
  if (seconds <= 0) return;
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&guard.over, &clock);
  guard.rank = lk_launcher_rank();
  guard.limit = seconds;
  guard.ended = 0;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  guard.running = !pthread_create(&guard.thread, NULL, wait_for_end, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (guard.running) pthread_setname_np(guard.thread, "guard");
}

void lk_guard_stage(const char *what) {
  atomic_store(&guard.what, what);
}

void lk_guard_end(void) {
  if (!guard.running) return;
  pthread_mutex_lock(&guard.mutex);
  guard.ended = 1;
  pthread_cond_signal(&guard.over);
  pthread_mutex_unlock(&guard.mutex);
  pthread_join(guard.thread, NULL);
  pthread_cond_destroy(&guard.over);
  guard.running = 0;
}

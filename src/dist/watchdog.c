/* The watchdog's thread, and what the training thread calls. */
#define _GNU_SOURCE /* pthread_setname_np */
#include "dist/watchdog.h"
#include "base/clock.h"
#include "lockstep/memory.h"
#include "lockstep/profile.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* How long a failing rank waits for news of one that was lost before it. */
#define ECHO_SECONDS 0.75
/* A start may be slow without any fault: links have five times the limit, and this at
 * least. */
#define START_TIMES 5
#define START_LEAST 30.0

static void ring(lk_watchdog *w) {
  uint64_t one = 1;
  if (write(w->bell, &one, sizeof one) < 0) return; /* the thread wakes by itself soon */
}

/* Relaxed, but for the last store: only this thread writes them. */
static void move(lk_watchdog_report *report) {
  uint64_t moves = atomic_load_explicit(&report->moves, memory_order_relaxed);
  atomic_store_explicit(&report->moves, moves + 1, memory_order_release);
}

void lk_watchdog_phase(lk_watchdog *w, uint64_t step, const char *phase,
                       lk_activity activity) {
  if (!w) return;
  lk_watchdog_report *report = &w->report;
  atomic_store_explicit(&report->phase, phase, memory_order_relaxed);
  atomic_store_explicit(&report->step, step, memory_order_relaxed);
  atomic_store_explicit(&report->activity, activity, memory_order_relaxed);
  move(report);
}

void lk_watchdog_mpi(lk_watchdog *w, int inside) {
  if (!w) return;
  lk_watchdog_report *report = &w->report;
  double now = lk_clock();
  if (!inside) {
    double waited = atomic_load_explicit(&report->waited, memory_order_relaxed);
    double since = atomic_load_explicit(&report->since, memory_order_relaxed);
    atomic_store_explicit(&report->waited, waited + now - since, memory_order_relaxed);
  }
  atomic_store_explicit(&report->since, now, memory_order_relaxed);
  atomic_store_explicit(&report->waiting, inside, memory_order_relaxed);
  move(report);
}

/* What this rank says about itself from now on. A call in between may mix two phases; the
 * next beat sets that right. */
static void read_report(lk_watchdog *w, double now) {
  lk_watchdog_report *report = &w->report;
  lk_beat self = {.kind = LK_BEAT, .rank = w->rank};
  self.moves =
      atomic_load_explicit(&report->moves, memory_order_acquire) + lk_profile_moves();
  self.step = atomic_load_explicit(&report->step, memory_order_relaxed);
  self.waiting = atomic_load_explicit(&report->waiting, memory_order_relaxed);
  self.activity = atomic_load_explicit(&report->activity, memory_order_relaxed);
  self.waited = atomic_load_explicit(&report->waited, memory_order_relaxed);
  if (self.waiting)
    self.waited += now - atomic_load_explicit(&report->since, memory_order_relaxed);
  snprintf(self.phase, sizeof self.phase, "%s",
           atomic_load_explicit(&report->phase, memory_order_relaxed));
  snprintf(self.host, sizeof self.host, "%.*s", LK_PLACE_SIZE - 1, w->world->host);
  lk_watchdog_take(w, w->self, &self, now);
}

/* Only open links are polled: no more than a process may have open is allowed. */
static void wait_for_news(lk_watchdog *w, double seconds) {
  nfds_t count = 1;
  w->polled[0] = (struct pollfd){.fd = w->bell, .events = POLLIN};
  for (int i = 0; i < w->known; i++) {
    const lk_peer *peer = &w->peers[i];
    short events = (short)(POLLIN | (peer->used ? POLLOUT : 0));
    if (peer->fd >= 0)
      w->polled[count++] = (struct pollfd){.fd = peer->fd, .events = events};
  }
  if (seconds < 0.001) seconds = 0.001;
  int ready = poll(w->polled, count, (int)(seconds * 1000));
  uint64_t rings;
  if (ready > 0 && w->polled[0].revents)
    if (read(w->bell, &rings, sizeof rings) < 0) return;
}

/* Time in which this process itself did not run (stopped, or its machine asleep) says
 * nothing about the others. */
static void forgive_own_sleep(lk_watchdog *w, double now) {
  double slept = now - w->looked - 2 * w->interval;
  w->looked = now;
  if (slept <= 0) return;
  for (int i = 0; i < w->known; i++) {
    w->peers[i].heard += slept;
    w->peers[i].moved += slept;
    w->peers[i].began += slept;
  }
}

static void set_seconds(lk_watchdog *w, double seconds) {
  assert(seconds > 0);
  w->seconds = seconds;
  w->interval = seconds / 5 < 1 ? seconds / 5 : 1;
}

static void forgive_all(lk_watchdog *w, double now) {
  w->looked = w->window = now;
  for (int i = 0; i < w->known; i++) {
    lk_peer *peer = &w->peers[i];
    peer->heard = peer->moved = peer->began = now;
    peer->silent = 0;
  }
}

static void look(lk_watchdog *w, double now) {
  forgive_own_sleep(w, now);
  for (int i = 0; i < w->known; i++) {
    lk_link_flush(&w->peers[i]);
    lk_link_receive(w, &w->peers[i], now);
  }
}

static int count_closed(const lk_watchdog *w) {
  int closed = 0;
  for (int i = 0; i < w->known; i++)
    closed += w->peers[i].closed > 0;
  return closed;
}

/* Nobody else watches those below a leader. */
static int is_needed(const lk_watchdog *w) {
  for (int i = 0; i < w->known; i++)
    if (w->peers[i].below && !w->peers[i].left) return 1;
  return 0;
}

/* One that was told goodbye does not watch this rank any more. */
static void send_to_all(lk_watchdog *w, int kind, double now) {
  int stays = kind == LK_GOODBYE && is_needed(w);
  for (int i = 0; i < w->known; i++) {
    lk_peer *peer = &w->peers[i];
    if (peer->fd < 0 || peer->told || (stays && !peer->below)) continue;
    if (lk_link_send(w, peer, kind, 0, now)) peer->told = kind == LK_GOODBYE;
  }
}

/* This rank ends the job by itself: the watchdog only passes it on, and sees to it. */
static _Noreturn void announce(lk_watchdog *w) {
  int code = atomic_load(&w->abort_code);
  for (int i = 0; i < w->known; i++)
    lk_link_send(w, &w->peers[i], LK_END, code, lk_clock());
  atomic_store(&w->abort_told, 1);
  sleep(5); /* MPI_Abort ends the process by then, unless it hangs */
  _exit(code);
}

/* All goodbyes were said and sent. */
static int is_over(const lk_watchdog *w) {
  for (int i = 0; i < w->known; i++) {
    const lk_peer *peer = &w->peers[i];
    if (!peer->watched || (peer->left && peer->fd < 0)) continue;
    if (!peer->left || !peer->told || peer->used) return 0;
  }
  return 1;
}

/* Until the next beat; less when a link was closed, for that is judged as soon as it
 * counts: a launcher that kills the others soon after leaves little time to speak. */
static double nap_length(const lk_watchdog *w, double now, double until_beat) {
  double nap = until_beat;
  for (int i = 0; i < w->known; i++) {
    double closed = w->peers[i].closed, left = closed + LK_DEATH_SECONDS - now;
    if (closed <= 0) continue;
    if (left <= 0) left = 0.05;
    if (left < nap) nap = left;
  }
  return nap;
}

/* What was heard under the old limit counts for nothing under the new one, for others may
 * learn of it later. */
static int take_limit(lk_watchdog *w, double now) {
  double seconds = atomic_load(&w->limit);
  if (seconds == w->seconds) return 0;
  set_seconds(w, seconds);
  forgive_all(w, now);
  return 1;
}

static void *watch(void *argument) {
  lk_watchdog *w = argument;
  double next = lk_clock();
  for (;;) {
    double now = lk_clock();
    int stopping = atomic_load(&w->stopping);
    int closed = count_closed(w);
    if (take_limit(w, now)) next = now;
    look(w, now);
    if (count_closed(w) > closed) next = now; /* leaders above learn of it at once */
    if (atomic_load(&w->abort_code)) announce(w);
    if (now >= next || stopping) read_report(w, now);
    if (stopping) send_to_all(w, LK_GOODBYE, now);
    if (stopping && is_over(w)) return NULL;
    if (now >= next) {
      send_to_all(w, LK_BEAT, now);
      lk_watchdog_publish(w, now);
      next = now + w->interval;
    }
    lk_watchdog_judge(w, now);
    lk_watchdog_report_straggler(w, now);
    wait_for_news(w, nap_length(w, now, next - now));
  }
}

void lk_watchdog_await_verdict(lk_watchdog *w) {
  if (w) usleep((useconds_t)(ECHO_SECONDS * 1e6));
}

void lk_watchdog_announce_abort(lk_watchdog *w, int code) {
  if (!w) return;
  atomic_store(&w->abort_code, code);
  ring(w);
  for (int i = 0; i < 100 && !atomic_load(&w->abort_told); i++)
    usleep(10000);
}

static void free_watchdog(lk_watchdog *w) {
  if (!w) return;
  for (int i = 0; i < w->known; i++)
    if (w->peers[i].fd >= 0) close(w->peers[i].fd);
  if (w->bell >= 0) close(w->bell);
  lk_free(w->polled);
  lk_free(w->peers);
  lk_free(w->records);
  lk_free(w->states);
  pthread_mutex_destroy(&w->state_lock);
  lk_free(w);
}

static lk_status create(lk_watchdog **out, lk_world *world, double seconds) {
  lk_watchdog *w = NULL;
  LK_TRY(LK_NEW(w, 1));
  *out = w;
  w->world = world;
  w->rank = world->rank;
  w->size = world->size;
  w->slow = -1;
  pthread_mutex_init(&w->state_lock, NULL);
  set_seconds(w, seconds);
  w->patience = LK_START_TIMES * seconds;
  if (w->patience < START_LEAST) w->patience = START_LEAST;
  atomic_store(&w->limit, seconds);
  atomic_store(&w->report.phase, "starting");
  atomic_store(&w->report.activity, LK_TAKES_ITS_TIME);
  w->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (w->bell < 0)
    return lk_fail(LK_INTERNAL, "watchdog: no event descriptor: %s", strerror(errno));
  return LK_OK;
}

static void start_thread(lk_watchdog *w) {
  forgive_all(w, lk_clock());
  atomic_store(&w->report.since, w->looked);
  int error = pthread_create(&w->thread, NULL, watch, w);
  if (!error) {
    pthread_setname_np(w->thread, "watchdog");
    return;
  }
  lk_fail(LK_INTERNAL, "watchdog: no thread: %s; raise the limit of processes",
          strerror(error));
  lk_world_abort(w->world, LK_INTERNAL); /* the other ranks have theirs */
}

/* All ranks. No thread starts before all have their links. */
static lk_status start(lk_watchdog **out, lk_world *world, double seconds) {
  LK_TRY(lk_world_agree(world, create(out, world, seconds)));
  LK_TRY(lk_watchdog_connect(*out));
  start_thread(*out);
  return LK_OK;
}

/* Signals are the training thread's: they are blocked while the watchdog's starts, which
 * inherits that, so that SIGPIPE cannot end it either. */
lk_status lk_watchdog_start(lk_world *world, double seconds) {
  sigset_t all, before;
  lk_watchdog *w = NULL;
  if (seconds <= 0) return LK_OK;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  lk_status status = start(&w, world, seconds);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (status != LK_OK) {
    free_watchdog(w);
    return status;
  }
  world->watchdog = w;
  return LK_OK;
}

void lk_watchdog_stop(lk_world *world) {
  lk_watchdog *w = world->watchdog;
  if (!w) return;
  world->watchdog = NULL;
  atomic_store(&w->report.waiting, 1); /* for the others' goodbyes */
  atomic_store(&w->stopping, 1);
  ring(w);
  pthread_join(w->thread, NULL);
  free_watchdog(w);
}

void lk_watchdog_limit(lk_world *world, double seconds) {
  lk_watchdog *w = world->watchdog;
  world->limit = seconds;
  if (seconds <= 0) lk_watchdog_stop(world);
  if (!w || seconds <= 0) return;
  atomic_store(&w->limit, seconds);
  ring(w);
}

/* Who is lost, who says so, and what. */
#include "dist/watchdog.h"
#include <stdio.h>

/* When the launcher kills a whole job, ranks see each other die: they keep quiet for as
 * long as that takes, and the launcher, which knows why a rank died, gets to act first. */
#define DEATH_SECONDS 0.25
/* A hub that should speak may see less than others: then the next one does. */
#define PATIENCE_SECONDS 3
#define FILE_TIMES       10
/* A step, or a part of one, that takes so many times the longest step before it has no end,
 * also while nobody waits. It has ten times the limit in any case, and the first step, of
 * which nothing is known, six hundred times. */
#define STEP_TIMES  30
#define BUSY_TIMES  10
#define FIRST_TIMES 600

static int has_died(const lk_peer *peer, double now) {
  return peer->closed > 0 && now - peer->closed > DEATH_SECONDS;
}

static int is_silent(const lk_watchdog *w, const lk_peer *peer, double now) {
  return peer->watched && !peer->left && now - peer->heard > w->seconds;
}

/* A file system may be slow without anything being wrong. */
static int is_standing(const lk_watchdog *w, const lk_peer *peer, double now) {
  int working = !peer->last.waiting;
  if (peer->left || (working && peer->last.activity == LK_TAKES_ITS_TIME)) return 0;
  double times = working && peer->last.activity == LK_USES_FILES ? FILE_TIMES : 1;
  return now - peer->moved > times * w->seconds;
}

static int waits(const lk_peer *peer) {
  return peer->left || peer->last.waiting;
}

static int find_dead(const lk_watchdog *w, double now) {
  int found = -1;
  for (int r = 0; r < w->size; r++)
    if (has_died(&w->peers[r], now) &&
        (found < 0 || w->peers[r].closed < w->peers[found].closed))
      found = r;
  return found;
}

static int find_silent(const lk_watchdog *w, double now) {
  int found = -1;
  for (int r = 0; r < w->size; r++)
    if (is_silent(w, &w->peers[r], now) &&
        (found < 0 || w->peers[r].heard < w->peers[found].heard))
      found = r;
  return found;
}

/* A rank that works on one phase for too long while another waits. That is no fault as long
 * as nobody waits: then all have much to do. */
static int find_spinning(const lk_watchdog *w, double now) {
  int found = -1, waiting = 0;
  for (int r = 0; r < w->size; r++) {
    const lk_peer *peer = &w->peers[r];
    waiting += waits(peer);
    if (!waits(peer) && is_standing(w, peer, now) &&
        (found < 0 || peer->moved < w->peers[found].moved))
      found = r;
  }
  return waiting ? found : -1;
}

/* A rank that works on a step, or stands in a phase, far longer than any step has taken. */
static int is_endless(const lk_watchdog *w, const lk_peer *peer, double now) {
  double busy = BUSY_TIMES * w->seconds, step = FIRST_TIMES * w->seconds;
  int steps = peer->last.activity == LK_MAKES_STEPS;
  if (waits(peer) || (!steps && peer->last.activity != LK_COMPUTES)) return 0;
  if (w->longest * STEP_TIMES > busy) busy = w->longest * STEP_TIMES;
  if (w->longest > 0) step = busy;
  return now - peer->moved > busy || (steps && now - peer->began > step);
}

static double busy_since(const lk_peer *peer) {
  return peer->moved < peer->began ? peer->moved : peer->began;
}

static int find_endless(const lk_watchdog *w, double now) {
  int found = -1;
  for (int r = 0; r < w->size; r++)
    if (is_endless(w, &w->peers[r], now) &&
        (found < 0 || busy_since(&w->peers[r]) < busy_since(&w->peers[found])))
      found = r;
  return found;
}

static void describe_endless(const lk_watchdog *w, int rank, double now, char *fault,
                             size_t size) {
  char steps[64] = "";
  if (w->longest > 0)
    snprintf(steps, sizeof steps, ", and no step took more than %.0f s", w->longest);
  snprintf(fault, size, "has computed for %.0f s without an end%s",
           now - busy_since(&w->peers[rank]), steps);
}

/* All wait for each other: the one that is furthest behind. */
static int find_deadlocked(const lk_watchdog *w, double now) {
  int found = -1;
  for (int r = 0; r < w->size; r++) {
    const lk_peer *peer = &w->peers[r];
    if (peer->left) continue;
    if (!peer->last.waiting || !is_standing(w, peer, now)) return -1;
    if (found < 0 || peer->last.step < w->peers[found].last.step) found = r;
  }
  return found;
}

/* Only hubs hear of every rank's progress, and a rank that may have died or been stopped is
 * no spinning one. */
static int hears_all(const lk_watchdog *w, double now) {
  for (int r = 0; r < w->size; r++) {
    const lk_peer *peer = &w->peers[r];
    if (r == w->rank || peer->left) continue;
    if (!peer->watched || peer->closed > 0 || now - peer->heard > w->seconds / 2) return 0;
  }
  return 1;
}

/* The lost rank, or -1, and what is wrong with it. */
static int find_culprit(const lk_watchdog *w, double now, char *fault, size_t size) {
  int rank = find_dead(w, now);
  snprintf(fault, size, "died");
  if (rank >= 0) return rank;
  rank = find_silent(w, now);
  snprintf(fault, size,
           "has been silent for %.0f s: it was stopped, or its host is cut off",
           w->seconds);
  if (rank >= 0 || !hears_all(w, now)) return rank;
  rank = find_spinning(w, now);
  if (rank >= 0) {
    snprintf(fault, size, "has made no progress for %.0f s, and others wait for it",
             now - w->peers[rank].moved);
    return rank;
  }
  rank = find_endless(w, now);
  if (rank >= 0) {
    describe_endless(w, rank, now, fault, size);
    return rank;
  }
  snprintf(fault, size, "has made no progress for %.0f s: all ranks wait for each other",
           w->seconds);
  return find_deadlocked(w, now);
}

/* Hubs that are still there and come before this rank: it is for the first to speak. */
static int count_speakers_before(const lk_watchdog *w, double now) {
  int before = 0;
  for (int i = 0; i < w->hubs && w->hub[i] != w->rank; i++) {
    const lk_peer *hub = &w->peers[w->hub[i]];
    before += !hub->left && !hub->closed && !is_silent(w, hub, now);
  }
  return before;
}

void lk_watchdog_judge(lk_watchdog *w, double now) {
  char fault[160];
  int rank = find_culprit(w, now, fault, sizeof fault);
  if (rank < 0) {
    w->suspected = 0;
    return;
  }
  if (!w->suspected) w->suspected = now;
  if (now - w->suspected < PATIENCE_SECONDS * count_speakers_before(w, now)) return;
  const lk_peer *peer = &w->peers[rank];
  char step[32] = "";
  if (peer->last.step)
    snprintf(step, sizeof step, "in step %llu ", (unsigned long long)peer->last.step);
  lk_say(
      "rank %d on %s, last seen %s%s, %s; ending all ranks; start the same command again: "
      "a run goes on from its newest checkpoint",
      rank, peer->host, step, peer->last.phase, fault);
  lk_watchdog_end(w, LK_STOPPED);
}

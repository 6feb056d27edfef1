/* Who is lost, who says so, and what. */
#include "dist/watchdog.h"
#include <stdio.h>

/* One that should speak may see less than others, or be told of it later: then the next one
 * does. */
#define PATIENCE_SECONDS 3
#define FILE_TIMES       10
/* A step, or a part of one, that takes so many times the longest step before it has no end,
 * also while nobody waits. It has ten times the limit in any case, and the first step, of
 * which nothing is known, six hundred times. */
#define STEP_TIMES  30
#define BUSY_TIMES  10
#define FIRST_TIMES 600

static int has_died(const lk_peer *peer, double now) {
  return peer->closed > 0 && now - peer->closed >= LK_DEATH_SECONDS;
}

static int is_silent(const lk_watchdog *w, const lk_peer *peer, double now) {
  return (peer->watched || peer->below) && !peer->left &&
         lk_peer_silence(peer, now) > w->seconds;
}

/* By its own last word: of a rank that has been stopped nothing is heard, and that it makes
 * no progress is known only of one that goes on to say so. A file system may be slow
 * without anything being wrong. */
static int is_standing(const lk_watchdog *w, const lk_peer *peer) {
  int working = !peer->last.waiting;
  if (peer->left || (working && peer->last.activity == LK_TAKES_ITS_TIME)) return 0;
  double times = working && peer->last.activity == LK_USES_FILES ? FILE_TIMES : 1;
  return peer->heard - peer->moved > times * w->seconds;
}

static int waits(const lk_peer *peer) {
  return peer->left || peer->last.waiting;
}

static const lk_peer *find_dead(const lk_watchdog *w, double now) {
  const lk_peer *found = NULL, *end = w->peers + w->known;
  for (const lk_peer *peer = w->peers; peer < end; peer++)
    if (has_died(peer, now) && (!found || peer->closed < found->closed)) found = peer;
  return found;
}

static const lk_peer *find_silent(const lk_watchdog *w, double now) {
  const lk_peer *found = NULL, *end = w->peers + w->known;
  for (const lk_peer *peer = w->peers; peer < end; peer++)
    if (is_silent(w, peer, now) && (!found || peer->heard < found->heard)) found = peer;
  return found;
}

/* A rank that works on one phase for too long while another waits. That is no fault as long
 * as nobody waits: then all have much to do. */
static const lk_peer *find_spinning(const lk_watchdog *w) {
  const lk_peer *found = NULL, *end = w->peers + w->known;
  int waiting = 0;
  for (const lk_peer *peer = w->peers; peer < end; peer++) {
    waiting += waits(peer);
    if (!waits(peer) && is_standing(w, peer) && (!found || peer->moved < found->moved))
      found = peer;
  }
  return waiting ? found : NULL;
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

static const lk_peer *find_endless(const lk_watchdog *w, double now) {
  const lk_peer *found = NULL, *end = w->peers + w->known;
  for (const lk_peer *peer = w->peers; peer < end; peer++)
    if (is_endless(w, peer, now) && (!found || busy_since(peer) < busy_since(found)))
      found = peer;
  return found;
}

static void describe_endless(const lk_watchdog *w, const lk_peer *peer, double now,
                             char *fault, size_t size) {
  char steps[64] = "";
  if (w->longest > 0)
    snprintf(steps, sizeof steps, ", and no step took more than %.0f s", w->longest);
  snprintf(fault, size, "has computed for %.0f s without an end%s", now - busy_since(peer),
           steps);
}

/* All wait for each other: the one that is furthest behind. */
static const lk_peer *find_deadlocked(const lk_watchdog *w) {
  const lk_peer *found = NULL, *end = w->peers + w->known;
  for (const lk_peer *peer = w->peers; peer < end; peer++) {
    if (peer->left) continue;
    if (!peer->last.waiting || !is_standing(w, peer)) return NULL;
    if (!found || peer->last.step < found->last.step) found = peer;
  }
  return found;
}

/* Only rank 0 hears of every rank's progress, and the hubs where all are one team; and a
 * rank that may have died or been stopped is no spinning one. */
static int hears_all(const lk_watchdog *w, double now) {
  const lk_peer *end = w->peers + w->known;
  if (w->known < w->size) return 0;
  for (const lk_peer *peer = w->peers; peer < end; peer++) {
    if (peer == w->self || peer->left) continue;
    if ((!peer->watched && !peer->below) || peer->closed > 0 ||
        lk_peer_silence(peer, now) > w->seconds / 2)
      return 0;
  }
  return 1;
}

/* The lost rank, or NULL, and what is wrong with it. */
static const lk_peer *find_culprit(const lk_watchdog *w, double now, char *fault,
                                   size_t size) {
  const lk_peer *peer = find_dead(w, now);
  snprintf(fault, size, "died");
  if (peer) return peer;
  peer = find_silent(w, now);
  snprintf(fault, size,
           "has been silent for %.0f s: it was stopped, or its host is cut off",
           w->seconds);
  if (peer || !hears_all(w, now)) return peer;
  peer = find_spinning(w);
  if (peer) {
    snprintf(fault, size, "has made no progress for %d s, and others wait for it",
             (int)(peer->heard - peer->moved));
    return peer;
  }
  peer = find_endless(w, now);
  if (peer) {
    describe_endless(w, peer, now, fault, size);
    return peer;
  }
  snprintf(fault, size, "has made no progress for %.0f s: all ranks wait for each other",
           w->seconds);
  return find_deadlocked(w);
}

static int is_there(const lk_watchdog *w, const lk_peer *hub, double now) {
  return hub && !hub->left && !hub->closed && !is_silent(w, hub, now);
}

/* Hubs of its teams that are still there and come before this rank, and one for each level
 * of teams above it: it is for the first to speak. */
static int count_speakers_before(const lk_watchdog *w, double now) {
  int before = w->teams.levels - w->teams.own;
  for (int level = 0; level < w->teams.own; level++) {
    const lk_team *team = &w->teams.team[level];
    for (int i = 0; i < team->hubs && team->hub[i] != w->rank; i++)
      before += is_there(w, lk_watchdog_find(w, team->hub[i]), now);
  }
  return before;
}

void lk_watchdog_judge(lk_watchdog *w, double now) {
  char fault[160];
  const lk_peer *peer = find_culprit(w, now, fault, sizeof fault);
  if (!peer) {
    w->suspected = 0;
    return;
  }
  if (!w->suspected) w->suspected = now;
  if (now - w->suspected < PATIENCE_SECONDS * count_speakers_before(w, now)) return;
  char step[32] = "";
  if (peer->last.step)
    snprintf(step, sizeof step, "in step %llu ", (unsigned long long)peer->last.step);
  lk_say(
      "rank %d on %s, last seen %s%s, %s; ending all ranks; start the same command again: "
      "a run goes on from its newest checkpoint",
      peer->rank, peer->last.host, step, peer->last.phase, fault);
  lk_watchdog_end(w, LK_STOPPED);
}

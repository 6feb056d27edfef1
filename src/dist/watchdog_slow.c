/* Stragglers: healthy ranks that the others keep waiting for, because something else runs
 * on their host or it is slower. They are reported, never ended. */
#include "dist/watchdog.h"

#define SLOW_SHARE    (1.0 / 3) /* of the time that every other rank waited */
#define QUIET_SECONDS 60.0

/* A rank that has not moved for long may be stuck rather than slow, which the judge will
 * tell. */
static int moves(const lk_watchdog *w, int rank, double now) {
  return now - w->peers[rank].moved < w->seconds / 4;
}

/* The rank whose absence would help: the one that waited least, if each other one waited
 * for a third of the time longer. That share is stored in *share. */
static int find_straggler(const lk_watchdog *w, double *share) {
  double least = w->seconds, next = w->seconds;
  int found = -1;
  for (int r = 0; r < w->size; r++) {
    const lk_peer *peer = &w->peers[r];
    if (peer->left) return -1; /* the run is ending */
    double waited = peer->last.waited - peer->waited;
    if (waited < least) {
      next = least;
      least = waited;
      found = r;
    } else if (waited < next)
      next = waited;
  }
  *share = (next - least) / w->seconds;
  return *share > SLOW_SHARE ? found : -1;
}

void lk_watchdog_report_straggler(lk_watchdog *w, double now) {
  double share = 0;
  if (w->size == 1 || w->rank != w->hub[0] || now - w->window < w->seconds) return;
  int rank = find_straggler(w, &share);
  w->slow = rank >= 0 && moves(w, rank, now) ? rank : -1;
  w->window = now;
  for (int r = 0; r < w->size; r++)
    w->peers[r].waited = w->peers[r].last.waited;
  if (w->slow < 0) return;
  if (w->complained > 0 && now - w->complained < QUIET_SECONDS) return;
  w->complained = now;
  lk_say("rank %d on %s is slow: all others spent %.0f %% of the last %.0f "
         "s waiting for it; see what else runs on that host",
         rank, w->peers[rank].host, 100 * share, w->seconds);
}

/* Stragglers: healthy ranks that the others keep waiting for, because something else runs
 * on their host or it is slower. They are reported, never ended. */
#include "dist/watchdog.h"

#define SLOW_SHARE    (1.0 / 3) /* of the time that every other rank waited */
#define QUIET_SECONDS 60.0

/* A rank that has not moved for long may be stuck rather than slow, which the judge will
 * tell. */
static int moves(const lk_watchdog *w, const lk_peer *peer, double now) {
  return now - peer->moved < w->seconds / 4;
}

/* The rank whose absence would help: the one that waited least, if each other one waited
 * for a third of the time longer; or NULL. That share is stored in *share. */
static const lk_peer *find_straggler(const lk_watchdog *w, double *share) {
  double least = w->seconds, next = w->seconds;
  const lk_peer *found = NULL;
  for (int i = 0; i < w->known; i++) {
    const lk_peer *peer = &w->peers[i];
    if (peer->left) return NULL; /* the run is ending */
    double waited = peer->last.waited - peer->waited;
    if (waited < least) {
      next = least;
      least = waited;
      found = peer;
    } else if (waited < next)
      next = waited;
  }
  *share = (next - least) / w->seconds;
  return *share > SLOW_SHARE ? found : NULL;
}

void lk_watchdog_report_straggler(lk_watchdog *w, double now) {
  double share = 0;
  if (w->size == 1 || w->rank != 0 || now - w->window < w->seconds) return;
  const lk_peer *peer = find_straggler(w, &share);
  w->slow = peer && moves(w, peer, now) ? peer->rank : -1;
  w->window = now;
  for (int i = 0; i < w->known; i++)
    w->peers[i].waited = w->peers[i].last.waited;
  if (w->slow < 0) return;
  if (w->complained > 0 && now - w->complained < QUIET_SECONDS) return;
  w->complained = now;
  lk_say("rank %d on %s is slow: all others spent %.0f %% of the last %.0f "
         "s waiting for it; see what else runs on that host",
         peer->rank, peer->last.host, 100 * share, w->seconds);
}

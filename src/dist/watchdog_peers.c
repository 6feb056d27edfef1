/* What a rank's watchdog knows of others: of those with links, and of all below it. */
#include "dist/watchdog.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <poll.h>

int lk_watchdog_fan_out = LK_FAN_OUT;

lk_peer *lk_watchdog_find(const lk_watchdog *w, int rank) {
  int first = 0, end = w->known;
  while (first < end) {
    int middle = (first + end) / 2;
    if (w->peers[middle].rank == rank) return &w->peers[middle];
    if (w->peers[middle].rank < rank)
      first = middle + 1;
    else
      end = middle;
  }
  return NULL;
}

double lk_peer_silence(const lk_peer *peer, double now) {
  return peer->watched ? now - peer->heard : peer->silent;
}

static int count_known(const lk_watchdog *w, int bits) {
  int count = 0;
  for (int r = 0; r < w->size; r++)
    count += (w->teams.known[r] & bits) != 0;
  return count;
}

static void list_peers(lk_watchdog *w) {
  for (int r = 0; r < w->size; r++) {
    int known = w->teams.known[r];
    if (!known && r != w->rank) continue;
    lk_peer *peer = &w->peers[w->known++];
    *peer = (lk_peer){.rank = r, .fd = -1, .below = (known & LK_IS_BELOW) != 0};
    peer->last.rank = r;
  }
  w->self = lk_watchdog_find(w, w->rank);
  const lk_team *last = &w->teams.team[w->teams.own - 1];
  if (last->member[0] != w->rank) w->up = lk_watchdog_find(w, last->member[0]);
  assert(w->self && (w->up || w->rank == 0));
}

/* A beat and LK_END for each link; for the leader's, what is below as well. */
static size_t room_of(const lk_watchdog *w, const lk_peer *peer) {
  if (!(w->teams.known[peer->rank] & LK_IS_LINKED)) return 0;
  return 2 + (peer == w->up ? (size_t)count_known(w, LK_IS_BELOW) : 0);
}

lk_status lk_watchdog_make_peers(lk_watchdog *w) {
  size_t count = (size_t)count_known(w, LK_IS_LINKED | LK_IS_BELOW) + 1, records = 0;
  LK_TRY(LK_NEW(w->peers, count));
  LK_TRY(LK_NEW(w->polled, count + 1));
  list_peers(w);
  assert((size_t)w->known == count);
  for (int i = 0; i < w->known; i++)
    records += room_of(w, &w->peers[i]);
  LK_TRY(LK_NEW(w->records, records));
  records = 0;
  for (int i = 0; i < w->known; i++) {
    w->peers[i].out = w->records + records;
    w->peers[i].room = room_of(w, &w->peers[i]);
    records += w->peers[i].room;
  }
  return w->rank == 0 ? LK_NEW(w->states, (size_t)w->size) : LK_OK;
}

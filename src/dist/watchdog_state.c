/* How all ranks stand, told by the watchdog's thread to whoever asks: the thread itself may
 * not wait for a file system. */
#include "dist/watchdog.h"
#include <assert.h>
#include <stdio.h>

/* A rank sends so many beats before it is called silent, long before it is lost. */
enum { BEATS = 5 };

const char *lk_rank_condition_name(lk_rank_condition condition) {
  static const char *const names[] = {"works", "waits", "slow", "silent", "left"};
  assert(condition <= LK_RANK_LEFT);
  return names[condition];
}

static lk_rank_condition judge(const lk_watchdog *w, const lk_peer *peer, double now) {
  if (peer->left) return LK_RANK_LEFT;
  if (now - peer->heard > BEATS * w->interval) return LK_RANK_SILENT;
  if (peer->rank == w->slow) return LK_RANK_SLOW;
  return peer->last.waiting ? LK_RANK_WAITS : LK_RANK_WORKS;
}

void lk_watchdog_publish(lk_watchdog *w, double now) {
  if (w->rank != 0) return;
  assert(w->known == w->size);
  pthread_mutex_lock(&w->state_lock);
  for (int r = 0; r < w->size; r++) {
    const lk_peer *peer = &w->peers[r];
    lk_rank_state *state = &w->states[r];
    *state = (lk_rank_state){.condition = judge(w, peer, now),
                             .step = peer->last.step,
                             .silent = now - peer->heard,
                             .waited = peer->last.waited};
    snprintf(state->host, sizeof state->host, "%s", peer->last.host);
    snprintf(state->phase, sizeof state->phase, "%s",
             *peer->last.phase ? peer->last.phase : "starting");
  }
  pthread_mutex_unlock(&w->state_lock);
}

int lk_watchdog_ranks(lk_watchdog *w, lk_rank_state *out, int room) {
  if (!w || w->rank != 0) return 0;
  assert(room >= w->size);
  pthread_mutex_lock(&w->state_lock);
  for (int r = 0; r < w->size && r < room; r++)
    out[r] = w->states[r];
  pthread_mutex_unlock(&w->state_lock);
  return w->size;
}

/* Records over the links: sent and received in pieces, without ever blocking. */
#include "base/clock.h"
#include "dist/watchdog.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A peer that ended closes its link at once. Other errors (no route, time-out) say nothing
 * about it: it counts as silent. */
static void lose_link(lk_peer *peer, int reason, double now) {
  close(peer->fd);
  peer->fd = -1;
  int ended = reason == 0 || reason == ECONNRESET || reason == EPIPE;
  if (ended && !peer->left) peer->closed = now;
}

static int may_try_again(int reason) {
  return reason == EAGAIN || reason == EWOULDBLOCK || reason == EINTR;
}

/* Errors are left to the receiving side, which first reads what the peer had to say. */
void lk_link_flush(lk_peer *peer) {
  size_t size = peer->used * sizeof *peer->out;
  if (peer->fd < 0 || !peer->used) return;
  assert(peer->used <= peer->room && peer->out_offset < size);
  ssize_t sent = send(peer->fd, (const char *)peer->out + peer->out_offset,
                      size - peer->out_offset, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) peer->out_offset += (size_t)sent;
  if (peer->out_offset == size) peer->used = peer->out_offset = 0;
}

/* What a leader knows of a rank. */
static lk_beat report(const lk_peer *peer, double now) {
  lk_beat record = peer->last;
  record.kind = peer->left ? LK_GOODBYE : peer->closed > 0 ? LK_GONE : LK_BEAT;
  record.silent = lk_peer_silence(peer, now);
  assert(record.rank == peer->rank);
  return record;
}

static void add_reports(const lk_watchdog *w, lk_peer *to, double now) {
  for (int i = 0; i < w->known; i++)
    if (w->peers[i].below) to->out[to->used++] = report(&w->peers[i], now);
  assert(to->used < to->room); /* LK_END fits, too */
}

int lk_link_send(lk_watchdog *w, lk_peer *peer, int kind, int code, double now) {
  lk_link_flush(peer);
  if (peer->fd < 0 || peer->used == peer->room || (peer->used && kind != LK_END)) return 0;
  lk_beat *record = &peer->out[peer->used++];
  *record = w->self->last;
  record->kind = kind;
  record->code = code;
  if (peer == w->up && kind != LK_END) add_reports(w, peer, now);
  lk_link_flush(peer);
  return 1;
}

static void tell_all_to_end(lk_watchdog *w, int code) {
  for (int i = 0; i < w->known; i++)
    lk_link_send(w, &w->peers[i], LK_END, code, lk_clock());
}

/* Beats come less often than short steps end, which makes those look longer. */
void lk_watchdog_take(lk_watchdog *w, lk_peer *peer, const lk_beat *beat, double now) {
  const lk_beat *last = &peer->last;
  int steps = beat->activity == LK_MAKES_STEPS && last->activity == LK_MAKES_STEPS;
  peer->heard = now;
  if (beat->moves != last->moves) peer->moved = now;
  if (!steps || beat->step != last->step) {
    if (steps && now - peer->began > w->longest) w->longest = now - peer->began;
    peer->began = now;
  }
  peer->last = *beat;
}

/* Of a rank below this one's leaders. What is told comes some beats late. */
static void take_report(lk_watchdog *w, const lk_beat *record, double now) {
  lk_peer *peer = lk_watchdog_find(w, record->rank);
  if (!peer || !peer->below || peer->watched) return;
  lk_watchdog_take(w, peer, record, now - record->silent);
  peer->silent = record->silent;
  if (record->kind == LK_GOODBYE) peer->left = 1;
  if (record->kind == LK_GONE && !peer->closed) peer->closed = now;
}

/* Whoever is told to end passes it on: not every rank has a link to the one that spoke. */
static void take_beat(lk_watchdog *w, lk_peer *peer, double now) {
  lk_beat *beat = &peer->in;
  beat->phase[LK_PHASE_SIZE - 1] = beat->host[LK_PLACE_SIZE - 1] = '\0';
  if (beat->rank != peer->rank) {
    take_report(w, beat, now);
    return;
  }
  lk_watchdog_take(w, peer, beat, now);
  if (beat->kind == LK_GOODBYE) peer->left = 1;
  if (beat->kind != LK_END) return;
  tell_all_to_end(w, beat->code);
  _exit(beat->code);
}

void lk_link_receive(lk_watchdog *w, lk_peer *peer, double now) {
  while (peer->fd >= 0) {
    ssize_t got = recv(peer->fd, (char *)&peer->in + peer->in_size,
                       sizeof peer->in - peer->in_size, MSG_DONTWAIT);
    if (got < 0 && may_try_again(errno)) return;
    if (got <= 0) {
      lose_link(peer, got < 0 ? errno : 0, now);
      return;
    }
    peer->in_size += (size_t)got;
    if (peer->in_size < sizeof peer->in) continue;
    peer->in_size = 0;
    take_beat(w, peer, now);
  }
}

static int links_open(lk_watchdog *w) {
  int open = 0;
  for (int i = 0; i < w->known; i++)
    open += w->peers[i].fd >= 0;
  return open;
}

/* Drops what comes in. */
static void drain_link(lk_peer *peer) {
  char dropped[sizeof(lk_beat)];
  ssize_t got;
  do
    got = recv(peer->fd, dropped, sizeof dropped, MSG_DONTWAIT);
  while (got > 0);
  if (got < 0 && may_try_again(errno)) return;
  close(peer->fd);
  peer->fd = -1;
}

/* Links stay open until the peers have gone, so that none takes this end for a death. */
_Noreturn void lk_watchdog_end(lk_watchdog *w, int code) {
  tell_all_to_end(w, code);
  for (double begin = lk_clock(); links_open(w) && lk_clock() - begin < 1;) {
    poll(NULL, 0, 10);
    for (int i = 0; i < w->known; i++) {
      lk_link_flush(&w->peers[i]);
      if (w->peers[i].fd >= 0) drain_link(&w->peers[i]);
    }
  }
  _exit(code);
}

/* The two sides of a meeting, each a loop over all its candidates at once, so that nobody
 * waits for one that keeps silent. Addresses of other networks can be anybody's (every host
 * may have a bridge of the same address), and anybody may call: who proves to be meant gets
 * the link. */
#define _GNU_SOURCE /* accept4 */
#include "dist/watchdog_meet.h"
#include "base/clock.h"
#include "lockstep/memory.h"
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  STRANGERS = 64, /* places beside the ranks' own */
  A_ROUND = 16    /* calls taken before those that were taken are heard */
};
#define FIRST_CALL 2.0 /* seconds for all of a hub's addresses; then twice that … */

typedef struct {
  lk_candidate *all;     /* (room) owned */
  struct pollfd *polled; /* (room + 1) owned */
  int room;
  uint64_t made; /* candidates so far */
} meeting;

static void free_meeting(meeting *m) {
  for (int i = 0; m->all && i < m->room; i++)
    if (m->all[i].fd >= 0) close(m->all[i].fd);
  lk_free(m->all);
  lk_free(m->polled);
}

static lk_status create_meeting(meeting *m, int room) {
  *m = (meeting){.room = room};
  LK_TRY(LK_NEW(m->all, (size_t)room));
  for (int i = 0; i < room; i++)
    m->all[i].fd = -1;
  return LK_NEW(m->polled, (size_t)room + 1);
}

static void drop(lk_candidate *c) {
  if (c->fd >= 0) close(c->fd);
  c->fd = -1;
}

/* The one who leaves first when room is short: who has said least, and of those the one who
 * has been there longest. NULL: nobody is there. */
static lk_candidate *find_first_to_leave(meeting *m) {
  lk_candidate *found = NULL;
  for (int i = 0; i < m->room; i++) {
    lk_candidate *c = &m->all[i];
    if (c->fd < 0) continue;
    if (!found || c->stage < found->stage ||
        (c->stage == found->stage && c->number < found->number))
      found = c;
  }
  return found;
}

static lk_candidate *find_place(meeting *m) {
  for (int i = 0; i < m->room; i++)
    if (m->all[i].fd < 0) return &m->all[i];
  lk_candidate *c = find_first_to_leave(m);
  drop(c);
  return c;
}

static lk_candidate *add(meeting *m, int fd, lk_candidate_stage stage) {
  lk_candidate *c = find_place(m);
  *c = (lk_candidate){.fd = fd, .stage = stage, .number = ++m->made};
  return c;
}

/* Until something comes, at most this long. door: -1, there is none. Nonzero: somebody is
 * at it. Only what is open is polled: no more than a process may have open is allowed. */
static int await(meeting *m, int door, double seconds) {
  nfds_t count = 1;
  m->polled[0] = (struct pollfd){.fd = door, .events = POLLIN};
  for (int i = 0; i < m->room; i++) {
    const lk_candidate *c = &m->all[i];
    short events = c->stage == LK_CONNECTS ? POLLOUT : POLLIN;
    if (c->fd >= 0) m->polled[count++] = (struct pollfd){.fd = c->fd, .events = events};
  }
  int ready = poll(m->polled, count, (int)(1000 * seconds) + 1) > 0;
  count = 1;
  for (int i = 0; i < m->room; i++)
    m->all[i].ready = m->all[i].fd >= 0 && m->polled[count++].revents && ready;
  return ready && m->polled[0].revents;
}

static void keep_link(lk_peer *peer, lk_candidate *c) {
  int on = 1;
  assert(c->stage == LK_PROVEN);
  if (peer->fd >= 0) close(peer->fd); /* its first try, which it gave up */
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  peer->fd = c->fd;
  peer->watched = 1;
  c->fd = -1;
}

/* No descriptor is left: somebody leaves, or the caller waits in the kernel's queue. */
static void make_room(meeting *m) {
  lk_candidate *c = find_first_to_leave(m);
  if (c)
    drop(c);
  else
    poll(NULL, 0, 100);
}

static void take_calls(meeting *m, int door) {
  for (int i = 0; i < A_ROUND; i++) {
    int fd = accept4(door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) add(m, fd, LK_EXPECTS_HELLO);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) make_room(m);
    if (fd < 0) return;
  }
}

static void hear_callers(lk_watchdog *w, meeting *m, int *missing) {
  for (int i = 0; i < m->room; i++) {
    lk_candidate *c = &m->all[i];
    if (!c->ready) continue;
    lk_candidate_advance(w, c);
    if (c->fd < 0 || c->stage != LK_PROVEN) continue;
    lk_peer *peer = lk_watchdog_find(w, c->hello.from);
    if (!peer || !peer->room) {
      drop(c); /* of another team */
      continue;
    }
    *missing -= !peer->watched;
    keep_link(peer, c);
  }
}

lk_status lk_meet_callers(lk_watchdog *w, int door, int missing) {
  meeting m;
  double end = lk_clock() + w->patience;
  lk_status status = create_meeting(&m, missing + STRANGERS);
  while (status == LK_OK && missing > 0 && lk_clock() < end) {
    int calls = await(&m, door, end - lk_clock());
    hear_callers(w, &m, &missing);
    if (calls) take_calls(&m, door); /* who calls has a place after those who were heard */
  }
  free_meeting(&m);
  if (status != LK_OK || !missing) return status;
  return lk_fail(
      LK_INTERNAL,
      "watchdog: %d ranks could not reach this host over TCP within %.0f s; "
      "allow connections between the hosts, or set LOCKSTEP_WATCHDOG=0 for all ranks",
      missing, w->patience);
}

static void call(meeting *m, lk_watchdog *w, int hub, struct sockaddr_in to) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  if (connect(fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) {
    close(fd);
    return;
  }
  lk_candidate *c = add(m, fd, LK_CONNECTS);
  c->hello.from = w->rank;
  c->hello.to = hub;
}

/* Loopback never leads to another host. */
static void call_everywhere(meeting *m, lk_watchdog *w, int hub, const lk_card *card) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = card->port};
  int same_host = !strncmp(card->host, w->world->host, sizeof card->host - 1);
  for (int i = 0; i < card->addresses; i++) {
    to.sin_addr = card->address[i];
    if (same_host || to.sin_addr.s_addr != htonl(INADDR_LOOPBACK)) call(m, w, hub, to);
  }
}

/* The hub is found once one has proved to be it: then nobody else is heard any more. */
static lk_candidate *hear_hub(lk_watchdog *w, meeting *m) {
  lk_candidate *found = NULL;
  for (int i = 0; i < m->room; i++) {
    lk_candidate *c = &m->all[i];
    if (found) drop(c);
    if (c->fd < 0 || !c->ready) continue;
    lk_candidate_advance(w, c);
    if (c->fd >= 0 && c->stage >= LK_EXPECTS_WELCOME) found = c;
  }
  for (int i = 0; found && i < m->room; i++)
    if (&m->all[i] != found) drop(&m->all[i]);
  return found;
}

static int is_empty(const meeting *m) {
  for (int i = 0; i < m->room; i++)
    if (m->all[i].fd >= 0) return 0;
  return 1;
}

/* Calls the hub at all its addresses at once. Nonzero: the link is made. */
static int call_hub(lk_watchdog *w, meeting *m, int hub, const lk_card *card, double until,
                    double end) {
  lk_candidate *found = NULL;
  call_everywhere(m, w, hub, card);
  while (!is_empty(m) && lk_clock() < (found ? end : until)) {
    await(m, -1, (found ? end : until) - lk_clock());
    lk_candidate *heard = hear_hub(w, m);
    if (heard) found = heard;
    if (!heard || heard->stage != LK_PROVEN) continue;
    keep_link(lk_watchdog_find(w, hub), heard);
    return 1;
  }
  for (int i = 0; i < m->room; i++)
    drop(&m->all[i]);
  return 0;
}

lk_status lk_meet_hub(lk_watchdog *w, int hub, const lk_card *card) {
  meeting m;
  double round = FIRST_CALL, end = lk_clock() + w->patience;
  lk_status status = create_meeting(&m, LK_ADDRESSES + 1);
  int found = 0;
  for (; status == LK_OK && !found && lk_clock() < end; round *= 2) {
    double until = lk_clock() + round;
    found = call_hub(w, &m, hub, card, until < end ? until : end, end);
    if (!found) poll(NULL, 0, 100); /* who refuses does so at once */
  }
  free_meeting(&m);
  if (status != LK_OK || found) return status;
  return lk_fail(LK_INTERNAL,
                 "watchdog: cannot reach rank %d on %s at port %d over TCP; allow "
                 "connections between the hosts, or set LOCKSTEP_WATCHDOG=0 for all ranks",
                 hub, card->host, ntohs(card->port));
}

/* The meeting point as a process: its door, and one loop over all connections. */
#define _GNU_SOURCE /* accept4 */
#include "meet/point.h"
#include "base/clock.h"
#include "lockstep/memory.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STRANGER_SECONDS 20.0 /* in which a caller has to prove itself */
enum { SLICE = 100 /* milliseconds */, A_ROUND = 16 };

static lk_status cannot_listen(const lk_point_settings *s, const char *why) {
  return lk_fail(LK_INTERNAL,
                 "meet: cannot listen on %s, port %d: %s; choose another --port "
                 "or --bind",
                 s->bind ? s->bind : "any address", s->port, why);
}

/* IPv6's any address is also IPv4's. */
static lk_status find_address(const lk_point_settings *s, struct addrinfo **list) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                 .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
  char port[16];
  snprintf(port, sizeof port, "%d", s->port);
  int error = getaddrinfo(s->bind ? s->bind : "::", port, &hints, list);
  if (error && !s->bind) error = getaddrinfo(NULL, port, &hints, list);
  return error ? cannot_listen(s, gai_strerror(error)) : LK_OK;
}

static int open_door(const struct addrinfo *at) {
  int on = 1, off = 0;
  int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (at->ai_family == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (!bind(fd, at->ai_addr, at->ai_addrlen) && !listen(fd, SOMAXCONN)) return fd;
  close(fd);
  return -1;
}

static int port_of(int fd) {
  struct sockaddr_storage at;
  socklen_t size = sizeof at;
  if (getsockname(fd, (struct sockaddr *)&at, &size)) return 0;
  return ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                        : ((struct sockaddr_in *)&at)->sin_port);
}

/* A kernel without IPv6 has IPv4's any address. */
static lk_status open_point(lk_point *p) {
  struct addrinfo *list = NULL;
  LK_TRY(find_address(p->settings, &list));
  for (struct addrinfo *i = list; i && p->door < 0; i = i->ai_next)
    p->door = open_door(i);
  freeaddrinfo(list);
  if (p->door >= 0) return LK_OK;
  return cannot_listen(p->settings, strerror(errno));
}

static int is_stranger(const lk_caller *c) {
  return c->fd >= 0 && !c->is_proven;
}

static int count_from(const lk_point *p, const struct in6_addr *from) {
  int found = 0;
  for (int i = 0; i < LK_CALLERS; i++)
    found +=
        is_stranger(&p->callers[i]) && !memcmp(&p->callers[i].from, from, sizeof *from);
  return found;
}

/* Nonzero: a goes before b. First one of those that are most at one address, then one that
 * has said nothing, then the one that has been there longest: who fills the door in a
 * moment is not to put out a group in the middle of its proof. */
static int goes_before(const lk_point *p, const lk_caller *a, const lk_caller *b) {
  int more = count_from(p, &a->from) - count_from(p, &b->from);
  int says_less = !*a->hello.magic - !*b->hello.magic;
  return more ? more > 0 : says_less ? says_less > 0 : a->since < b->since;
}

static lk_caller *make_room(lk_point *p) {
  lk_caller *first = NULL;
  for (int i = 0; i < LK_CALLERS; i++) {
    lk_caller *c = &p->callers[i];
    if (is_stranger(c) && (!first || goes_before(p, c, first))) first = c;
  }
  lk_caller_drop(first);
  return first;
}

static lk_caller *find_place(lk_point *p) {
  lk_caller *free_place = NULL;
  int strangers = 0;
  for (int i = 0; i < LK_CALLERS; i++) {
    lk_caller *c = &p->callers[i];
    strangers += is_stranger(c);
    if (c->fd < 0 && !free_place) free_place = c;
  }
  return strangers < LK_STRANGERS ? free_place : make_room(p);
}

static struct in6_addr address_of(const struct sockaddr_storage *at) {
  struct in6_addr found = IN6ADDR_ANY_INIT;
  if (at->ss_family == AF_INET6) return ((const struct sockaddr_in6 *)at)->sin6_addr;
  found.s6_addr[10] = found.s6_addr[11] = 0xff;
  memcpy(&found.s6_addr[12], &((const struct sockaddr_in *)at)->sin_addr, 4);
  return found;
}

/* A few, before those are heard that have come. */
static void take_calls(lk_point *p, double now) {
  for (int i = 0; i < A_ROUND; i++) {
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    int fd = accept4(p->door, (struct sockaddr *)&at, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    lk_caller *c = find_place(p);
    if (!c) { /* all places are of groups, some of which are on their way out */
      close(fd);
      return;
    }
    lk_meet_tune(fd);
    *c = (lk_caller){.fd = fd, .since = now, .from = address_of(&at)};
  }
}

/* A whole message of it. */
static lk_status heed(lk_point *p, lk_caller *c, double now) {
  if (c->is_proven) {
    lk_seats_hear(p, c, now);
    return LK_OK;
  }
  if (!lk_caller_prove(p, c))
    lk_caller_drop(c);
  else if (c->is_proven)
    return lk_seats_take(p, c, now);
  return LK_OK;
}

static lk_status serve(lk_point *p, lk_caller *c, double now) {
  lk_status status = LK_OK;
  if (c->fd < 0) return LK_OK;
  lk_caller_flush(c);
  while (status == LK_OK && lk_caller_hear(p, c)) {
    status = heed(p, c, now);
    lk_caller_next(c);
  }
  if (c->fd >= 0 && !c->is_proven && now - c->since > STRANGER_SECONDS) lk_caller_drop(c);
  return status;
}

static void await(const lk_point *p) {
  struct pollfd polled[LK_CALLERS + 1];
  nfds_t count = 0;
  polled[count++] = (struct pollfd){.fd = p->door, .events = POLLIN};
  for (int i = 0; i < LK_CALLERS; i++) {
    const lk_caller *c = &p->callers[i];
    short out = c->out.size > 0 ? POLLOUT : 0;
    if (c->fd >= 0) polled[count++] = (struct pollfd){.fd = c->fd, .events = POLLIN | out};
  }
  poll(polled, count, SLICE);
}

static lk_status run(lk_point *p) {
  while (!lk_seats_are_over(p)) {
    await(p);
    double now = lk_clock();
    for (int i = 0; i < LK_CALLERS; i++)
      LK_TRY(serve(p, &p->callers[i], now));
    lk_seats_clear(p, now);
    lk_seats_advance(p, now);
    lk_seats_beat(p, now);
    lk_seats_clear(p, now);
    take_calls(p, now);
  }
  return LK_OK;
}

static void close_point(lk_point *p) {
  for (int i = 0; i < LK_CALLERS; i++)
    lk_caller_drop(&p->callers[i]);
  for (int i = 0; i < LK_GROUPS_MOST; i++)
    lk_free(p->seats[i].change);
  if (p->door >= 0) close(p->door);
  lk_free(p->secret);
  lk_free(p->sums);
  lk_free(p->mean);
  lk_free(p->state);
  lk_free(p->blocks);
  lk_free(p);
}

static lk_status prepare(lk_point *p) {
  p->door = -1;
  for (int i = 0; i < LK_CALLERS; i++)
    p->callers[i].fd = -1;
  LK_TRY(lk_meet_secret(p->settings->key, &p->secret, &p->secret_size));
  LK_TRY(LK_NEW(p->blocks, LK_GROUPS_MOST * LK_WIRE_BLOCK));
  return open_point(p);
}

lk_status lk_point_run(const lk_point_settings *settings, lk_status (*opened)(int port)) {
  lk_point *p = NULL;
  LK_TRY(LK_NEW(p, 1));
  p->settings = settings;
  lk_status status = prepare(p);
  if (status == LK_OK) status = opened(port_of(p->door));
  if (status == LK_OK) status = run(p);
  close_point(p);
  return status;
}

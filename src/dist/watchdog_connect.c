/* Making the links. Ranks show each other a card with their port and addresses through MPI;
 * then the hubs take turns: one listens, and all that have no link to it yet connect. Since
 * addresses of other networks can be anybody's (every host may have a bridge of the same
 * address), both ends prove by the secret and the two ranks' numbers that they were meant.
 */
#include "base/clock.h"
#include "dist/watchdog.h"
#include "lockstep/memory.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADDRESSES = 8 };
#define CONNECT_SECONDS 2  /* for one address: behind a firewall nothing answers */
#define ANSWER_SECONDS  5  /* for the other side's proof */
#define ACCEPT_SECONDS  30 /* for all ranks to reach a hub */

typedef struct {
  in_port_t port;    /* as it goes over the network, like the addresses */
  int32_t addresses; /* IPv4, loopback last */
  struct in_addr address[ADDRESSES + 1];
  char host[MPI_MAX_PROCESSOR_NAME + 1];
} card;

static lk_status system_fail(const lk_watchdog *w, const char *what) {
  return lk_fail(LK_INTERNAL,
                 "watchdog: %s: %s; start with watchdog=0 to go without it (host %s)", what,
                 strerror(errno), w->world->host);
}

static void list_addresses(card *mine) {
  struct ifaddrs *list = NULL;
  if (getifaddrs(&list)) list = NULL; /* loopback is left: enough on one host */
  for (struct ifaddrs *i = list; i && mine->addresses < ADDRESSES; i = i->ifa_next) {
    if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET) continue;
    if (!(i->ifa_flags & IFF_UP) || (i->ifa_flags & IFF_LOOPBACK)) continue;
    struct sockaddr_in address;
    memcpy(&address, i->ifa_addr, sizeof address);
    mine->address[mine->addresses++] = address.sin_addr;
  }
  if (list) freeifaddrs(list);
  mine->address[mine->addresses++].s_addr = htonl(INADDR_LOOPBACK);
}

static lk_status open_door(const lk_watchdog *w, int *door, card *mine) {
  struct sockaddr_in any = {.sin_family = AF_INET}; /* every address, any free port */
  socklen_t size = sizeof any;
  *door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (*door < 0) return system_fail(w, "no socket");
  if (bind(*door, (struct sockaddr *)&any, size) || listen(*door, SOMAXCONN) ||
      getsockname(*door, (struct sockaddr *)&any, &size))
    return system_fail(w, "cannot listen");
  mine->port = any.sin_port;
  list_addresses(mine);
  memcpy(mine->host, w->world->host, sizeof mine->host);
  return LK_OK;
}

static int is_hub(const lk_watchdog *w, int rank) {
  for (int i = 0; i < w->hubs; i++)
    if (w->hub[i] == rank) return 1;
  return 0;
}

static int is_first_of_host(const card *cards, int rank) {
  for (int r = 0; r < rank; r++)
    if (!strcmp(cards[r].host, cards[rank].host)) return 0;
  return 1;
}

static void choose_hubs(lk_watchdog *w, const card *cards) {
  for (int r = 0; r < w->size && w->hubs < LK_HUBS; r++)
    if (is_first_of_host(cards, r)) w->hub[w->hubs++] = r;
  for (int r = 0; r < w->size && w->hubs < LK_HUBS; r++)
    if (!is_hub(w, r)) w->hub[w->hubs++] = r;
}

static void set_time_limits(int fd, int send_seconds, int receive_seconds) {
  struct timeval sending = {.tv_sec = send_seconds},
                 receiving = {.tv_sec = receive_seconds};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &sending, sizeof sending);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &receiving, sizeof receiving);
}

static int send_proof(const lk_watchdog *w, int fd, int to) {
  lk_beat hello = {.secret = w->secret, .kind = LK_HELLO, .from = w->rank, .to = to};
  return send(fd, &hello, sizeof hello, MSG_NOSIGNAL) == sizeof hello;
}

/* The rank that proved to be meant, or -1. */
static int receive_proof(const lk_watchdog *w, int fd) {
  lk_beat hello;
  if (recv(fd, &hello, sizeof hello, MSG_WAITALL) != sizeof hello) return -1;
  int meant = hello.secret == w->secret && hello.kind == LK_HELLO && hello.to == w->rank;
  return meant && hello.from >= 0 && hello.from < w->size ? hello.from : -1;
}

static void keep_link(lk_watchdog *w, int rank, int fd) {
  int on = 1;
  lk_peer *peer = &w->peers[rank];
  if (peer->fd >= 0) close(peer->fd); /* its first try, which it gave up */
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  peer->fd = fd;
  peer->watched = 1;
}

static int try_address(lk_watchdog *w, int hub, struct sockaddr_in address) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  set_time_limits(fd, CONNECT_SECONDS, ANSWER_SECONDS);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
      send_proof(w, fd, hub) && receive_proof(w, fd) == hub) {
    keep_link(w, hub, fd);
    return 1;
  }
  close(fd);
  return 0;
}

/* Loopback first on the same host, and never between hosts. */
static lk_status connect_to(lk_watchdog *w, int hub, const card *its) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = its->port};
  int same_host = !strcmp(its->host, w->world->host);
  for (int i = 0; i < its->addresses; i++) {
    to.sin_addr = its->address[same_host ? its->addresses - 1 - i : i];
    if (!same_host && to.sin_addr.s_addr == htonl(INADDR_LOOPBACK)) continue;
    if (try_address(w, hub, to)) return LK_OK;
  }
  return lk_fail(LK_INTERNAL,
                 "watchdog: cannot reach rank %d on %s at port %d over TCP; allow "
                 "connections between the hosts, or start with watchdog=0",
                 hub, its->host, ntohs(its->port));
}

static void accept_one(lk_watchdog *w, int door, int *missing) {
  int fd = accept(door, NULL, NULL);
  if (fd < 0) return;
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  set_time_limits(fd, ANSWER_SECONDS, ANSWER_SECONDS);
  int rank = receive_proof(w, fd);
  if (rank < 0 || rank == w->rank || !send_proof(w, fd, rank)) {
    close(fd);
    return;
  }
  *missing -= !w->peers[rank].watched;
  keep_link(w, rank, fd);
}

static lk_status accept_all(lk_watchdog *w, int door, int missing) {
  double end = lk_clock() + ACCEPT_SECONDS;
  struct pollfd polled = {.fd = door, .events = POLLIN};
  while (missing > 0 && lk_clock() < end)
    if (poll(&polled, 1, 100) > 0) accept_one(w, door, &missing);
  if (!missing) return LK_OK;
  return lk_fail(LK_INTERNAL,
                 "watchdog: %d ranks could not reach this host over TCP within %d s; allow "
                 "connections between the hosts, or start with watchdog=0",
                 missing, ACCEPT_SECONDS);
}

/* All ranks: turn `turn` of the hubs. Earlier hubs have their link to this one by then. */
static lk_status link_to_hub(lk_watchdog *w, int turn, int door, const card *cards) {
  int hub = w->hub[turn];
  if (w->rank == hub) return accept_all(w, door, w->size - 1 - turn);
  return w->peers[hub].watched ? LK_OK : connect_to(w, hub, &cards[hub]);
}

/* All ranks. */
static lk_status share_secret(lk_watchdog *w) {
  lk_status status = LK_OK;
  if (w->rank == 0 && getrandom(&w->secret, sizeof w->secret, 0) != sizeof w->secret)
    status = system_fail(w, "no random numbers");
  LK_TRY(lk_world_agree(w->world, status));
  return lk_world_broadcast(w->world, &w->secret, sizeof w->secret);
}

/* All ranks. */
static lk_status link_hubs(lk_watchdog *w, int door, const card *mine, card *cards) {
  LK_MPI(MPI_Allgather(mine, sizeof *mine, MPI_BYTE, cards, sizeof *mine, MPI_BYTE,
                       w->world->comm));
  choose_hubs(w, cards);
  for (int r = 0; r < w->size; r++)
    memcpy(w->peers[r].host, cards[r].host, sizeof w->peers[r].host);
  for (int turn = 0; turn < w->hubs; turn++)
    LK_TRY(lk_world_agree(w->world, link_to_hub(w, turn, door, cards)));
  return LK_OK;
}

lk_status lk_watchdog_connect(lk_watchdog *w) {
  card mine = {.addresses = 0}, *cards = NULL;
  int door = -1;
  lk_status status = open_door(w, &door, &mine);
  if (status == LK_OK) status = LK_NEW(cards, (size_t)w->size);
  LK_TRY_OR(done, lk_world_agree(w->world, status));
  LK_TRY_OR(done, share_secret(w));
  LK_TRY_OR(done, link_hubs(w, door, &mine, cards));
done:
  if (door >= 0) close(door);
  lk_free(cards);
  return status;
}

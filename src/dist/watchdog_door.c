/* A hub's door, and at which addresses others may find it. */
#include "dist/watchdog_meet.h"
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

lk_status lk_watchdog_system_fail(const lk_watchdog *w, const char *what) {
  return lk_fail(
      LK_INTERNAL,
      "watchdog: %s: %s; set LOCKSTEP_WATCHDOG=0 for all ranks to go without it (host %s)",
      what, strerror(errno), w->world->host);
}

static void list_networks(lk_card *card) {
  struct ifaddrs *list = NULL;
  if (getifaddrs(&list)) return; /* loopback is left */
  for (struct ifaddrs *i = list; i && card->addresses < LK_ADDRESSES; i = i->ifa_next) {
    if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET) continue;
    if (!(i->ifa_flags & IFF_UP) || (i->ifa_flags & IFF_LOOPBACK)) continue;
    struct sockaddr_in address;
    memcpy(&address, i->ifa_addr, sizeof address);
    card->address[card->addresses++] = address.sin_addr;
  }
  freeifaddrs(list);
}

/* Where all ranks are on one host, nobody else can even connect. */
lk_status lk_door_open(const lk_watchdog *w, int *door, lk_card *card) {
  int alone = w->world->local_size == w->size;
  struct sockaddr_in at = {.sin_family = AF_INET, /* any free port */
                           .sin_addr.s_addr = htonl(alone ? INADDR_LOOPBACK : INADDR_ANY)};
  socklen_t size = sizeof at;
  memset(card, 0, sizeof *card);
  snprintf(card->host, sizeof card->host, "%.*s", LK_PLACE_SIZE - 1, w->world->host);
  *door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (*door < 0) return lk_watchdog_system_fail(w, "no socket");
  if (bind(*door, (struct sockaddr *)&at, size) || listen(*door, SOMAXCONN) ||
      getsockname(*door, (struct sockaddr *)&at, &size))
    return lk_watchdog_system_fail(w, "cannot listen");
  card->port = at.sin_port;
  if (!alone) list_networks(card);
  card->address[card->addresses++].s_addr = htonl(INADDR_LOOPBACK);
  return LK_OK;
}

/* Making the links. At every level the hubs of each team take turns, all teams at once.
 * Each opens its door for its own turn, tells its team where it is through MPI, and all
 * members that have no link to it yet come. */
#include "dist/watchdog_meet.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* All ranks. */
static lk_status share_secret(lk_watchdog *w) {
  lk_status status = LK_OK;
  if (w->rank == 0 && getrandom(w->secret, sizeof w->secret, 0) != sizeof w->secret)
    status = lk_watchdog_system_fail(w, "no random numbers");
  LK_TRY(lk_world_agree(w->world, status));
  return lk_world_broadcast(w->world, w->secret, sizeof w->secret);
}

/* A host's name as a number that a double has room for. */
static double number_host(const char *host) {
  char digits[13];
  snprintf(digits, sizeof digits, "%.12s", lk_hash_bytes(host, strlen(host)).hex);
  return (double)strtoull(digits, NULL, 16);
}

static void keep_hosts(void *context, int rank, size_t first, const double *numbers,
                       size_t count) {
  uint64_t *hosts = context;
  for (size_t i = 0; i < count; i++)
    hosts[(size_t)rank + first + i] = (uint64_t)numbers[i];
}

/* All ranks: this takes some bytes a rank, for a moment. */
static lk_status form_teams(lk_watchdog *w) {
  uint64_t *hosts = NULL;
  double mine = number_host(w->world->host);
  LK_TRY(lk_world_agree(w->world, LK_NEW(hosts, (size_t)w->size)));
  lk_status status = lk_world_each(w->world, &mine, 1, keep_hosts, hosts);
  if (status == LK_OK) {
    status = lk_teams_create(&w->teams, hosts, w->size, w->rank, lk_watchdog_fan_out);
    if (status == LK_OK) status = lk_watchdog_make_peers(w);
    status = lk_world_agree(w->world, status);
  }
  lk_teams_clear(&w->teams);
  lk_free(hosts);
  return status;
}

static int count_links(const lk_watchdog *w) {
  int links = 0;
  for (int i = 0; i < w->known; i++)
    links += w->peers[i].room > 0;
  return links;
}

static lk_status tell_member(lk_watchdog *w, int member, const lk_card *card) {
  lk_peer *peer = lk_watchdog_find(w, member);
  assert(peer && peer->room);
  LK_TRY(lk_mpi_receive(NULL, peer->last.host, LK_PLACE_SIZE, member));
  return lk_mpi_send(NULL, card, sizeof *card, member);
}

/* All members: they learn where the hub is, and it where each of them is. */
static lk_status share_card(lk_watchdog *w, const lk_team *team, int hub, lk_card *card) {
  char host[LK_PLACE_SIZE] = "";
  if (w->rank == hub) {
    for (int i = 0; i < team->count; i++)
      if (team->member[i] != hub) LK_TRY(tell_member(w, team->member[i], card));
    return LK_OK;
  }
  lk_peer *peer = lk_watchdog_find(w, hub);
  assert(peer && peer->room);
  snprintf(host, sizeof host, "%.*s", LK_PLACE_SIZE - 1, w->world->host);
  LK_TRY(lk_mpi_send(NULL, host, sizeof host, hub));
  LK_TRY(lk_mpi_receive(NULL, card, sizeof *card, hub));
  memcpy(peer->last.host, card->host, sizeof card->host);
  return LK_OK;
}

/* Earlier hubs have their link to this one by then. */
static lk_status meet(lk_watchdog *w, const lk_team *team, int turn, int door,
                      const lk_card *card) {
  int hub = team->hub[turn];
  if (w->rank == hub) return lk_meet_callers(w, door, team->count - 1 - turn);
  return lk_watchdog_find(w, hub)->watched ? LK_OK : lk_meet_hub(w, hub, card);
}

/* All ranks: turn `turn` of the hubs of a level's teams. */
static lk_status link_to_hubs(lk_watchdog *w, int level, int turn) {
  const lk_team *team = level < w->teams.own ? &w->teams.team[level] : NULL;
  int door = -1;
  lk_card card;
  if (team && (turn >= team->hubs || team->count == 1)) team = NULL;
  lk_status status =
      team && w->rank == team->hub[turn] ? lk_door_open(w, &door, &card) : LK_OK;
  status = lk_world_agree(w->world, status);
  if (status == LK_OK && team) status = share_card(w, team, team->hub[turn], &card);
  if (status == LK_OK)
    status = lk_world_agree(w->world, team ? meet(w, team, turn, door, &card) : LK_OK);
  if (door >= 0) close(door);
  return status;
}

lk_status lk_watchdog_connect(lk_watchdog *w) {
  LK_TRY(share_secret(w));
  LK_TRY(form_teams(w));
  LK_TRY(lk_world_agree(w->world, lk_watchdog_make_room(count_links(w))));
  for (int level = 0; w->size > 1 && level < w->teams.levels; level++)
    for (int turn = 0; turn < w->teams.turns; turn++)
      LK_TRY(link_to_hubs(w, level, turn));
  return LK_OK;
}

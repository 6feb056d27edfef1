/* Making the links: the hubs are chosen by the ranks' hosts; then they take turns. Each
 * opens its door for its own turn, tells where it is through MPI, and all that have no link
 * to it yet come. */
#include "dist/watchdog_meet.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static int is_hub(const lk_watchdog *w, int rank) {
  for (int i = 0; i < w->hubs; i++)
    if (w->hub[i] == rank) return 1;
  return 0;
}

static int is_first_of_host(const lk_watchdog *w, int rank) {
  for (int r = 0; r < rank; r++)
    if (!strcmp(w->peers[r].host, w->peers[rank].host)) return 0;
  return 1;
}

static void choose_hubs(lk_watchdog *w) {
  for (int r = 0; r < w->size && w->hubs < LK_HUBS; r++)
    if (is_first_of_host(w, r)) w->hub[w->hubs++] = r;
  for (int r = 0; r < w->size && w->hubs < LK_HUBS; r++)
    if (!is_hub(w, r)) w->hub[w->hubs++] = r;
  assert(w->hubs == (w->size < LK_HUBS ? w->size : LK_HUBS));
}

/* All ranks. */
static lk_status share_hosts(lk_watchdog *w) {
  char *hosts = NULL;
  LK_TRY(lk_world_agree(w->world, LK_NEW(hosts, (size_t)w->size * LK_HOST_SIZE)));
  lk_status status = lk_mpi_gather(w->world->host, LK_HOST_SIZE, hosts);
  for (int r = 0; r < w->size && status == LK_OK; r++)
    memcpy(w->peers[r].host, hosts + (size_t)r * LK_HOST_SIZE, LK_HOST_SIZE);
  lk_free(hosts);
  return status;
}

/* All ranks. */
static lk_status share_secret(lk_watchdog *w) {
  lk_status status = LK_OK;
  if (w->rank == 0 && getrandom(w->secret, sizeof w->secret, 0) != sizeof w->secret)
    status = lk_watchdog_system_fail(w, "no random numbers");
  LK_TRY(lk_world_agree(w->world, status));
  return lk_world_broadcast(w->world, w->secret, sizeof w->secret);
}

/* Earlier hubs have their link to this one by then. */
static lk_status meet(lk_watchdog *w, int turn, int door, const lk_card *card) {
  int hub = w->hub[turn];
  if (w->rank == hub) return lk_meet_callers(w, door, w->size - 1 - turn);
  return w->peers[hub].watched ? LK_OK : lk_meet_hub(w, hub, card);
}

/* All ranks: turn `turn` of the hubs. */
static lk_status link_to_hub(lk_watchdog *w, int turn) {
  int hub = w->hub[turn], door = -1;
  lk_card card;
  lk_status status = w->rank == hub ? lk_door_open(w, &door, &card) : LK_OK;
  status = lk_world_agree(w->world, status);
  if (status == LK_OK) status = lk_world_tell(w->world, hub, &card, sizeof card);
  if (status == LK_OK) status = lk_world_agree(w->world, meet(w, turn, door, &card));
  if (door >= 0) close(door);
  return status;
}

lk_status lk_watchdog_connect(lk_watchdog *w) {
  LK_TRY(share_secret(w));
  LK_TRY(share_hosts(w));
  choose_hubs(w);
  int links = is_hub(w, w->rank) ? w->size - 1 : w->hubs;
  LK_TRY(lk_world_agree(w->world, lk_watchdog_make_room(links)));
  for (int turn = 0; w->size > 1 && turn < w->hubs; turn++)
    LK_TRY(link_to_hub(w, turn));
  return LK_OK;
}

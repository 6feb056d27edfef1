/* One outcome for all ranks: failures that every rank learns of, and the end without them.
 */
#include "dist/watchdog.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* lk_message() with this rank and host in front; one that was agreed on has that already.
 */
static void place_message(const lk_world *world, char text[LK_MESSAGE_SIZE]) {
  const char *message = lk_message();
  if (*message && !strcmp(message, world->agreed))
    snprintf(text, LK_MESSAGE_SIZE, "%s", message);
  else
    snprintf(text, LK_MESSAGE_SIZE, "rank %d on %s: %s", world->rank, world->host, message);
}

static int lowest_failing_rank(const lk_world *world) {
  for (int r = 0; r < world->size; r++)
    if (world->codes[r] != LK_OK) return r;
  return -1;
}

lk_status lk_world_agree(lk_world *world, lk_status mine) {
  char text[LK_MESSAGE_SIZE] = "";
  int code = mine;
  if (world->size == 1) return mine;
  assert(world->codes);
  LK_TRY(lk_mpi_gather(&code, sizeof code, world->codes));
  int speaker = lowest_failing_rank(world);
  if (speaker < 0) return LK_OK;
  if (world->rank == speaker) place_message(world, text);
  LK_TRY(lk_mpi_broadcast(speaker, text, LK_MESSAGE_SIZE));
  snprintf(world->agreed, sizeof world->agreed, "%s", text);
  return lk_fail((lk_status)world->codes[speaker], "%s", text);
}

lk_status lk_world_any(lk_world *world, int mine, int *any) {
  (void)world;
  return lk_mpi_any(mine, any);
}

LK_NORETURN void lk_world_abort(lk_world *world, lk_status status) {
  char text[LK_MESSAGE_SIZE];
  place_message(world, text);
  lk_watchdog_await_verdict(world->watchdog);
  lk_say("%s", text);
  fflush(NULL);
  lk_watchdog_announce_abort(world->watchdog, status);
  lk_mpi_abort(status);
  _Exit(status);
}

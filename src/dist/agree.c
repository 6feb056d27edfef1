/* One outcome for all ranks: failures that every rank learns of, and the end without them.
 */
#include "dist/watchdog.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages name a rank by its number among all. */
static lk_world *whole_of(lk_world *world) {
  return world->whole ? world->whole : world;
}

/* lk_message() with this rank and host in front; one that was agreed on has that already.
 */
static void place_message(lk_world *world, char text[LK_MESSAGE_SIZE]) {
  const char *message = lk_message();
  const lk_world *all = whole_of(world);
  if (*message && !strcmp(message, all->agreed))
    snprintf(text, LK_MESSAGE_SIZE, "%s", message);
  else
    snprintf(text, LK_MESSAGE_SIZE, "rank %d on %s: %s", all->rank, all->host, message);
}

/* What the lowest rank that failed tells the others. */
typedef struct {
  int32_t code;
  char text[LK_MESSAGE_SIZE];
} verdict;

lk_status lk_world_agree(lk_world *world, lk_status mine) {
  verdict said = {.code = mine};
  int speaker;
  if (world->size == 1) return mine;
  LK_TRY(lk_mpi_least(world->circle, mine == LK_OK ? world->size : world->rank, &speaker));
  assert(speaker >= 0 && speaker <= world->size);
  if (speaker == world->size) return LK_OK;
  if (world->rank == speaker) place_message(world, said.text);
  LK_TRY(lk_mpi_broadcast(world->circle, speaker, &said, sizeof said));
  assert(said.code != LK_OK);
  snprintf(whole_of(world)->agreed, LK_MESSAGE_SIZE, "%s", said.text);
  return lk_fail((lk_status)said.code, "%s", said.text);
}

lk_status lk_world_any(lk_world *world, int mine, int *any) {
  return lk_mpi_any(world->circle, mine, any);
}

LK_NORETURN void lk_world_abort(lk_world *world, lk_status status) {
  char text[LK_MESSAGE_SIZE];
  place_message(world, text);
  lk_watchdog_await_verdict(whole_of(world)->watchdog);
  lk_say("%s", text);
  fflush(NULL);
  lk_watchdog_announce_abort(whole_of(world)->watchdog, status);
  lk_mpi_abort(status);
  _Exit(status);
}

/* Start and end of MPI, and who is who. */
#include "dist/guard.h"
#include "dist/start.h"
#include "dist/watchdog.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void tell_watchdog(void *context, int inside) {
  const lk_world *world = context;
  lk_watchdog_mpi(world->watchdog, inside);
}

static lk_status describe_world(lk_world *world, int threads) {
  LK_TRY(lk_mpi_separate());
  LK_TRY(lk_mpi_count_local(NULL, &world->local_size));
  assert(0 < world->local_size && world->local_size <= world->size);
  if (threads) return lk_world_make_window(world);
  return lk_fail(LK_INTERNAL, "this MPI library has no thread support "
                              "(MPI_THREAD_FUNNELED); use one that was built with it, such "
                              "as Debian's Open MPI");
}

/* A failure that only this rank knows of: the others may wait for it. */
static lk_status fail_for_all(lk_world *world, lk_status status) {
  if (status != LK_OK && world->size > 1) lk_world_abort(world, status);
  return status;
}

/* All ranks, once MPI has started. */
static lk_status set_up(lk_world *world, int argc, char **argv, int threads) {
  lk_mpi_watch(tell_watchdog, world);
  LK_TRY(fail_for_all(world, lk_mpi_find_self(&world->rank, &world->size, world->host)));
  lk_guard_stage("the first exchange between the ranks");
  lk_status status = lk_start_agree(world, argc, argv);
  if (status == LK_USAGE) return status; /* on all */
  LK_TRY(fail_for_all(world, status));
  LK_TRY(fail_for_all(world, describe_world(world, threads)));
  return lk_watchdog_start(world, world->limit);
}

/* A limit that is no number is reported when MPI has started. */
static void begin_guard(void) {
  double seconds = lk_start_seconds();
  lk_guard_begin(LK_START_TIMES * (isnan(seconds) ? LK_WATCHDOG_SECONDS : seconds),
                 "MPI_Init");
}

/* What Open MPI takes while it starts; where it finds less it may crash. */
static const size_t mpi_bytes = 256u << 20;

lk_status lk_world_create(lk_world **out, int *argc, char ***argv) {
  lk_world *world = NULL;
  int threads = 0;
  *out = NULL;
  LK_TRY(lk_launcher_check());
  LK_TRY(lk_transport_choose());
  lk_launcher_check_input();
  LK_TRY(lk_memory_check(mpi_bytes, "the ranks' connections"));
  LK_TRY(LK_NEW(world, 1));
  begin_guard();
  lk_status status = lk_mpi_start(argc, argv, &threads);
  if (status == LK_OK) {
    *out = world;
    status = set_up(world, *argc, *argv, threads);
  } else
    lk_free(world);
  lk_guard_end();
  return status;
}

/* The watchdog stays until MPI has ended, for that waits for all ranks. */
void lk_world_free(lk_world *world) {
  if (!world) return;
  if (lk_mpi_is_broken() && world->size > 1) lk_world_abort(world, LK_INTERNAL);
  lk_watchdog_phase(world->watchdog, 0, "ending", LK_USES_FILES);
  if (!world->watchdog) lk_guard_begin(world->limit, "MPI_Finalize");
  lk_mpi_end();
  lk_watchdog_stop(world);
  lk_guard_end();
  lk_mpi_watch(NULL, NULL);
  lk_world_dismiss(world);
}

void lk_world_dismiss(lk_world *imagined) {
  if (!imagined) return;
  lk_free(imagined->window);
  lk_free(imagined->rates);
  lk_free(imagined);
}

lk_status lk_world_imagine(lk_world **out, int rank, int size) {
  assert(rank >= 0 && rank < size);
  LK_TRY(LK_NEW(*out, 1));
  (*out)->rank = rank;
  (*out)->size = (*out)->local_size = size;
  return LK_OK;
}

/* All ranks of the whole. */
static lk_status open_part(lk_world *part, lk_world *whole, int number) {
  part->whole = whole;
  memcpy(part->host, whole->host, sizeof part->host);
  LK_TRY(lk_circle_open(part->circle, number, &part->rank, &part->size));
  LK_TRY(lk_mpi_count_local(part->circle, &part->local_size));
  return lk_world_agree(whole, lk_world_make_window(part));
}

lk_status lk_world_part(lk_world **out, lk_world *world, int number) {
  lk_world *part = NULL;
  *out = NULL;
  assert(!world->whole);
  lk_status status = LK_NEW(part, 1);
  if (status == LK_OK) status = lk_circle_create(&part->circle);
  status = lk_world_agree(world, status);
  if (status == LK_OK) status = open_part(part, world, number);
  if (status == LK_OK)
    *out = part;
  else
    lk_world_part_free(part);
  return status;
}

void lk_world_part_free(lk_world *part) {
  if (!part) return;
  lk_circle_free(part->circle);
  lk_world_dismiss(part);
}

lk_watchdog *lk_world_watchdog(const lk_world *world) {
  return world->watchdog;
}

/* Without a world one rank speaks of all, or, where memory is short, of its host's, which
 * may be the only one. Its end is the others' too: one that ended before it would end it
 * without a word. So they wait for the launcher's signal, and speak if none comes. */
static int speaks(const lk_world *world, lk_status status) {
  enum { SECONDS = 15 };
  if (world) return world->rank == 0;
  if (status != LK_INTERNAL) return lk_launcher_rank() == 0;
  return lk_launcher_local_rank() == 0 || sleep(SECONDS) == 0;
}

void lk_world_report(lk_world *world, lk_status status) {
  if (status == LK_OK) return;
  if (world && world->size > 1 && lk_mpi_is_broken()) lk_world_abort(world, status);
  if (speaks(world, status)) lk_say("%s", lk_message());
}

int lk_world_rank(const lk_world *world) {
  return world->rank;
}

int lk_world_size(const lk_world *world) {
  return world->size;
}

int lk_world_local_size(const lk_world *world) {
  return world->local_size;
}

const char *lk_world_host(const lk_world *world) {
  return world->host;
}

/* It goes on with who packaged it and when. */
const char *lk_world_library(void) {
  static char text[256];
  snprintf(text, sizeof text, "%s", lk_mpi_library());
  for (char *at = text; *at; at++)
    if (*at == '\t') *at = ' ';
  text[strcspn(text, ",\n")] = '\0';
  return text;
}

/* Start and end of MPI, and who is who. */
#include "dist/guard.h"
#include "dist/start.h"
#include "dist/watchdog.h"
#include "lockstep/memory.h"
#include <math.h>
#include <string.h>
#include <unistd.h>

/* MPI starts once in a process, so there is one world: LK_MPI's. */
static lk_world *the_world;

void lk_mpi_enter(void) {
  if (the_world) lk_watchdog_mpi(the_world->watchdog, 1);
}

void lk_mpi_leave(void) {
  if (the_world) lk_watchdog_mpi(the_world->watchdog, 0);
}

lk_status lk_mpi_fail(int error, const char *function, int line) {
  char text[MPI_MAX_ERROR_STRING + 1] = "unknown error";
  int length = 0;
  MPI_Error_string(error, text, &length);
  if (the_world) the_world->broken = 1;
  return lk_fail(
      LK_INTERNAL,
      "MPI failed in %s (src/dist, line %d): %s; the launcher's own output may say why",
      function, line, text);
}

/* The handler comes first: with MPI's default one no error would ever be returned. */
static lk_status find_self(lk_world *world) {
  int length = 0;
  LK_MPI(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
  LK_MPI(MPI_Comm_rank(MPI_COMM_WORLD, &world->rank));
  LK_MPI(MPI_Comm_size(MPI_COMM_WORLD, &world->size));
  LK_MPI(MPI_Get_processor_name(world->host, &length));
  return LK_OK;
}

static lk_status duplicate_communicator(lk_world *world) {
  LK_MPI(MPI_Comm_dup(MPI_COMM_WORLD, &world->comm));
  LK_MPI(MPI_Comm_set_errhandler(world->comm, MPI_ERRORS_RETURN));
  return LK_OK;
}

static lk_status count_local_ranks(lk_world *world) {
  MPI_Comm node;
  LK_MPI(MPI_Comm_split_type(world->comm, MPI_COMM_TYPE_SHARED, world->rank, MPI_INFO_NULL,
                             &node));
  LK_MPI(MPI_Comm_size(node, &world->local_size));
  LK_MPI(MPI_Comm_free(&node));
  return LK_OK;
}

static lk_status describe_world(lk_world *world, int provided) {
  LK_TRY(duplicate_communicator(world));
  LK_TRY(count_local_ranks(world));
  if (provided < MPI_THREAD_FUNNELED)
    return lk_fail(LK_INTERNAL,
                   "this MPI library has no thread support (MPI_THREAD_FUNNELED); "
                   "use one that was built with it, such as Debian's Open MPI");
  return LK_NEW(world->codes, (size_t)world->size);
}

/* A failure that only this rank knows of: the others may wait for it. */
static lk_status fail_for_all(lk_world *world, lk_status status) {
  if (status != LK_OK && world->size > 1) lk_world_abort(world, status);
  return status;
}

/* All ranks, once MPI has started. */
static lk_status set_up(lk_world *world, int argc, char **argv, int provided) {
  LK_TRY(fail_for_all(world, find_self(world)));
  lk_guard_stage("the first exchange between the ranks");
  lk_status status = lk_start_agree(world, argc, argv);
  if (status == LK_USAGE) return status; /* on all */
  LK_TRY(fail_for_all(world, status));
  LK_TRY(fail_for_all(world, describe_world(world, provided)));
  return lk_watchdog_start(world, world->limit);
}

static lk_status start_mpi(int *argc, char ***argv, int *provided) {
  int error = MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, provided);
  return error == MPI_SUCCESS ? LK_OK : lk_mpi_fail(error, __func__, __LINE__);
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
  int provided = MPI_THREAD_SINGLE;
  *out = NULL;
  LK_TRY(lk_launcher_check());
  LK_TRY(lk_transport_choose());
  lk_launcher_check_input();
  LK_TRY(lk_memory_check(mpi_bytes, "the ranks' connections"));
  LK_TRY(LK_NEW(world, 1));
  world->comm = MPI_COMM_NULL;
  begin_guard();
  lk_status status = start_mpi(argc, argv, &provided);
  if (status == LK_OK) {
    *out = the_world = world;
    status = set_up(world, *argc, *argv, provided);
  } else
    lk_free(world);
  lk_guard_end();
  return status;
}

/* Its MPI calls go unchecked: at the end nobody is left to act on a failure. The watchdog
 * stays until MPI has ended, for that waits for all ranks. */
void lk_world_free(lk_world *world) {
  if (!world) return;
  if (world->broken && world->size > 1) lk_world_abort(world, LK_INTERNAL);
  lk_watchdog_phase(world->watchdog, 0, "ending", LK_USES_FILES);
  if (!world->watchdog) lk_guard_begin(world->limit, "MPI_Finalize");
  lk_mpi_enter();
  if (world->comm != MPI_COMM_NULL) MPI_Comm_free(&world->comm);
  MPI_Finalize();
  lk_watchdog_stop(world);
  lk_guard_end();
  the_world = NULL;
  lk_free(world->codes);
  lk_free(world);
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
  if (world && world->size > 1 && world->broken) lk_world_abort(world, status);
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

lk_status lk_world_shards(const lk_world *world, int shards, int *first, int *count) {
  int64_t r = world->rank, P = world->size, V = shards;
  if (P > V)
    return lk_fail(
        LK_USAGE,
        "%d ranks cannot share %d shards; start at most %d ranks or raise `shards`",
        world->size, shards, shards);
  *first = (int)(r * V / P);
  *count = (int)((r + 1) * V / P) - *first;
  return LK_OK;
}

/* It goes on with who packaged it and when. */
const char *lk_world_library(void) {
  static char text[MPI_MAX_LIBRARY_VERSION_STRING + 1];
  int length = 0;
  if (MPI_Get_library_version(text, &length) != MPI_SUCCESS) return "an unknown MPI";
  for (char *at = text; *at; at++)
    if (*at == '\t') *at = ' ';
  text[strcspn(text, ",\n")] = '\0';
  return text;
}

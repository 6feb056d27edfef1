/* The watchdog where nothing goes wrong: 1 2 4 5 ranks start and end it, and it says
 * nothing. ranks: 1 2 4 5
 *
 * `test_watchdog FAULT RANK...` instead runs steps of which one goes wrong on these ranks,
 * for tests/mpi/watchdog.sh; with FAULT_AT=PLACE, FAULT_RANK=RANK and FAULT_SIGNAL=NUMBER
 * in the environment one rank gets the signal before or after MPI_Init or MPI_Finalize, for
 * tests/mpi/windows.sh; with FAN_OUT=NUMBER teams have so many members at most. */
#include "dist/watchdog.h"
#include "lockstep/memory.h"
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEPS = 60, BAD_STEP = 7, SECONDS = 3, MILLISECOND = 1000 };

static lk_world *world;
static lk_watchdog *watchdog;

/* Something that the compiler cannot take for endless and empty. */
static volatile unsigned long spins;

static void fail(const char *what) {
  fprintf(stderr, "rank %d: %s; last message: %s\n", lk_world_rank(world), what,
          lk_message());
  exit(1);
}

static void on_terminate(int signal) {
  (void)signal; /* a request to stop at the next step, which never comes */
}

static void wait_for_others(uint64_t step) {
  int any;
  lk_watchdog_phase(watchdog, step, "computing", LK_MAKES_STEPS);
  if (lk_world_any(world, 0, &any) != LK_OK) fail("a collective failed");
}

/* MPI's profiling interface: these two stand for MPI's own. */
static void go_wrong_at(const char *place) {
  const char *at = getenv("FAULT_AT");
  if (!at || strcmp(at, place) || atoi(getenv("FAULT_RANK")) != lk_launcher_rank()) return;
  raise(atoi(getenv("FAULT_SIGNAL")));
}

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided) {
  go_wrong_at("before MPI_Init");
  int error = PMPI_Init_thread(argc, argv, required, provided);
  go_wrong_at("after MPI_Init");
  return error;
}

int MPI_Finalize(void) {
  go_wrong_at("before MPI_Finalize");
  int error = PMPI_Finalize();
  go_wrong_at("after MPI_Finalize");
  return error;
}

static void run_healthy(uint64_t steps, useconds_t pause) {
  for (uint64_t step = 0; step < steps; step++) {
    usleep(pause);
    wait_for_others(step);
  }
}

/* Waits for a message that nobody sends. */
static void wait_in_vain(void) {
  char nothing;
  lk_world_broadcast(world, &nothing, 1);
}

/* The bad step, long enough in its phase for the others to have heard of that. */
static void go_wrong(const char *fault) {
  int lost = !strcmp(fault, "lost");
  lk_watchdog_phase(watchdog, BAD_STEP - lost, lost ? "reading data" : "computing",
                    LK_COMPUTES);
  if (!lost) usleep(1500 * MILLISECOND);
  FILE *mark = fopen("went-wrong", "w"); /* its time is that of the fault */
  if (!mark || fclose(mark)) fail("cannot write the mark");
  if (lost) wait_in_vain();
  if (!strcmp(fault, "kill")) raise(SIGKILL);
  if (!strcmp(fault, "exit")) _exit(0);
  if (!strcmp(fault, "stop")) raise(SIGSTOP);
  if (!strcmp(fault, "abort"))
    lk_world_abort(world, lk_fail(LK_BAD_DATA, "shard 7 is damaged"));
  for (;;)
    spins++;
}

/* No rank is as slow in all it does as these, but each step moves. */
static void run_slow(int victim) {
  for (uint64_t step = 0; step < STEPS; step++) {
    usleep((victim ? 200 : 10) * MILLISECOND);
    wait_for_others(step);
  }
}

/* The window in which it was slow may have ended, but not the state. */
static void expect_slow(int victim) {
  lk_rank_state states[64];
  int ranks = lk_watchdog_ranks(watchdog, states, 64);
  if (lk_world_rank(world) == 0 && ranks != lk_world_size(world))
    fail("it tells of others");
  for (int r = 0; r < ranks; r++)
    if ((states[r].condition == LK_RANK_SLOW) != (r == victim)) fail("another is slow");
}

static int is_victim(int argc, char **argv) {
  for (int i = 2; i < argc; i++)
    if (atoi(argv[i]) == lk_world_rank(world)) return 1;
  return 0;
}

static void run_fault(int argc, char **argv) {
  lk_watchdog_limit(world, SECONDS);
  watchdog = lk_world_watchdog(world);
  if (!strcmp(argv[1], "slow") || !strcmp(argv[1], "none")) {
    run_slow(is_victim(argc, argv));
    expect_slow(argc == 3 ? atoi(argv[2]) : -1);
    return;
  }
  run_healthy(BAD_STEP, 50 * MILLISECOND);
  if (is_victim(argc, argv)) go_wrong(argv[1]);
  wait_for_others(BAD_STEP);
  fail("a waiting rank went on");
}

/* Ends that come at different times, phases between, and nothing left in memory. */
static void run_orderly(void) {
  lk_watchdog_limit(world, 0); /* that of the start */
  uint64_t alive = lk_allocations_alive();
  for (int round = 0; round < 3; round++) {
    if (lk_watchdog_start(world, 1.5) != LK_OK) fail("no watchdog");
    watchdog = lk_world_watchdog(world);
    if (!watchdog) fail("there is none");
    run_healthy(5, 20 * MILLISECOND);
    lk_watchdog_phase(watchdog, 5, "leaving", LK_COMPUTES);
    usleep((useconds_t)((lk_world_rank(world) + round) % 3 * 400 * MILLISECOND));
    lk_watchdog_limit(world, 0);
  }
  watchdog = NULL;
  if (lk_watchdog_start(world, 0) != LK_OK || lk_world_watchdog(world))
    fail("0 is for none");
  run_healthy(2, 0);
  if (lk_allocations_alive() != alive) fail("memory is left");
}

/* What the watchdog says goes to a file: it must be empty. */
static void expect_silence(void) {
  char text[512];
  FILE *said = tmpfile();
  int before = dup(STDERR_FILENO);
  if (!said || before < 0) fail("no file");
  dup2(fileno(said), STDERR_FILENO);
  run_orderly();
  dup2(before, STDERR_FILENO);
  rewind(said);
  if (fgets(text, sizeof text, said)) {
    fprintf(stderr, "%s", text);
    fail("it spoke");
  }
  fclose(said);
  close(before);
}

int main(int argc, char **argv) {
  const char *fan_out = getenv("FAN_OUT");
  if (fan_out) lk_watchdog_fan_out = atoi(fan_out);
  if (lk_world_create(&world, &argc, &argv) != LK_OK) return 1;
  signal(SIGTERM, on_terminate);
  if (argc > 1)
    run_fault(argc, argv);
  else
    expect_silence();
  lk_world_free(world);
  return 0;
}

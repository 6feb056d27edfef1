/* The first exchange of a start: all ranks run the same program with the same arguments, or
 * all learn at once which one does not, before anything else can fail on one of them alone.
 *
 * Here different builds meet, of later versions too, so its form on the wire must never
 * change: right after MPI_Init, on MPI_COMM_WORLD, one MPI_Allgather of 128 bytes a rank.
 * Only ranks of one and the same program, whose arguments differ, exchange anything more
 * before they end. */
#include "dist/start.h"
#include "dist/watchdog.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include "lockstep/program.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH = 32, HOST = 48, TEXT = 4096, QUOTE = 204 };

typedef struct {
  char magic[8];
  double seconds; /* of rank 0: the watchdog's limit, NaN where the variable is no number */
  char program[HASH], arguments[HASH]; /* XXH3-128 in hexadecimal, without a zero */
  char host[HOST];                     /* its beginning */
} record;
_Static_assert(sizeof(record) == 128, "its size never changes");

static const char magic[8] = "lkstart1";

double lk_start_seconds(void) {
  const char *text = getenv("LOCKSTEP_WATCHDOG");
  if (!text || !*text) return LK_WATCHDOG_SECONDS;
  char *end;
  double seconds = strtod(text, &end);
  return *end || !(seconds >= 0) || seconds > 86400 ? NAN : seconds;
}

/* The arguments behind the program's name, each as "+argument" and a zero: those of none
 * are told from an empty one. What does not fit is cut. */
static void join_arguments(int argc, char **argv, char *text, size_t room) {
  size_t used = 0;
  *text = '\0';
  for (int i = 1; i < argc && used + 1 < room; i++)
    used += (size_t)snprintf(text + used, room - used, "+%s", argv[i]) + 1;
  if (used < room) text[used] = '\0';
}

static lk_status hash_arguments(int argc, char **argv, char hash[HASH]) {
  char *text = NULL;
  size_t size = 1;
  for (int i = 1; i < argc; i++)
    size += strlen(argv[i]) + 2;
  LK_TRY(LK_NEW(text, size));
  join_arguments(argc, argv, text, size);
  memcpy(hash, lk_hash_bytes(text, size).hex, HASH);
  lk_free(text);
  return LK_OK;
}

static lk_status refuse_program(const record *all, int rank) {
  return lk_fail(LK_USAGE,
                 "rank %d on %.*s: its program is not rank 0's: XXH3 %.*s here, %.*s "
                 "there; start all ranks with the same program",
                 rank, HOST, all[rank].host, HASH, all[rank].program, HASH, all[0].program);
}

/* A joined text's argument, quoted; what is cut off counts as missing. */
static const char *quote(char out[QUOTE], const char *argument) {
  if (*argument == '+')
    snprintf(out, QUOTE, "'%.*s'", QUOTE - 3, argument + 1);
  else
    snprintf(out, QUOTE, "missing");
  return out;
}

static lk_status refuse_arguments(const record *all, int rank, const char *here,
                                  const char *there) {
  char mine[QUOTE], first[QUOTE];
  int number = 1;
  while (*here && *there && !strcmp(here, there)) {
    here += strlen(here) + 1;
    there += strlen(there) + 1;
    number++;
  }
  return lk_fail(LK_USAGE,
                 "rank %d on %.*s: its arguments are not rank 0's: argument %d is %s here, "
                 "%s there; start all ranks with the same arguments",
                 rank, HOST, all[rank].host, number, quote(mine, here),
                 quote(first, there));
}

/* All ranks, of one program: each learns both argument lists, and says the same. */
static lk_status compare_arguments(lk_world *world, const record *all, int rank, int argc,
                                   char **argv) {
  char here[TEXT + 1] = "", there[TEXT + 1] = "";
  if (world->rank == rank) join_arguments(argc, argv, here, TEXT);
  if (world->rank == 0) join_arguments(argc, argv, there, TEXT);
  LK_TRY(lk_mpi_broadcast(rank, here, TEXT));
  LK_TRY(lk_mpi_broadcast(0, there, TEXT));
  return refuse_arguments(all, rank, here, there);
}

static int is_same(const char *one, const char *other, size_t size) {
  return !memcmp(one, other, size);
}

/* All ranks: they hold the same records, so that all come to the same end. */
static lk_status judge(lk_world *world, const record *all, int argc, char **argv) {
  for (int r = 0; r < world->size; r++)
    if (!is_same(all[r].magic, all[0].magic, sizeof magic) ||
        !is_same(all[r].program, all[0].program, HASH))
      return refuse_program(all, r);
  for (int r = 0; r < world->size; r++)
    if (!is_same(all[r].arguments, all[0].arguments, HASH))
      return compare_arguments(world, all, r, argc, argv);
  if (!isnan(all[0].seconds)) return LK_OK;
  const char *text = getenv("LOCKSTEP_WATCHDOG"); /* rank 0 says it */
  return lk_fail(LK_USAGE,
                 "LOCKSTEP_WATCHDOG is '%s', not a number of seconds from 0 to 86400",
                 text ? text : "");
}

static lk_status describe_self(const lk_world *world, int argc, char **argv, record *out) {
  memcpy(out->magic, magic, sizeof magic);
  memcpy(out->program, lk_program_hash(), strnlen(lk_program_hash(), HASH));
  memcpy(out->host, world->host, strnlen(world->host, HOST));
  out->seconds = lk_start_seconds();
  return hash_arguments(argc, argv, out->arguments);
}

lk_status lk_start_agree(lk_world *world, int argc, char **argv) {
  record mine = {.seconds = 0}, *all = NULL;
  LK_TRY(describe_self(world, argc, argv, &mine));
  LK_TRY(LK_NEW(all, (size_t)world->size));
  lk_status status = lk_mpi_gather(&mine, sizeof mine, all);
  if (status == LK_OK) status = judge(world, all, argc, argv);
  world->limit = isnan(all[0].seconds) ? LK_WATCHDOG_SECONDS : all[0].seconds;
  lk_free(all);
  return status;
}

/* The first exchange of a start: all ranks run the same program with the same arguments, or
 * all learn at once which one does not, before anything else can fail on one of them alone.
 *
 * Here different builds meet, of later versions too, so its form on the wire must never
 * change: right after MPI_Init, on MPI_COMM_WORLD, an MPI_Bcast of rank 0's 128 bytes, an
 * MPI_Allreduce for the least int, and, where that names a rank, an MPI_Bcast of its 128
 * bytes: on P ranks a few times log2(P) messages. Only ranks of one and the same program,
 * whose arguments differ, exchange anything more before they end. */
#include "dist/start.h"
#include "dist/watchdog.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include "lockstep/program.h"
#include <assert.h>
#include <limits.h>
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

/* Rank 0's record, and that of the rank which is named. */
typedef struct {
  int rank;
  record first, other;
} difference;

static lk_status refuse_program(const difference *d) {
  return lk_fail(LK_USAGE,
                 "rank %d on %.*s: its program is not rank 0's: XXH3 %.*s here, %.*s "
                 "there; start all ranks with the same program",
                 d->rank, HOST, d->other.host, HASH, d->other.program, HASH,
                 d->first.program);
}

/* A joined text's argument, quoted; what is cut off counts as missing. */
static const char *quote(char out[QUOTE], const char *argument) {
  if (*argument == '+')
    snprintf(out, QUOTE, "'%.*s'", QUOTE - 3, argument + 1);
  else
    snprintf(out, QUOTE, "missing");
  return out;
}

static lk_status refuse_arguments(const difference *d, const char *here,
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
                 d->rank, HOST, d->other.host, number, quote(mine, here),
                 quote(first, there));
}

/* All ranks, of one program: each learns both argument lists, and says the same. */
static lk_status compare_arguments(lk_world *world, const difference *d, int argc,
                                   char **argv) {
  char here[TEXT + 1] = "", there[TEXT + 1] = "";
  if (world->rank == d->rank) join_arguments(argc, argv, here, TEXT);
  if (world->rank == 0) join_arguments(argc, argv, there, TEXT);
  LK_TRY(lk_mpi_broadcast(NULL, d->rank, here, TEXT));
  LK_TRY(lk_mpi_broadcast(NULL, 0, there, TEXT));
  return refuse_arguments(d, here, there);
}

static int is_same(const char *one, const char *other, size_t size) {
  return !memcmp(one, other, size);
}

static int is_same_program(const record *one, const record *other) {
  return is_same(one->magic, other->magic, sizeof magic) &&
         is_same(one->program, other->program, HASH);
}

/* What a rank puts into the minimum: ranks of another program come before all whose
 * arguments alone differ, and those before all others. */
static int describe_difference(const lk_world *world, const record *mine,
                               const record *first) {
  if (!is_same_program(mine, first)) return world->rank;
  int differ = !is_same(mine->arguments, first->arguments, HASH);
  return differ ? world->size + world->rank : INT_MAX;
}

static lk_status check_seconds(const record *first) {
  if (!isnan(first->seconds)) return LK_OK;
  const char *text = getenv("LOCKSTEP_WATCHDOG"); /* rank 0 says it */
  return lk_fail(LK_USAGE,
                 "LOCKSTEP_WATCHDOG is '%s', not a number of seconds from 0 to 86400",
                 text ? text : "");
}

/* All ranks: they learn the same, so that all come to the same end. */
static lk_status judge(lk_world *world, const record *mine, const record *first, int argc,
                       char **argv) {
  difference d = {.first = *first, .other = *mine};
  int least;
  assert(world->size <= INT_MAX / 2);
  LK_TRY(lk_mpi_least(NULL, describe_difference(world, mine, first), &least));
  if (least == INT_MAX) return check_seconds(first);
  d.rank = least % world->size;
  assert(d.rank > 0);
  LK_TRY(lk_mpi_broadcast(NULL, d.rank, &d.other, sizeof d.other));
  return least < world->size ? refuse_program(&d)
                             : compare_arguments(world, &d, argc, argv);
}

static lk_status describe_self(const lk_world *world, int argc, char **argv, record *out) {
  memcpy(out->magic, magic, sizeof magic);
  memcpy(out->program, lk_program_hash(), strnlen(lk_program_hash(), HASH));
  memcpy(out->host, world->host, strnlen(world->host, HOST));
  out->seconds = lk_start_seconds();
  return hash_arguments(argc, argv, out->arguments);
}

lk_status lk_start_agree(lk_world *world, int argc, char **argv) {
  record mine = {.seconds = 0}, first;
  LK_TRY(describe_self(world, argc, argv, &mine));
  first = mine;
  LK_TRY(lk_mpi_broadcast(NULL, 0, &first, sizeof first));
  world->limit = isnan(first.seconds) ? LK_WATCHDOG_SECONDS : first.seconds;
  return judge(world, &mine, &first, argc, argv);
}

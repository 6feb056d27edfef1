/* Which hosts the ranks are on. */
#include "dist/world.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char name[LK_HOST_SIZE];
  int ranks; /* that follow each other there */
} host;

/* Of ranks that follow each other. */
typedef struct {
  host *hosts; /* (count) owned */
  size_t count;
} host_list;

static lk_status make_room(host_list *list, size_t more) {
  host *hosts;
  LK_TRY(LK_NEW(hosts, list->count + more));
  memcpy(hosts, list->hosts, list->count * sizeof *hosts);
  lk_free(list->hosts);
  list->hosts = hosts;
  return LK_OK;
}

/* Behind the list there are those of the ranks behind. */
static void join(host_list *list, size_t more) {
  host *next = list->hosts + list->count, *last = next - 1;
  assert(list->count > 0 && more > 0);
  list->count += more;
  if (strcmp(last->name, next->name)) return;
  last->ranks += next->ranks;
  memmove(next, next + 1, --more * sizeof *next);
  list->count--;
}

/* All ranks: each 2·step-th one gets the list of the one `step` behind it, which speaks for
 * all up to the next. */
static lk_status join_lists(lk_world *world, int step, host_list *list) {
  int place = world->rank % (2 * step), gives = place == step;
  int takes = place == 0 && world->size - world->rank > step;
  int to = world->rank - place, from = to + step;
  uint64_t more = list->count;
  if (gives || takes) LK_TRY(lk_world_hand(world, from, to, &more, sizeof more));
  LK_TRY(lk_world_agree(world, takes ? make_room(list, more) : LK_OK));
  host *at = takes ? list->hosts + list->count : list->hosts;
  if (gives || takes) LK_TRY(lk_world_hand(world, from, to, at, more * sizeof *at));
  if (takes) join(list, more);
  return LK_OK;
}

/* All ranks: rank 0's list has all. It takes as many messages as P can be halved. */
static lk_status collect_hosts(lk_world *world, host_list *list) {
  LK_TRY(lk_world_agree(world, LK_NEW(list->hosts, 1)));
  memcpy(list->hosts->name, world->host, sizeof world->host);
  list->hosts->ranks = 1;
  list->count = 1;
  for (int step = 1; step < world->size; step *= 2)
    LK_TRY(join_lists(world, step, list));
  return LK_OK;
}

/* "4 ranks on h1:2,h2:2" */
static lk_status print_hosts(const lk_world *world, const host_list *list, char **text) {
  char *buffer = NULL;
  size_t length = 0;
  FILE *to = open_memstream(&buffer, &length);
  if (to) fprintf(to, "%d rank%s on ", world->size, world->size == 1 ? "" : "s");
  for (size_t i = 0; to && i < list->count; i++)
    fprintf(to, "%s%s:%d", i ? "," : "", list->hosts[i].name, list->hosts[i].ranks);
  lk_status status = to && !fclose(to)
                         ? lk_copy_text(text, buffer)
                         : lk_fail(LK_INTERNAL, "hosts of the ranks: out of memory");
  free(buffer);
  return status;
}

lk_status lk_world_describe(lk_world *world, char **text) {
  host_list list = {NULL, 0};
  *text = NULL;
  lk_status status = collect_hosts(world, &list);
  if (status == LK_OK)
    status =
        lk_world_agree(world, world->rank == 0 ? print_hosts(world, &list, text) : LK_OK);
  lk_free(list.hosts);
  return status;
}

/* Hosts by numbers that stand for their names. */
typedef struct {
  double first, own; /* rank 0's, this rank's */
  int rank, leads, elsewhere;
} host_search;

static void compare_host(void *context, int rank, size_t first, const double *numbers,
                         size_t count) {
  host_search *s = context;
  assert(first == 0 && count == 1);
  if (rank == 0) s->first = *numbers;
  if (s->elsewhere == 0 && *numbers != s->first) s->elsewhere = rank;
  if (rank < s->rank && *numbers == s->own) s->leads = 0;
}

lk_status lk_world_find_hosts(lk_world *world, int *leads, int *elsewhere) {
  uint64_t name = lk_hash_short(world->host, strlen(world->host));
  host_search s = {.own = (double)(name >> 12), .rank = world->rank, .leads = 1};
  LK_TRY(lk_world_each(world, &s.own, 1, compare_host, &s));
  *leads = s.leads;
  *elsewhere = s.elsewhere;
  return LK_OK;
}

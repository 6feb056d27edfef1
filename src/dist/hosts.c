/* Which hosts the ranks are on. */
#include "dist/world.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "h1:2,h2:1": ranks that follow each other on one host are counted together. */
typedef struct {
  FILE *to;
  char host[LK_HOST_SIZE];
  int ranks; /* on it, so far */
} list;

static void end_host(list *l, const char *between) {
  if (l->ranks) fprintf(l->to, "%s:%d%s", l->host, l->ranks, between);
  l->ranks = 0;
}

static void add_host(list *l, const char *host) {
  if (strcmp(l->host, host)) end_host(l, ",");
  snprintf(l->host, sizeof l->host, "%.*s", LK_HOST_SIZE - 1, host);
  l->ranks++;
}

/* Rank 0 takes one host's name after the other. */
static lk_status collect_hosts(lk_world *world, list *l) {
  char host[LK_HOST_SIZE];
  memcpy(host, world->host, sizeof host);
  if (world->rank) return lk_world_hand(world, world->rank, 0, host, sizeof host);
  add_host(l, host);
  for (int r = 1; r < world->size; r++) {
    LK_TRY(lk_world_hand(world, r, 0, host, sizeof host));
    add_host(l, host);
  }
  end_host(l, "");
  return LK_OK;
}

static lk_status out_of_memory(void) {
  return lk_fail(LK_INTERNAL, "hosts of the ranks: out of memory");
}

lk_status lk_world_describe(lk_world *world, char **text) {
  list l = {.ranks = 0};
  char *buffer = NULL;
  size_t length = 0;
  *text = NULL;
  if (world->rank == 0) l.to = open_memstream(&buffer, &length);
  LK_TRY(lk_world_agree(world, world->rank || l.to ? LK_OK : out_of_memory()));
  if (l.to) fprintf(l.to, "%d rank%s on ", world->size, world->size == 1 ? "" : "s");
  lk_status status = collect_hosts(world, &l);
  if (l.to && fclose(l.to) && status == LK_OK) status = out_of_memory();
  if (l.to && status == LK_OK) status = lk_copy_text(text, buffer);
  free(buffer);
  return lk_world_agree(world, status);
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

#include "train/balance.h"
#include "lockstep/balance.h"
#include "lockstep/memory.h"
#include "lockstep/watchdog.h"
#include "train/speed.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a list has; its numbers where there is room for them. */
typedef struct {
  double *shares;
  uint64_t room, count, sum;
} share_list;

static int is_measured(const lk_config *c) {
  return !strcmp(c->balance, "measured");
}

static int is_list(const lk_config *c) {
  return !is_measured(c) && strcmp(c->balance, "even") != 0;
}

static lk_status refuse(const lk_config *c) {
  return lk_fail(LK_USAGE,
                 "%s: balance is '%s'; give even, measured, or the shards of each rank, "
                 "such as 3,3,1,1, of which none has less than 1",
                 lk_config_origin(c, "balance"), c->balance);
}

static lk_status read_list(const lk_config *c, share_list *list) {
  char *end;
  for (const char *at = c->balance;; at = end + 1) {
    long share = strtol(at, &end, 10);
    if (end == at || share < 1 || (*end && *end != ',')) return refuse(c);
    if (list->count < list->room) list->shares[list->count] = (double)share;
    list->count++;
    list->sum += (uint64_t)share;
    if (!*end) return LK_OK;
  }
}

lk_status lk_balance_check(const lk_config *config) {
  share_list list = {0};
  if (!is_list(config)) return LK_OK;
  LK_TRY(read_list(config, &list));
  if (list.sum == config->shards) return LK_OK;
  return lk_fail(LK_USAGE, "%s: balance deals %llu shards out, but shards is %llu",
                 lk_config_origin(config, "balance"), (unsigned long long)list.sum,
                 (unsigned long long)config->shards);
}

lk_status lk_balance_listed(const lk_config *config, int ranks, double **shares) {
  share_list list = {.room = (uint64_t)ranks};
  *shares = NULL;
  if (!is_list(config)) return LK_OK;
  LK_TRY(LK_NEW(list.shares, list.room));
  lk_status status = read_list(config, &list);
  if (status == LK_OK && list.count != list.room)
    status = lk_fail(LK_USAGE,
                     "%s: balance has shards for %llu rank%s, but there %s %d; list as "
                     "many numbers as ranks are started",
                     lk_config_origin(config, "balance"), (unsigned long long)list.count,
                     list.count == 1 ? "" : "s", ranks == 1 ? "is" : "are", ranks);
  if (status == LK_OK)
    *shares = list.shares;
  else
    lk_free(list.shares);
  return status;
}

static void keep_speeds(void *context, int rank, size_t first, const double *numbers,
                        size_t count) {
  double *speeds = context;
  assert(first == 0 && count == 1);
  speeds[rank] = *numbers;
}

/* All ranks: (*speeds)[P], owned by the caller, alike on all. */
static lk_status measure(lk_world *world, const lk_config *config, double **speeds) {
  double mine = 0;
  LK_TRY(lk_world_agree(world, LK_NEW(*speeds, (size_t)lk_world_size(world))));
  lk_watchdog_phase(lk_world_watchdog(world), 0, "measuring its speed", LK_COMPUTES);
  LK_TRY(lk_speed_measure(world, config, &mine));
  return lk_world_each(world, &mine, 1, keep_speeds, *speeds);
}

/* Ranks that follow each other and have as many shards. */
typedef struct {
  int first, end, shards;
  double slowest, fastest;
} group;

static group find_group(const double *speeds, const int *starts, int ranks, int first) {
  int shards = starts[first + 1] - starts[first];
  group g = {first, first, shards, speeds[first], speeds[first]};
  for (; g.end < ranks && starts[g.end + 1] - starts[g.end] == shards; g.end++) {
    if (speeds[g.end] < g.slowest) g.slowest = speeds[g.end];
    if (speeds[g.end] > g.fastest) g.fastest = speeds[g.end];
  }
  return g;
}

static void print_group(FILE *to, const group *g, double most) {
  if (g->end == g->first + 1)
    fprintf(to, "rank %d %d (%.2f)", g->first, g->shards, g->slowest / most);
  else
    fprintf(to, "ranks %d-%d %d each (%.2f to %.2f)", g->first, g->end - 1, g->shards,
            g->slowest / most, g->fastest / most);
}

/* A line that stays one for a thousand ranks. */
static void print_groups(FILE *to, const double *speeds, const int *starts, int ranks) {
  enum { MOST = 16 };
  double most = speeds[0];
  for (int r = 1; r < ranks; r++)
    if (speeds[r] > most) most = speeds[r];
  for (int r = 0, printed = 0; r < ranks; printed++) {
    group g = find_group(speeds, starts, ranks, r);
    if (printed) fputs(", ", to);
    if (printed == MOST) {
      fputs("…", to);
      return;
    }
    print_group(to, &g, most);
    r = g.end;
  }
}

/* Rank 0. */
static lk_status say(const lk_world *world, const lk_config *config, const double *speeds) {
  char *text = NULL;
  size_t size;
  int *starts, ranks = lk_world_size(world);
  LK_TRY(lk_world_deal(world, (int)config->shards, &starts));
  FILE *to = open_memstream(&text, &size);
  if (to) {
    print_groups(to, speeds, starts, ranks);
    if (!fclose(to))
      lk_say("balance=measured: shards by speed, as a share of the fastest rank's: %s; "
             "whole shards cost %.1f %% over exact parts",
             text, 100 * lk_balance_excess(speeds, ranks, starts));
  }
  free(text);
  lk_free(starts);
  return LK_OK;
}

lk_status lk_balance_world(lk_world *world, const lk_config *config) {
  double *rates = NULL;
  int measures = is_measured(config) && lk_world_size(world) > 1;
  lk_status status =
      lk_world_agree(world, lk_balance_listed(config, lk_world_size(world), &rates));
  if (status == LK_OK && measures) status = measure(world, config, &rates);
  if (status == LK_OK) status = lk_world_agree(world, lk_world_deal_by(world, rates));
  if (status == LK_OK && measures && lk_world_rank(world) == 0)
    status = say(world, config, rates);
  lk_free(rates);
  return lk_world_agree(world, status);
}

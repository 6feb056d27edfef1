#include "data/fill.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <math.h>

lk_status lk_fill_create(lk_fill *fill, int count, int shards) {
  *fill = (lk_fill){.shards = shards};
  LK_TRY(LK_NEW(fill->list, (size_t)count));
  fill->count = count;
  for (int i = 0; i < count; i++)
    LK_TRY(LK_NEW(fill->list[i].before, (size_t)shards + 1));
  return LK_OK;
}

void lk_fill_free(lk_fill *fill) {
  for (int i = 0; i < fill->count; i++)
    lk_free(fill->list[i].before);
  lk_free(fill->list);
  *fill = (lk_fill){0};
}

static uint64_t larger(uint64_t a, uint64_t b) {
  return a > b ? a : b;
}

/* Where the part-th of so many equal parts of `size` begins. */
static uint64_t cut(uint64_t size, uint64_t part, uint64_t parts) {
  return (uint64_t)((unsigned __int128)size * part / parts);
}

static uint64_t tokens_of(const lk_fill *fill, int corpus) {
  return fill->list[corpus].before[fill->shards];
}

/* At least a visit of each shard, as lk_fill_visits needs. */
void lk_fill_add(lk_fill *fill, int corpus, const uint64_t *tokens, double weight,
                 size_t reach) {
  lk_filling *one = &fill->list[corpus];
  uint64_t shards = (uint64_t)fill->shards;
  for (int shard = 0; shard < fill->shards; shard++)
    one->before[shard + 1] = one->before[shard] + tokens[shard];
  uint64_t all = tokens_of(fill, corpus);
  assert(all >= shards);
  one->rows = larger((all - 1) / reach + 1, shards);
  one->visits =
      weight == 1 ? one->rows : larger((uint64_t)round((double)one->rows * weight), shards);
  if (corpus > 0) one->first = one[-1].first + one[-1].visits;
}

/* Visits of the shards in front of one to the corpora up to one, all shards of which have
 * equal parts of them, ±1. The same for each further corpus, so that of its visits a shard
 * has the difference of two such numbers: at least 0, as long as the visits are no fewer
 * than shards. */
static uint64_t visits_before(const lk_fill *fill, int corpus, int shard) {
  const lk_filling *one = &fill->list[corpus];
  uint64_t shards = (uint64_t)fill->shards, s = (uint64_t)shard;
  return cut(one->first + one->visits, s, shards) - cut(one->first, s, shards);
}

lk_range lk_fill_visits(const lk_fill *fill, int corpus, int shard) {
  uint64_t first = visits_before(fill, corpus, shard);
  uint64_t end = visits_before(fill, corpus, shard + 1);
  assert(first <= end && end <= fill->list[corpus].visits);
  return (lk_range){first, end - first};
}

lk_range lk_fill_rows(const lk_fill *fill, int corpus, int shard) {
  const lk_filling *one = &fill->list[corpus];
  lk_range visits = lk_fill_visits(fill, corpus, shard);
  uint64_t first = cut(one->rows, visits.first, one->visits);
  uint64_t count = cut(one->rows, visits.first + visits.count, one->visits) - first;
  if (visits.count > 0 && count == 0) count = 1;
  return (lk_range){first, count};
}

lk_slice lk_fill_documents(const lk_fill *fill, int corpus, lk_slice slice) {
  const lk_filling *one = &fill->list[corpus];
  int first = slice.first_shard, end = first + slice.shard_count;
  lk_range rows = lk_fill_rows(fill, corpus, first),
           last = lk_fill_rows(fill, corpus, end - 1);
  uint64_t from = cut(tokens_of(fill, corpus), rows.first, one->rows);
  uint64_t to = cut(tokens_of(fill, corpus), last.first + last.count, one->rows);
  if (from == to) return slice;
  while (one->before[first] > from)
    first--;
  while (one->before[end] < to)
    end++;
  return (lk_slice){slice.shards, first, end - first};
}

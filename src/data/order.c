#include "lockstep/memory.h"
#include "lockstep/plan.h"
#include "lockstep/random.h"
#include <assert.h>

/* Above this the order of a shard is computed a document at a time instead of kept, so that
 * memory does not grow with the corpus. Part of the format: orders differ in between. */
enum { MOST_KEPT = 1 << 22 };

/* One shard's. */
typedef struct {
  uint64_t epoch;      /* whose order it is; NONE at first */
  lk_range range;      /* the shard's documents */
  uint32_t *documents; /* (range.count) counted from range.first; NULL: not kept */
} shard_order;

#define NONE UINT64_MAX

struct lk_order {
  lk_plan plan;
  int first_shard, shard_count;
  shard_order *shards; /* (shard_count) */
};

static lk_status create_shards(lk_order *order) {
  LK_TRY(LK_NEW(order->shards, (size_t)order->shard_count));
  for (int i = 0; i < order->shard_count; i++) {
    shard_order *s = &order->shards[i];
    s->epoch = NONE;
    s->range = lk_plan_shard(&order->plan, order->first_shard + i);
    if (s->range.count <= MOST_KEPT) LK_TRY(LK_NEW(s->documents, s->range.count));
  }
  return LK_OK;
}

lk_status lk_order_create(lk_order **out, const lk_plan *plan, int first_shard,
                          int shard_count) {
  lk_order *order = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(order, 1));
  *order = (lk_order){*plan, first_shard, shard_count, NULL};
  lk_status status = create_shards(order);
  if (status == LK_OK)
    *out = order;
  else
    lk_order_free(order);
  return status;
}

void lk_order_free(lk_order *order) {
  if (!order) return;
  for (int i = 0; order->shards && i < order->shard_count; i++)
    lk_free(order->shards[i].documents);
  lk_free(order->shards);
  lk_free(order);
}

/* Counted from the shard's first. */
static uint64_t document_at(shard_order *s, const lk_stream *stream, uint64_t place) {
  assert(place < s->range.count);
  if (!s->documents) return lk_random_place(stream, s->range.count, place);
  if (s->epoch != stream->step)
    lk_random_order(stream, (uint32_t)s->range.count, s->documents);
  s->epoch = stream->step;
  return s->documents[place];
}

int lk_order_micro_batch(lk_order *order, uint64_t step, int shard, uint64_t *documents) {
  const lk_plan *plan = &order->plan;
  uint64_t steps = lk_plan_steps_per_epoch(plan);
  lk_range part = lk_plan_part(plan, shard, step % steps);
  assert(shard >= order->first_shard && shard < order->first_shard + order->shard_count);
  shard_order *s = &order->shards[shard - order->first_shard];
  const lk_stream stream = {.seed = plan->seed,
                            .purpose = LK_RANDOM_ORDER,
                            .step = step / steps,
                            .shard = (uint32_t)shard};
  for (uint64_t i = 0; i < part.count; i++)
    documents[i] = s->range.first + document_at(s, &stream, part.first + i);
  return (int)part.count;
}

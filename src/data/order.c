#include "data/deal.h"
#include "lockstep/memory.h"
#include "lockstep/plan.h"
#include "lockstep/random.h"
#include <assert.h>

/* Above this the order of a shard is computed a document at a time instead of kept, so that
 * memory does not grow with the corpus. Part of the format: orders differ in between. */
enum { MOST_KEPT = 1 << 22 };

/* Documents that are dealt at a time, of a shard, or the micro-batches, if that is more.
 * Part of the format. */
enum { GROUP = 1 << 12, LEAST_STEPS = 8 };

/* One shard's. */
typedef struct {
  uint64_t epoch;      /* whose order it is; NONE at first */
  lk_range range;      /* the shard's documents */
  uint32_t *documents; /* (range.count) counted from range.first; NULL: not kept */
  uint64_t group;      /* first step of the group that is dealt; NONE at first */
  uint64_t *dealt;     /* (documents of a group) its documents, step after step */
} shard_order;

#define NONE UINT64_MAX

struct lk_order {
  lk_plan plan;
  int first_shard, shard_count;
  shard_order *shards; /* (shard_count) */
  lk_cost cost;        /* .of NULL: the documents are not dealt */
  lk_dealer dealer;
};

static lk_status create_shards(lk_order *order) {
  LK_TRY(LK_NEW(order->shards, (size_t)order->shard_count));
  for (int i = 0; i < order->shard_count; i++) {
    shard_order *s = &order->shards[i];
    s->epoch = s->group = NONE;
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
  *order =
      (lk_order){.plan = *plan, .first_shard = first_shard, .shard_count = shard_count};
  lk_status status = create_shards(order);
  if (status == LK_OK)
    *out = order;
  else
    lk_order_free(order);
  return status;
}

void lk_order_free(lk_order *order) {
  if (!order) return;
  for (int i = 0; order->shards && i < order->shard_count; i++) {
    lk_free(order->shards[i].documents);
    lk_free(order->shards[i].dealt);
  }
  lk_free(order->shards);
  lk_dealer_free(&order->dealer);
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

static uint64_t micro_batch_size(const lk_plan *plan) {
  return (uint64_t)(plan->batch_size / plan->shards);
}

/* Of a group; an epoch's groups may have up to twice as many. */
static uint64_t least_steps(const lk_plan *plan) {
  uint64_t steps = GROUP / micro_batch_size(plan);
  return steps > LEAST_STEPS ? steps : LEAST_STEPS;
}

static uint64_t most_steps(const lk_plan *plan) {
  uint64_t steps = 2 * least_steps(plan), all = lk_plan_steps_per_epoch(plan);
  return steps < all ? steps : all;
}

/* The first of `groups` equal parts, ±1, of an epoch's steps that ends behind step k. */
static lk_range find_group(const lk_plan *plan, uint64_t k) {
  unsigned __int128 steps = lk_plan_steps_per_epoch(plan);
  uint64_t groups = (uint64_t)steps / least_steps(plan);
  if (groups < 2) return (lk_range){0, (uint64_t)steps};
  uint64_t group = (uint64_t)(((unsigned __int128)(k + 1) * groups - 1) / steps);
  uint64_t first = (uint64_t)(steps * group / groups);
  uint64_t end = (uint64_t)(steps * (group + 1) / groups);
  assert(first <= k && k < end && end - first <= most_steps(plan));
  return (lk_range){first, end - first};
}

lk_status lk_order_deal(lk_order *order, const lk_cost *cost) {
  const lk_plan *plan = &order->plan;
  uint64_t hands = most_steps(plan), cards = hands * micro_batch_size(plan);
  assert(!order->cost.of && cost->of);
  order->cost = *cost;
  for (int i = 0; i < order->shard_count; i++)
    LK_TRY(LK_NEW(order->shards[i].dealt, cards));
  return lk_dealer_create(&order->dealer, cards, hands);
}

static lk_stream stream_of(const lk_plan *plan, uint64_t epoch, int shard) {
  return (lk_stream){.seed = plan->seed,
                     .purpose = LK_RANDOM_ORDER,
                     .step = epoch,
                     .shard = (uint32_t)shard};
}

/* The documents of the part's places in an epoch's order, and what they cost. */
static void take_cards(const lk_order *order, shard_order *s, uint64_t epoch, int shard,
                       lk_range part) {
  const lk_stream stream = stream_of(&order->plan, epoch, shard);
  for (uint64_t i = 0; i < part.count; i++) {
    uint64_t place = document_at(s, &stream, part.first + i);
    const lk_visit visit = {epoch, place, shard};
    order->dealer.cards[i].document = s->range.first + place;
    order->dealer.cards[i].cost = order->cost.of(order->cost.context, &visit);
  }
}

/* The documents of the steps group.first … of an epoch into s->dealt; where the first of
 * them stands in the order of the epoch. */
static uint64_t deal_group(lk_order *order, shard_order *s, uint64_t epoch, int shard,
                           lk_range group) {
  const lk_plan *plan = &order->plan;
  lk_range part = {lk_plan_part(plan, shard, group.first).first, 0};
  uint64_t step = epoch * lk_plan_steps_per_epoch(plan) + group.first;
  if (s->group == step) return part.first;
  for (uint32_t i = 0; i < group.count; i++) {
    order->dealer.hands[i].size = lk_plan_part(plan, shard, group.first + i).count;
    part.count += order->dealer.hands[i].size;
  }
  const lk_stream stream = {.seed = plan->seed, .purpose = LK_RANDOM_DEAL, .step = step};
  take_cards(order, s, epoch, shard, part);
  lk_deal(&order->dealer, &stream, part.count, (uint32_t)group.count);
  for (uint64_t i = 0; i < part.count; i++)
    s->dealt[i] = order->dealer.cards[i].document;
  s->group = step;
  return part.first;
}

int lk_order_micro_batch(lk_order *order, uint64_t step, int shard, uint64_t *documents) {
  const lk_plan *plan = &order->plan;
  uint64_t steps = lk_plan_steps_per_epoch(plan), epoch = step / steps, k = step % steps;
  lk_range part = lk_plan_part(plan, shard, k);
  assert(shard >= order->first_shard && shard < order->first_shard + order->shard_count);
  shard_order *s = &order->shards[shard - order->first_shard];
  const lk_stream stream = stream_of(plan, epoch, shard);
  if (order->cost.of) part.first -= deal_group(order, s, epoch, shard, find_group(plan, k));
  for (uint64_t i = 0; i < part.count; i++)
    documents[i] = order->cost.of
                       ? s->dealt[part.first + i]
                       : s->range.first + document_at(s, &stream, part.first + i);
  return (int)part.count;
}

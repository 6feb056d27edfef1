#include "lockstep/plan.h"
#include <assert.h>

static uint64_t micro_batch_size(const lk_plan *plan) {
  assert(plan->shards > 0 && plan->batch_size > 0 && plan->batch_size % plan->shards == 0);
  return (uint64_t)(plan->batch_size / plan->shards);
}

static uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

lk_range lk_plan_shard(const lk_plan *plan, int shard) {
  assert(shard >= 0 && shard < plan->shards);
  if (!plan->borders) return lk_shard_range(plan->documents, plan->shards, shard);
  assert(plan->borders[shard] <= plan->borders[shard + 1]);
  return (lk_range){plan->borders[shard], plan->borders[shard + 1] - plan->borders[shard]};
}

static uint64_t largest_shard(const lk_plan *plan) {
  uint64_t shards = (uint64_t)plan->shards, most = 0;
  if (!plan->borders) return plan->documents / shards + (plan->documents % shards != 0);
  for (int shard = 0; shard < plan->shards; shard++)
    if (lk_plan_shard(plan, shard).count > most) most = lk_plan_shard(plan, shard).count;
  return most;
}

uint64_t lk_plan_steps_per_epoch(const lk_plan *plan) {
  uint64_t size = micro_batch_size(plan);
  return (largest_shard(plan) + size - 1) / size;
}

/* Documents of a shard before the k-th of `steps` steps. Of shards of different lengths the
 * shorter ones leave places empty: each at other steps, lest one step were almost empty. */
static uint64_t before_step(const lk_plan *plan, int shard, uint64_t k, uint64_t steps) {
  uint64_t count = lk_plan_shard(plan, shard).count;
  if (!plan->borders) return smaller(count, k * micro_batch_size(plan));
  unsigned __int128 ahead =
      (unsigned __int128)steps * (unsigned)shard / (unsigned)plan->shards;
  return (uint64_t)((count * (unsigned __int128)k + ahead) / steps);
}

lk_range lk_plan_part(const lk_plan *plan, int shard, uint64_t k) {
  uint64_t steps = lk_plan_steps_per_epoch(plan);
  uint64_t first = before_step(plan, shard, k, steps);
  lk_range part = {first, before_step(plan, shard, k + 1, steps) - first};
  assert(k < steps && part.count <= micro_batch_size(plan));
  return part;
}

/* Documents of all shards that come before the k-th step of an epoch. */
static uint64_t documents_before_in_epoch(const lk_plan *plan, uint64_t k) {
  uint64_t sum = 0, steps = lk_plan_steps_per_epoch(plan);
  for (int shard = 0; shard < plan->shards; shard++)
    sum += before_step(plan, shard, k, steps);
  return sum;
}

uint64_t lk_plan_documents_of(const lk_plan *plan, uint64_t step) {
  uint64_t k = step % lk_plan_steps_per_epoch(plan);
  return documents_before_in_epoch(plan, k + 1) - documents_before_in_epoch(plan, k);
}

uint64_t lk_plan_documents_before(const lk_plan *plan, uint64_t step) {
  uint64_t steps = lk_plan_steps_per_epoch(plan);
  return step / steps * plan->documents + documents_before_in_epoch(plan, step % steps);
}

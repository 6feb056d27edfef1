#include "lockstep/plan.h"
#include <assert.h>

static uint64_t micro_batch_size(const lk_plan *plan) {
  assert(plan->shards > 0 && plan->batch_size > 0 && plan->batch_size % plan->shards == 0);
  return (uint64_t)(plan->batch_size / plan->shards);
}

static uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

/* Documents of all shards that come before micro-batch k of an epoch. */
static uint64_t documents_before_in_epoch(const lk_plan *plan, uint64_t k) {
  uint64_t sum = 0, limit = k * micro_batch_size(plan);
  for (int shard = 0; shard < plan->shards; shard++)
    sum += smaller(lk_shard_range(plan->documents, plan->shards, shard).count, limit);
  return sum;
}

static uint64_t largest_shard(const lk_plan *plan) {
  uint64_t shards = (uint64_t)plan->shards;
  return plan->documents / shards + (plan->documents % shards != 0);
}

uint64_t lk_plan_steps_per_epoch(const lk_plan *plan) {
  uint64_t size = micro_batch_size(plan);
  return (largest_shard(plan) + size - 1) / size;
}

uint64_t lk_plan_documents_of(const lk_plan *plan, uint64_t step) {
  uint64_t k = step % lk_plan_steps_per_epoch(plan);
  return documents_before_in_epoch(plan, k + 1) - documents_before_in_epoch(plan, k);
}

uint64_t lk_plan_documents_before(const lk_plan *plan, uint64_t step) {
  uint64_t steps = lk_plan_steps_per_epoch(plan);
  return step / steps * plan->documents + documents_before_in_epoch(plan, step % steps);
}

#include "lockstep/batching.h"

lk_batching lk_batching_of(const lk_config *config) {
  uint64_t batch = config->batch_size * config->model_block;
  return (lk_batching){config->batch_doubling_tokens / batch, config->batch_doublings};
}

/* Of the n-th stretch from 0 on, each of which takes 2ⁿ batches. */
static uint64_t steps_of(const lk_batching *batching, uint64_t n) {
  uint64_t steps = batching->batches >> n;
  return steps ? steps : 1;
}

uint64_t lk_batching_batches(const lk_batching *batching, uint64_t steps) {
  uint64_t batches = 0, n = 0;
  for (; n < batching->doublings && steps > steps_of(batching, n); n++) {
    steps -= steps_of(batching, n);
    batches += steps_of(batching, n) << n;
  }
  return batches + (steps << n);
}

uint64_t lk_batching_steps(const lk_batching *batching, uint64_t batches) {
  uint64_t steps = 0, n = 0;
  for (; n < batching->doublings && batches > steps_of(batching, n) << n; n++) {
    steps += steps_of(batching, n);
    batches -= steps_of(batching, n) << n;
  }
  return steps + ((batches + (1ull << n) - 1) >> n);
}

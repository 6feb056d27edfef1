/* Documents dealt to micro-batches by cost: each once an epoch, whatever was asked before,
 * and ranks that no longer wait for the one with the longest. */
#include "data_files.h"
#include "lockstep/plan.h"
#include "lockstep/random.h"

enum { MOST = 1 << 12 };

/* Documents of very unlike lengths, of which windows of 1,024 tokens are left: half of them
 * shorter than 300, one in five cut off. */
static uint64_t tokens_of(const lk_visit *visit) {
  const lk_stream stream = {
      .seed = 8, .purpose = LK_RANDOM_SYNTH, .shard = (uint32_t)visit->shard};
  double tokens = 300;
  double normal = lk_random_normal(&stream, visit->place);
  for (; normal > 0.1; normal -= 0.1)
    tokens *= 1.13;
  for (; normal < -0.1; normal += 0.1)
    tokens /= 1.13;
  return tokens > 1024 ? 1024 : (uint64_t)tokens;
}

/* With attention's part, as for a width of 256. */
static uint64_t cost_of(const void *context, const lk_visit *visit) {
  uint64_t tokens = tokens_of(visit);
  (void)context;
  return tokens * (3072 + tokens);
}

static lk_order *dealt_order(const lk_plan *plan, int first_shard, int shard_count) {
  const lk_cost cost = {cost_of, NULL};
  lk_order *order;
  assert_int_equal(lk_order_create(&order, plan, first_shard, shard_count), LK_OK);
  assert_int_equal(lk_order_deal(order, &cost), LK_OK);
  return order;
}

static const uint64_t unequal[] = {0, 1, 31, 31, 100};
static const lk_plan plans[] = {
    {100, 4, 12, 5, unequal}, {100, 4, 400, 6, unequal}, {2937, 8, 128, 1, NULL},
    {11, 8, 8, 2, NULL},      {9, 8, 16, 4, NULL},       {17, 1, 5, 6, NULL},
    {1, 1, 1, 0, NULL},       {4000, 1, 1, 3, NULL},     {4000, 2, 256, 3, NULL}};
#define PLANS (sizeof plans / sizeof *plans)

static void every_document_comes_once_an_epoch(void **state) {
  (void)state;
  for (size_t p = 0; p < PLANS; p++) {
    const lk_plan *plan = &plans[p];
    lk_order *order = dealt_order(plan, 0, plan->shards);
    uint64_t steps = lk_plan_steps_per_epoch(plan), documents[MOST];
    unsigned visits[MOST] = {0};
    for (uint64_t step = 0; step < 2 * steps; step++)
      for (int shard = 0; shard < plan->shards; shard++) {
        int count = lk_order_micro_batch(order, step, shard, documents);
        assert_int_equal(count, lk_plan_part(plan, shard, step % steps).count);
        for (int i = 0; i < count; i++)
          visits[documents[i]]++;
      }
    for (uint64_t i = 0; i < plan->documents; i++)
      assert_int_equal(visits[i], 2);
    lk_order_free(order);
  }
}

/* Of a rank with one shard that begins there, and of one with all that has come far: groups
 * of 64 steps of the 500. */
static void what_was_asked_before_does_not_matter(void **state) {
  (void)state;
  const lk_plan plan = {256000, 8, 512, 42, NULL};
  const uint64_t asked[] = {0, 63, 64, 65, 499, 500, 563, 70, 1};
  uint64_t one[64], other[64];
  lk_order *all = dealt_order(&plan, 0, 8);
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
    for (int shard = 1; shard < 8; shard += 3) {
      lk_order *alone = dealt_order(&plan, shard, 1);
      int count = lk_order_micro_batch(all, asked[i], shard, one);
      assert_int_equal(lk_order_micro_batch(alone, asked[i], shard, other), count);
      assert_memory_equal(one, other, (size_t)count * sizeof *one);
      lk_order_free(alone);
    }
  lk_order_free(all);
}

/* Costs of a step's ranks. */
static void add_costs(const lk_plan *plan, lk_order *order, uint64_t step, int ranks,
                      double *costs) {
  uint64_t documents[MOST];
  for (int shard = 0; shard < plan->shards; shard++) {
    int count = lk_order_micro_batch(order, step, shard, documents);
    uint64_t first = lk_plan_shard(plan, shard).first;
    for (int i = 0; i < count; i++) {
      const lk_visit visit = {0, documents[i] - first, shard};
      costs[shard * ranks / plan->shards] += (double)cost_of(NULL, &visit);
    }
  }
}

/* Share of an epoch's time that ranks wait for the slowest of each step. */
static double waiting_share(const lk_plan *plan, lk_order *order, int ranks) {
  double mean = 0, slowest = 0;
  for (uint64_t step = 0; step + 1 < lk_plan_steps_per_epoch(plan); step++) {
    double costs[8] = {0}, most = 0;
    add_costs(plan, order, step, ranks, costs);
    for (int rank = 0; rank < ranks; rank++) {
      mean += costs[rank] / ranks;
      if (costs[rank] > most) most = costs[rank];
    }
    slowest += most;
  }
  return 1 - mean / slowest;
}

static void ranks_hardly_wait_for_each_other(void **state) {
  (void)state;
  const int batches[] = {8, 16, 32, 64, 128};
  for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
    for (int ranks = 2; ranks <= 8; ranks *= 2) {
      const lk_plan plan = {160000, 8, batches[b], 3, NULL};
      lk_order *dealt = dealt_order(&plan, 0, 8), *shuffled;
      assert_int_equal(lk_order_create(&shuffled, &plan, 0, 8), LK_OK);
      double before = waiting_share(&plan, shuffled, ranks);
      double after = waiting_share(&plan, dealt, ranks);
      if (!(before > 0.06 && after < 0.025 && after < before / 10))
        fail_msg("batch %d, %d ranks: %.1f %% waiting, dealt %.2f %%", batches[b], ranks,
                 100 * before, 100 * after);
      lk_order_free(shuffled);
      lk_order_free(dealt);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_document_comes_once_an_epoch),
      cmocka_unit_test(what_was_asked_before_does_not_matter),
      cmocka_unit_test(ranks_hardly_wait_for_each_other),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}

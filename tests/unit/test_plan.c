/* The plan: every document once an epoch, counts that add up, and an order that nothing but
 * (seed, epoch, shard) can change. */
#include "data_files.h"
#include "lockstep/plan.h"
#include "lockstep/random.h"

enum { MOST = 3000 };

/* Of an order that is made for it, and, the second time, kept. */
static int micro_batch(const lk_plan *plan, uint64_t step, int shard, uint64_t *documents) {
  uint64_t again[MOST];
  lk_order *order;
  assert_int_equal(lk_order_create(&order, plan, shard, 1), LK_OK);
  int count = lk_order_micro_batch(order, step, shard, documents);
  assert_int_equal(lk_order_micro_batch(order, step, shard, again), count);
  assert_memory_equal(again, documents, (size_t)count * sizeof *again);
  lk_order_free(order);
  return count;
}

/* Steps and shards in any succession, of one order. */
static void what_was_asked_before_does_not_matter(void **state) {
  (void)state;
  const lk_plan plan = {2937, 8, 128, 42, NULL};
  const struct {
    uint64_t step;
    int shard;
  } asked[] = {{0, 2}, {1, 2}, {1, 3}, {23, 2}, {1, 2}, {22, 3}, {0, 3}, {46, 4}, {5, 2}};
  uint64_t one[16], other[16];
  lk_order *order;
  assert_int_equal(lk_order_create(&order, &plan, 2, 3), LK_OK);
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
    int count = lk_order_micro_batch(order, asked[i].step, asked[i].shard, one);
    assert_int_equal(micro_batch(&plan, asked[i].step, asked[i].shard, other), count);
    assert_memory_equal(one, other, (size_t)count * sizeof *one);
  }
  lk_order_free(order);
}

static void the_experiment_takes_its_known_steps(void **state) {
  (void)state;
  const lk_plan pretrain = {2937, 8, 128, 1, NULL}, finetune = {2000, 8, 256, 1, NULL};
  assert_int_equal(lk_plan_steps_per_epoch(&pretrain), 23);
  assert_int_equal(650 * lk_plan_steps_per_epoch(&pretrain), 14950);
  assert_int_equal(lk_plan_steps_per_epoch(&finetune), 8);
  assert_int_equal(lk_plan_documents_of(&pretrain, 0), 128);
  assert_int_equal(lk_plan_documents_before(&pretrain, 14950), 650 * 2937);
}

static const uint64_t unequal[] = {0, 1, 31, 31, 100}, lone[] = {0, 0, 5};
static const lk_plan plans[] = {
    {100, 4, 12, 5, unequal}, {5, 2, 2, 1, lone},      {100, 4, 400, 6, unequal},
    {2937, 8, 128, 1, NULL},  {2000, 8, 256, 7, NULL}, {11, 8, 8, 2, NULL},
    {8, 8, 64, 3, NULL},      {9, 8, 16, 4, NULL},     {100, 4, 12, 5, NULL},
    {17, 1, 5, 6, NULL},      {64, 2, 64, 8, NULL},    {33, 16, 32, 9, NULL},
    {2937, 64, 128, 1, NULL}, {1, 1, 1, 0, NULL},
};
#define PLANS (sizeof plans / sizeof *plans)

/* Marks the documents of one shard's micro-batch, checking that they are the shard's own.
 */
static int visit(const lk_plan *plan, uint64_t step, int shard, unsigned *visits) {
  uint64_t documents[MOST];
  lk_range range = lk_plan_shard(plan, shard);
  int count = micro_batch(plan, step, shard, documents);
  assert_in_range(count, 0, plan->batch_size / plan->shards);
  for (int i = 0; i < count; i++) {
    assert_in_range(documents[i], range.first, range.first + range.count - 1);
    visits[documents[i]]++;
  }
  return count;
}

static void every_document_comes_once_an_epoch(void **state) {
  (void)state;
  for (size_t p = 0; p < PLANS; p++) {
    const lk_plan *plan = &plans[p];
    uint64_t steps = lk_plan_steps_per_epoch(plan);
    unsigned visits[MOST] = {0};
    for (uint64_t step = 0; step < 3 * steps; step++) {
      for (int shard = 0; shard < plan->shards; shard++)
        visit(plan, step, shard, visits);
      if ((step + 1) % steps) continue;
      for (uint64_t i = 0; i < plan->documents; i++)
        assert_int_equal(visits[i], (step + 1) / steps);
    }
  }
}

static void counts_are_those_of_the_micro_batches(void **state) {
  (void)state;
  for (size_t p = 0; p < PLANS; p++) {
    const lk_plan *plan = &plans[p];
    uint64_t before = 0, steps = lk_plan_steps_per_epoch(plan);
    for (uint64_t step = 0; step <= 2 * steps; step++) {
      unsigned visits[MOST] = {0};
      int found = 0;
      for (int shard = 0; shard < plan->shards; shard++)
        found += visit(plan, step, shard, visits);
      assert_int_not_equal(found, 0);
      assert_int_equal(lk_plan_documents_of(plan, step), found);
      assert_int_equal(lk_plan_documents_before(plan, step), before);
      before += (uint64_t)found;
    }
  }
}

/* Windows are not as many in each shard: none of them is left alone at the end of an epoch.
 */
static void unequal_shards_end_together(void **state) {
  (void)state;
  const lk_plan plan = {100, 4, 12, 5, unequal};
  assert_int_equal(lk_plan_steps_per_epoch(&plan), 23); /* 69 at 3 a step */
  for (uint64_t k = 0; k < 23; k++) {
    assert_int_equal(lk_plan_part(&plan, 3, k).count, 3);
    assert_in_range(lk_plan_part(&plan, 1, k).count, 1, 2); /* 30 in 23 steps */
    assert_int_equal(lk_plan_part(&plan, 0, k).count, k == 22);
  }
}

/* Seven shards of eight that lack a document do not lack it in the same step. */
static void shorter_shards_leave_room_in_different_steps(void **state) {
  (void)state;
  const uint64_t borders[] = {0, 53, 106, 159, 213, 266, 319, 372, 425};
  const lk_plan plan = {425, 8, 8, 5, borders};
  assert_int_equal(lk_plan_steps_per_epoch(&plan), 54);
  for (uint64_t step = 0; step < 108; step++)
    assert_in_range(lk_plan_documents_of(&plan, step), 7, 8);
  assert_int_equal(lk_plan_documents_before(&plan, 108), 850);
}

/* A batch of another size cuts the same order elsewhere. */
static void the_order_is_that_of_seed_epoch_and_shard(void **state) {
  (void)state;
  const lk_plan wide = {2937, 8, 128, 42, NULL}, narrow = {2937, 8, 24, 42, NULL};
  for (uint64_t epoch = 0; epoch < 3; epoch++)
    for (int shard = 7; shard >= 0; shard -= 3) {
      lk_range range = lk_shard_range(2937, 8, shard);
      lk_stream stream = {
          .seed = 42, .purpose = LK_RANDOM_ORDER, .step = epoch, .shard = (uint32_t)shard};
      uint32_t order[368];
      uint64_t a[16], b[3];
      lk_random_order(&stream, (uint32_t)range.count, order);
      for (uint64_t i = 0; i < range.count; i++) {
        micro_batch(&wide, epoch * 23 + i / 16, shard, a);
        micro_batch(&narrow, epoch * lk_plan_steps_per_epoch(&narrow) + i / 3, shard, b);
        assert_int_equal(a[i % 16], range.first + order[i]);
        assert_int_equal(b[i % 3], range.first + order[i]);
      }
    }
}

/* Positions, within their shards, at which the first micro-batches of two plans agree. */
static int agreements(const lk_plan *a, uint64_t step_a, int shard_a, const lk_plan *b,
                      uint64_t step_b, int shard_b) {
  uint64_t of_a[64], of_b[64],
      first_a = lk_shard_range(a->documents, a->shards, shard_a).first,
      first_b = lk_shard_range(b->documents, b->shards, shard_b).first;
  int same = 0, count = micro_batch(a, step_a, shard_a, of_a);
  assert_int_equal(micro_batch(b, step_b, shard_b, of_b), count);
  for (int i = 0; i < count; i++)
    same += of_a[i] - first_a == of_b[i] - first_b;
  return same;
}

static void seed_epoch_and_shard_each_change_the_order(void **state) {
  (void)state;
  const lk_plan plan = {2048, 4, 256, 1, NULL}, reseeded = {2048, 4, 256, 2, NULL};
  assert_int_equal(agreements(&plan, 0, 0, &plan, 0, 0), 64);
  assert_in_range(agreements(&plan, 0, 0, &reseeded, 0, 0), 0, 8);
  assert_in_range(agreements(&plan, 0, 0, &plan, 8, 0), 0, 8);
  assert_in_range(agreements(&plan, 0, 0, &plan, 0, 1), 0, 8);
}

/* Longer than what is kept of an order. */
static void every_document_of_a_long_shard_comes_once(void **state) {
  (void)state;
  enum { LONG = (1 << 22) + 3, BATCH = 2048 };
  const lk_plan plan = {LONG, 1, BATCH, 4, NULL};
  uint64_t documents[BATCH], found = 0;
  uint8_t *seen;
  lk_order *order;
  assert_int_equal(LK_NEW(seen, LONG), LK_OK);
  assert_int_equal(lk_order_create(&order, &plan, 0, 1), LK_OK);
  for (uint64_t step = 0; step < lk_plan_steps_per_epoch(&plan); step++) {
    int count = lk_order_micro_batch(order, step, 0, documents);
    for (int i = 0; i < count; i++, found++)
      if (seen[documents[i]]++) fail_msg("document %u comes twice", (unsigned)documents[i]);
  }
  assert_int_equal(found, LONG);
  lk_order_free(order);
  lk_free(seen);
}

/* More documents than 32 bits count: no memory for them, the shard's own, and the same
 * whichever shards a rank has beside it. */
static void plans_have_any_size(void **state) {
  (void)state;
  const lk_plan plan = {(1ull << 33) * 8 + 3, 8, 256, 9, NULL};
  uint64_t one[32], other[32], step = lk_plan_steps_per_epoch(&plan) + (1ull << 28);
  assert_int_equal(lk_plan_steps_per_epoch(&plan), (1ull << 28) + 1);
  assert_int_equal(lk_plan_documents_before(&plan, lk_plan_steps_per_epoch(&plan)),
                   plan.documents);
  assert_int_equal(lk_plan_documents_of(&plan, step), 3);
  for (int shard = 0; shard < 8; shard += 7)
    for (uint64_t at = step - 5; at <= step; at++) {
      lk_range range = lk_shard_range(plan.documents, 8, shard);
      lk_order *all;
      assert_int_equal(lk_order_create(&all, &plan, 0, 8), LK_OK);
      int count = lk_order_micro_batch(all, at, shard, one);
      assert_int_equal(micro_batch(&plan, at, shard, other), count);
      assert_memory_equal(one, other, (size_t)count * sizeof *one);
      for (int i = 0; i < count; i++)
        assert_in_range(one[i], range.first, range.first + range.count - 1);
      lk_order_free(all);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_experiment_takes_its_known_steps),
      cmocka_unit_test(every_document_comes_once_an_epoch),
      cmocka_unit_test(what_was_asked_before_does_not_matter),
      cmocka_unit_test(counts_are_those_of_the_micro_batches),
      cmocka_unit_test(the_order_is_that_of_seed_epoch_and_shard),
      cmocka_unit_test(seed_epoch_and_shard_each_change_the_order),
      cmocka_unit_test(unequal_shards_end_together),
      cmocka_unit_test(shorter_shards_leave_room_in_different_steps),
      cmocka_unit_test(every_document_of_a_long_shard_comes_once),
      cmocka_unit_test(plans_have_any_size),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}

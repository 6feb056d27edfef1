/* Batches of a step, where they grow: against a count step by step. */
#include "lockstep/batching.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_batch_a_step_where_nothing_doubles(void **state) {
  (void)state;
  const lk_batching plain = {0, 0};
  for (uint64_t n = 0; n < 100; n++) {
    assert_int_equal(lk_batching_batches(&plain, n), n);
    assert_int_equal(lk_batching_steps(&plain, n), n);
  }
}

/* 8 batches one at a time, 8 in twos, 8 in fours, then eights. */
static void the_batch_doubles_after_as_many_documents(void **state) {
  (void)state;
  static const uint64_t batches[] = {0,  1,  2,  3,  4,  5,  6,  7, 8,
                                     10, 12, 14, 16, 20, 24, 32, 40};
  const lk_batching growing = {8, 3};
  for (uint64_t n = 0; n < sizeof batches / sizeof *batches; n++)
    assert_int_equal(lk_batching_batches(&growing, n), batches[n]);
}

/* Stretches that are no multiple of a step, and shorter than one: sizes are powers of two
 * that never fall, none is left out, and a stretch is as long as it is set to a step. */
static void every_size_has_its_turn(void **state) {
  (void)state;
  for (uint64_t stretch = 0; stretch < 40; stretch++)
    for (uint64_t doublings = 0; doublings < 6; doublings++) {
      const lk_batching growing = {stretch, doublings};
      uint64_t size = 1, since = 0;
      for (uint64_t n = 0; n < 200; n++) {
        uint64_t taken =
            lk_batching_batches(&growing, n + 1) - lk_batching_batches(&growing, n);
        if (taken != size) {
          assert_int_equal(taken, 2 * size);
          assert_true(since <= (stretch > size ? stretch : size) && since + size > stretch);
          size = taken, since = 0;
        }
        since += taken;
      }
      assert_int_equal(size, 1u << doublings);
    }
}

static void as_few_steps_as_take_the_batches(void **state) {
  (void)state;
  for (uint64_t stretch = 0; stretch < 30; stretch++)
    for (uint64_t batches = 1; batches < 300; batches++) {
      const lk_batching growing = {stretch, 3};
      uint64_t steps = lk_batching_steps(&growing, batches);
      assert_true(lk_batching_batches(&growing, steps) >= batches);
      assert_true(lk_batching_batches(&growing, steps - 1) < batches);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_batch_a_step_where_nothing_doubles),
      cmocka_unit_test(the_batch_doubles_after_as_many_documents),
      cmocka_unit_test(every_size_has_its_turn),
      cmocka_unit_test(as_few_steps_as_take_the_batches),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

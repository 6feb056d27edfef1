/* In what pieces a sum travels, beside the best size by calculus: of p floats each, N
 * floats in S stages take 2 S N/p messages of g seconds, and a last piece of 2 p floats. */
#include "dist/exchange.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const size_t least = 128 * 1024, most = 16 * 128 * 1024;
static const lk_layout thousand = {.shards = 1024, .ranks = 1024};

static double choose(size_t count, double gap, double byte) {
  const lk_links links = {.latency = 1, .gap = gap, .byte = byte};
  return (double)lk_exchange_choose_piece(thousand, &links, count);
}

static void test_extremes(void **state) {
  (void)state;
  assert_true(choose(1 << 28, 0, 0) == (double)least); /* nothing is known */
  assert_true(choose(1 << 28, 0, 1e-9) == (double)least);
  assert_true(choose(1 << 28, 1, 1e-9) == (double)most);
  assert_true(choose(1000, 1, 1e-9) == (double)least);
  assert_true(choose(3 * least, 1, 1e-9) == (double)(4 * least)); /* one piece has all */
}

static void test_best_size(void **state) {
  const double stages = 20, sizes[] = {3323392, 124439808, 1557611200};
  (void)state;
  for (int i = 0; i < 3; i++)
    for (double gap = 1e-8; gap < 1e-3; gap *= 3)
      for (double byte = 1e-11; byte < 1e-7; byte *= 7) {
        double best = sqrt(stages * sizes[i] * gap / (sizeof(float) * byte));
        double chosen = choose((size_t)sizes[i], gap, byte);
        if (best < 2 * (double)least || best > (double)most / 2 || best > sizes[i] / 8)
          continue;
        assert_true(chosen < 2 * best && chosen > best / 2);
      }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_extremes),
                                     cmocka_unit_test(test_best_size)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

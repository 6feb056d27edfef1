/* The attention core with vectors of every size that this processor has, at lengths around
 * the edges of its tiles, against its definition. */
#include "attention/attention.h"
#include "base/clones.h"
#include "lockstep/random.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { HEADS = 2, SIZE = 24, WIDTH = HEADS * SIZE, ROWS = 1600, LONGEST = 260 };
enum { Q, K, V, INPUTS, OUT = INPUTS, DQ, DK, DV, ALL };

static const lk_span spans[] = {
    {0, 1, 0, 1},       {1, 200, 1, 1},     {201, 47, 2, 47},     {248, 48, 49, 48},
    {296, 49, 97, 49},  {345, 96, 146, 96}, {441, 97, 242, 97},   {538, 193, 339, 100},
    {731, 32, 439, 32}, {763, 65, 471, 13}, {828, 260, 484, 260},
};
enum { SPANS = sizeof spans / sizeof *spans };

static float values[INPUTS][ROWS * WIDTH], d_out[ROWS * WIDTH];
static float fast[ALL][ROWS * WIDTH], plain[ALL][ROWS * WIDTH];
static float log_sums[2][ROWS * HEADS];
static uint8_t keep[1 << 19];

static int fill(void **state) {
  (void)state;
  lk_stream stream = {.seed = 7, .purpose = LK_RANDOM_WEIGHTS};
  for (size_t i = 0; i < ROWS * WIDTH; i++) {
    for (size_t m = Q; m < INPUTS; m++)
      values[m][i] = (float)lk_random_normal(&stream, INPUTS * i + m);
    d_out[i] = values[V][i] - values[Q][i];
  }
  assert_true(lk_attention_keep_size(spans, SPANS, HEADS) <= sizeof keep);
  for (size_t i = 0; i < sizeof keep; i++)
    keep[i] = values[K][i % (ROWS * WIDTH)] < 1.2f;
  return 0;
}

/* The largest difference of a matrix, in units of its largest number. */
static double difference(int matrix) {
  double size = 0, largest = 0;
  for (size_t i = 0; i < ROWS * WIDTH; i++) {
    size = fmax(size, fabs((double)plain[matrix][i]));
    largest = fmax(largest, fabs((double)fast[matrix][i] - (double)plain[matrix][i]));
  }
  assert_true(size > 0);
  return largest / size;
}

static void check_vectors(lk_attention *a, const lk_attention_input *in, int bytes) {
  memset(fast, 0, sizeof fast);
  memset(plain, 0, sizeof plain);
  lk_attention_forward_reference(a, in, plain[OUT], log_sums[0]);
  lk_attention_backward_reference(a, in, log_sums[0], d_out, plain[DQ], plain[DK],
                                  plain[DV]);
  lk_attention_forward_fast(a, in, fast[OUT], log_sums[1], bytes);
  lk_attention_backward_fast(a, in, fast[OUT], log_sums[1], d_out, fast[DQ], fast[DK],
                             fast[DV], bytes);
  for (int matrix = OUT; matrix < ALL; matrix++)
    if (!(difference(matrix) < 2e-6))
      fail_msg("vectors of %d bytes, matrix %d: %g", bytes, matrix, difference(matrix));
}

/* Longer sequences before shorter ones: what is left in the tiles may not matter. */
static void check_all(const uint8_t *mask) {
  lk_attention *attention = NULL;
  lk_attention_input in = {spans,     SPANS, values[Q], WIDTH, values[K],
                           values[V], WIDTH, mask,      1.25f};
  assert_int_equal(lk_attention_create(&attention, HEADS, SIZE, LONGEST), LK_OK);
  for (int bytes = lk_vector_bytes(); bytes >= 16; bytes /= 2) {
    check_vectors(attention, &in, bytes);
    check_vectors(attention, &in, bytes);
  }
  lk_attention_free(attention);
}

static void every_vector_size_matches(void **state) {
  (void)state;
  check_all(NULL);
}

static void every_vector_size_matches_with_dropout(void **state) {
  (void)state;
  check_all(keep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_vector_size_matches),
      cmocka_unit_test(every_vector_size_matches_with_dropout),
  };
  return cmocka_run_group_tests(tests, fill, NULL);
}

/* The attention core with vectors of every size that this processor has, at lengths around
 * the edges of its tiles, against its definition. */
#include "attention/attention.h"
#include "attention/exponential.h"
#include "base/clones.h"
#include "lockstep/attention.h"
#include "lockstep/random.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { HEADS = 2, LARGEST = 64, ROWS = 1600, LONGEST = 260 };
enum { Q, K, V, INPUTS, OUT = INPUTS, DQ, DK, DV, ALL };

static const lk_span spans[] = {
    {0, 1, 0, 1},        {1, 200, 1, 1},      {201, 47, 2, 47},     {248, 48, 49, 48},
    {296, 49, 97, 49},   {345, 96, 146, 96},  {441, 97, 242, 97},   {538, 193, 339, 100},
    {731, 32, 439, 32},  {763, 65, 471, 13},  {828, 260, 484, 260}, {1088, 15, 744, 15},
    {1103, 17, 759, 17}, {1120, 31, 776, 31}, {1151, 33, 807, 33},
};
enum { SPANS = sizeof spans / sizeof *spans };

/* Head sizes: two that the core knows when it is compiled, two that it does not. */
static const size_t sizes[] = {64, 32, 40, 25};
static size_t D, C; /* of the test that runs */

static float values[INPUTS][ROWS * HEADS * LARGEST], d_out[ROWS * HEADS * LARGEST];
static float fast[ALL][ROWS * HEADS * LARGEST], plain[ALL][ROWS * HEADS * LARGEST];
static float log_sums[2][ROWS * HEADS];
static uint32_t keep[1 << 14];

static void fill(size_t head_size) {
  D = head_size;
  C = HEADS * D;
  lk_stream stream = {.seed = 7, .purpose = LK_RANDOM_WEIGHTS};
  for (size_t i = 0; i < ROWS * C; i++) {
    for (size_t m = Q; m < INPUTS; m++)
      values[m][i] = (float)lk_random_normal(&stream, INPUTS * i + m);
    d_out[i] = values[V][i] - values[Q][i];
  }
  assert_true(lk_attention_keep_size(spans, SPANS, HEADS) <= 8 * sizeof keep);
  memset(keep, 0, sizeof keep);
  for (size_t i = 0; i < 8 * sizeof keep; i++)
    keep[i / 32] |= (uint32_t)(values[K][i % (ROWS * C)] < 1.2f) << i % 32;
}

/* The largest difference of a matrix, in units of its largest number. */
static double difference(int matrix) {
  double size = 0, largest = 0;
  for (size_t i = 0; i < ROWS * C; i++) {
    size = fmax(size, fabs((double)plain[matrix][i]));
    if (isnan(fast[matrix][i])) return NAN;
    largest = fmax(largest, fabs((double)fast[matrix][i] - (double)plain[matrix][i]));
  }
  assert_true(size > 0);
  return largest / size;
}

static double mean_difference(int matrix) {
  double size = 0, sum = 0;
  for (size_t i = 0; i < ROWS * C; i++) {
    size = fmax(size, fabs((double)plain[matrix][i]));
    sum += fabs((double)fast[matrix][i] - (double)plain[matrix][i]);
  }
  return sum / size / (ROWS * C);
}

static void check_vectors(lk_attention *a, const lk_attention_input *in, int bytes) {
  memset(fast, 0, sizeof fast);
  memset(plain, 0, sizeof plain);
  lk_attention_forward_reference(a, in, plain[OUT], log_sums[0]);
  lk_attention_backward_reference(a, in, log_sums[0], d_out, plain[DQ], plain[DK],
                                  plain[DV]);
  a->head = lk_attention_head_of(bytes);
  lk_attention_forward(a, in, fast[OUT], log_sums[1]);
  lk_attention_backward(a, in, fast[OUT], log_sums[1], d_out, fast[DQ], fast[DK], fast[DV]);
  for (int matrix = OUT; matrix < ALL; matrix++)
    if (!(difference(matrix) < 3e-6))
      fail_msg("vectors of %d bytes, matrix %d: %g", bytes, matrix, difference(matrix));
}

/* What a batch with numbers that are none leaves in the scratch must not reach the next. */
static void poison(lk_attention *attention, lk_attention_input in) {
  for (size_t i = 0; i < ROWS * C; i++)
    plain[Q][i] = NAN;
  in.q = in.k = in.v = plain[Q];
  lk_attention_forward(attention, &in, fast[OUT], log_sums[1]);
  lk_attention_backward(attention, &in, fast[OUT], log_sums[1], plain[Q], fast[DQ],
                        fast[DK], fast[DV]);
}

static int group = 1; /* heads that share keys and values */

static void check_vectors_of_all_sizes(const uint32_t *mask) {
  lk_attention *attention = NULL;
  lk_attention_input in = {spans,     SPANS, values[Q], C,    values[K],
                           values[V], C,     mask,      1.25f};
  assert_int_equal(lk_attention_create(&attention, HEADS, (int)D, LONGEST), LK_OK);
  lk_attention_share_keys(attention, group);
  for (int bytes = lk_vector_bytes(); bytes >= 16; bytes /= 2) {
    poison(attention, in);
    check_vectors(attention, &in, bytes);
  }
  lk_attention_free(attention);
}

static void at_each_size(void (*check)(const uint32_t *mask), const uint32_t *mask) {
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    fill(sizes[i]);
    check(mask);
  }
}

static void every_vector_size_matches(void **state) {
  (void)state;
  at_each_size(check_vectors_of_all_sizes, NULL);
}

static void every_vector_size_matches_with_dropout(void **state) {
  (void)state;
  at_each_size(check_vectors_of_all_sizes, keep);
}

static void every_vector_size_matches_with_shared_keys(void **state) {
  (void)state;
  group = HEADS;
  at_each_size(check_vectors_of_all_sizes, keep);
  group = 1;
}

/* Rows whose least number is nearer than what needs the library's exp, and farther. */
static void exponentials_are_those_of_near_and_far(void **state) {
  (void)state;
  enum { COLUMNS = 96, VISIBLE = 67 };
  const float shift = 1.5f;
  for (int least = -140; least <= 0; least++) {
    float row[COLUMNS], from[COLUMNS];
    for (int j = 0; j < COLUMNS; j++)
      row[j] = from[j] = shift + (float)least / 66 * (float)(j * 25 % 67);
    row_exponentials(LK_TILE_64, row, VISIBLE, shift);
    for (int j = 0; j < VISIBLE; j++) {
      double expected = exp((double)(from[j] - shift));
      assert_true(fabs((double)row[j] - expected) <= 2.4e-7 * expected + 1e-44);
    }
  }
}

static double rounded(double value) {
  union {
    float real;
    uint32_t bits;
  } to = {(float)value};
  to.bits = (to.bits + 0x7fff + (to.bits >> 16 & 1)) & 0xffff0000;
  return (double)to.real;
}

/* One query of one head: where its rows begin in the matrices, and what it may see. */
typedef struct {
  size_t q, key;
  int visible;
  const uint32_t *mask;
  size_t keep; /* its place there */
} view;

static double product(const float *a, double scale, const float *b) {
  double sum = 0;
  for (size_t d = 0; d < D; d++)
    sum += rounded((double)a[d] * scale) * rounded((double)b[d]);
  return sum;
}

static double kept(const view *v, int j) {
  return v->mask ? lk_keep_bit(v->mask, v->keep + (size_t)j) : 1;
}

/* What the header promises of bf16, number by number. */
static void emulate_query(const view *v, double factor) {
  const double scale = (double)(float)(1 / sqrt((double)D));
  double scores[LONGEST], largest = -INFINITY, sum = 0, out[LARGEST] = {0}, mean = 0;
  for (int j = 0; j < v->visible; j++) {
    size_t key = v->key + (size_t)j * C;
    scores[j] = product(values[Q] + v->q, scale, values[K] + key);
    largest = fmax(largest, scores[j]);
  }
  for (int j = 0; j < v->visible; j++) {
    double weight = exp(scores[j] - largest);
    sum += weight;
    for (size_t d = 0; d < D; d++)
      out[d] += rounded(weight * kept(v, j)) *
                rounded((double)values[V][v->key + (size_t)j * C + d]);
  }
  for (size_t d = 0; d < D; d++) {
    plain[OUT][v->q + d] = (float)(out[d] * factor / sum);
    mean += (double)d_out[v->q + d] * out[d] * factor / sum;
  }
  for (int j = 0; j < v->visible; j++) {
    size_t key = v->key + (size_t)j * C;
    double weight = exp(scores[j] - largest) / sum, share = kept(v, j) * factor;
    double d_weight = product(d_out + v->q, 1, values[V] + key);
    double d_score = rounded(weight * (d_weight * share - mean));
    for (size_t d = 0; d < D; d++) {
      double q = rounded((double)values[Q][v->q + d] * scale);
      plain[DQ][v->q + d] += (float)(scale * d_score * rounded((double)values[K][key + d]));
      plain[DK][key + d] += (float)(d_score * q);
      plain[DV][key + d] +=
          (float)(rounded(weight * share) * rounded((double)d_out[v->q + d]));
    }
  }
}

static void emulate(const uint32_t *mask) {
  size_t keep_row = 0;
  memset(plain, 0, sizeof plain);
  for (int s = 0; s < SPANS; s++)
    for (size_t h = 0; h < HEADS; h++)
      for (int i = 0; i < spans[s].queries; i++) {
        view v = {(size_t)(spans[s].query_start + i) * C + h * D,
                  (size_t)spans[s].key_start * C + h * D, lk_span_visible(&spans[s], i),
                  mask, keep_row};
        emulate_query(&v, mask ? 1.25 : 1);
        keep_row += lk_keep_row(v.visible);
      }
}

/* A number next to the middle of two may round to the other one: hence the wide bound, and
 * the narrow one of the mean. */
static void check_bf16(const uint32_t *mask) {
  lk_attention *attention = NULL;
  lk_attention_input in = {spans,     SPANS, values[Q], C,    values[K],
                           values[V], C,     mask,      1.25f};
  assert_int_equal(lk_attention_create(&attention, HEADS, (int)D, LONGEST), LK_OK);
  lk_attention_use_bf16(attention);
  poison(attention, in);
  emulate(mask);
  memset(fast, 0, sizeof fast);
  lk_attention_forward(attention, &in, fast[OUT], log_sums[0]);
  lk_attention_backward(attention, &in, fast[OUT], log_sums[0], d_out, fast[DQ], fast[DK],
                        fast[DV]);
  lk_attention_free(attention);
  for (int matrix = OUT; matrix < ALL; matrix++)
    if (!(difference(matrix) < 2e-3) || !(mean_difference(matrix) < 2e-6))
      fail_msg("matrix %d: %g, mean %g", matrix, difference(matrix),
               mean_difference(matrix));
}

static void bf16_is_rounded_where_it_says(void **state) {
  (void)state;
  if (lk_attention_check_bf16("this test") != LK_OK) skip();
  at_each_size(check_bf16, NULL);
}

static void bf16_is_rounded_with_dropout(void **state) {
  (void)state;
  if (lk_attention_check_bf16("this test") != LK_OK) skip();
  at_each_size(check_bf16, keep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_vector_size_matches),
      cmocka_unit_test(every_vector_size_matches_with_dropout),
      cmocka_unit_test(every_vector_size_matches_with_shared_keys),
      cmocka_unit_test(exponentials_are_those_of_near_and_far),
      cmocka_unit_test(bf16_is_rounded_where_it_says),
      cmocka_unit_test(bf16_is_rounded_with_dropout),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

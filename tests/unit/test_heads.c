/* The weights of a model's heads: a distribution over earlier characters, the one that the
 * parameters define, and what is said of it. */
#include "lockstep/characters.h"
#include "lockstep/continuation.h"
#include "lockstep/heads.h"
#include "lockstep/model.h"
#include "text/tokenizer.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { L = 3, H = 2, C = 24, BLOCK = 16, IDS = 11, D = C / H };
static const lk_shape shape = {
    .layers = L, .heads = H, .channels = C, .block = BLOCK, .vocabulary = IDS};
static lk_trained trained;

/* Pad, mask, then a … i. */
static const uint32_t ids[IDS] = {0x25A1, 0x2047, 'a', 'b', 'c', 'd',
                                  'e',    'f',    'g', 'h', 'i'};

static int set_up(void **state) {
  (void)state;
  if (lk_parameters_create(&trained.table, &shape) != LK_OK) return 1;
  if (LK_NEW(trained.values, trained.table->count) != LK_OK) return 1;
  lk_parameters_initialise(trained.table, 4, trained.values);
  for (uint64_t i = 0; i < trained.table->count; i++)
    trained.values[i] *= 12; /* decided weights */
  return lk_characters_restore(&trained.tokenizer, ids, IDS) != LK_OK;
}

static int tear_down(void **state) {
  (void)state;
  lk_trained_clear(&trained);
  return lk_allocations_alive() != 0;
}

static const float *tensor(const char *name) {
  const lk_parameter *entry = lk_parameters_find(trained.table, name);
  assert_non_null(entry);
  return trained.values + entry->offset;
}

/* Layer norm of the embedding of one character, in double. */
static void normed_input(int token, int position, double to[C]) {
  double mean = 0, square = 0;
  for (int c = 0; c < C; c++) {
    to[c] = (double)tensor("tok_emb.weight")[token * C + c] +
            (double)tensor("pos_emb")[position * C + c];
    mean += to[c] / C;
  }
  for (int c = 0; c < C; c++)
    square += (to[c] - mean) * (to[c] - mean) / C;
  for (int c = 0; c < C; c++)
    to[c] =
        (to[c] - mean) / sqrt(square + 1e-5) * (double)tensor("blocks.0.ln1.weight")[c] +
        (double)tensor("blocks.0.ln1.bias")[c];
}

static double project(const char *weight, const char *bias, const double x[C], int row) {
  double sum = (double)tensor(bias)[row];
  for (int c = 0; c < C; c++)
    sum += (double)tensor(weight)[row * C + c] * x[c];
  return sum;
}

static double score(const lk_heads *heads, int h, int t, int j) {
  double query[C], key[C], sum = 0;
  normed_input(heads->tokens[t], t, query);
  normed_input(heads->tokens[j], j, key);
  for (int d = h * D; d < (h + 1) * D; d++)
    sum += project("blocks.0.attn.query.weight", "blocks.0.attn.query.bias", query, d) *
           project("blocks.0.attn.key.weight", "blocks.0.attn.key.bias", key, d);
  return sum / sqrt(D);
}

static float weight(const lk_heads *heads, int l, int h, int t, int j) {
  int T = heads->length;
  return heads->weights[((l * H + h) * T + t) * T + j];
}

static void weights_are_over_earlier_characters(void **state) {
  (void)state;
  lk_heads heads;
  assert_int_equal(lk_heads_read(&heads, &trained, "abcab\u2047dec\u2047"), LK_OK);
  assert_int_equal(heads.length, 10);
  assert_int_equal(heads.tokens[5], LK_MASK);
  assert_int_equal(heads.tokens[9], LK_MASK);
  for (int l = 0; l < L; l++)
    for (int h = 0; h < H; h++)
      for (int t = 0; t < heads.length; t++) {
        double sum = 0;
        for (int j = 0; j < heads.length; j++) {
          assert_true(weight(&heads, l, h, t, j) >= 0);
          if (j > t) assert_true(weight(&heads, l, h, t, j) == 0);
          sum += (double)weight(&heads, l, h, t, j);
        }
        assert_true(fabs(sum - 1) < 1e-6);
      }
  lk_heads_clear(&heads);
}

/* The first layer from the parameters, in plain double, within 2e-5. */
static void the_first_layer_is_what_the_parameters_say(void **state) {
  (void)state;
  lk_heads heads;
  assert_int_equal(lk_heads_read(&heads, &trained, "abcdeffa\u2047"), LK_OK);
  for (int h = 0; h < H; h++)
    for (int t = 0; t < heads.length; t++) {
      double sum = 0;
      for (int j = 0; j <= t; j++)
        sum += exp(score(&heads, h, t, j));
      for (int j = 0; j <= t; j++)
        assert_true(fabs((double)weight(&heads, 0, h, t, j) -
                         exp(score(&heads, h, t, j)) / sum) < 2e-5);
    }
  lk_heads_clear(&heads);
}

static void a_question_is_answered(void **state) {
  (void)state;
  lk_heads heads;
  lk_token text[BLOCK] = {2, 3, 4, LK_MASK};
  lk_continuation one = {.tokens = text, .length = 4, .capacity = BLOCK};
  assert_int_equal(lk_continue_one(trained.table, trained.values, &one, LK_MASK, BLOCK),
                   LK_OK);
  assert_int_equal(lk_heads_read(&heads, &trained, "abc"), LK_OK);
  assert_int_equal(heads.length, one.length);
  assert_memory_equal(heads.tokens, text, (size_t)one.length * sizeof *text);
  lk_heads_clear(&heads);
}

/* Without a mask, by as many tokens as asked for. */
static void a_text_is_gone_on_with(void **state) {
  (void)state;
  lk_heads heads;
  lk_token text[BLOCK] = {2, 3, 4};
  lk_continuation one = {.tokens = text, .length = 3, .capacity = BLOCK};
  assert_int_equal(lk_continue_one(trained.table, trained.values, &one, LK_MASK, 4), LK_OK);
  assert_int_equal(lk_heads_go_on(&heads, &trained, "abc", 4), LK_OK);
  assert_int_equal(heads.length, one.length);
  assert_in_range(heads.length, 4, 7);
  assert_memory_equal(heads.tokens, text, (size_t)one.length * sizeof *text);
  assert_true(weight(&heads, 0, 0, 0, 0) == 1);
  lk_heads_clear(&heads);
}

/* Four characters of one head: each looks at itself, the first or the one before. */
static void facts_are_means_over_all_but_the_first(void **state) {
  (void)state;
  lk_token tokens[4] = {2, 3, 4, 5};
  float weights[16] = {1, 0, 0, 0, 1, 0, 0, 0, 0, 0.5f, 0.5f, 0, 0, 0, 0.75f, 0.25f};
  lk_heads heads = {1, 1, 4, tokens, weights};
  lk_head_facts facts = lk_heads_describe(&heads, 0, 0);
  double entropy = (log(2) - 0.75 * log(0.75) - 0.25 * log(0.25)) / 3;
  assert_true(fabs(facts.entropy - entropy) < 1e-12);
  assert_true(fabs(facts.copy - (1 + 0.5 + 0.75) / 3) < 1e-12);
  assert_int_equal(facts.key, 0);
  assert_true(fabs(facts.key_weight - 1.0 / 3) < 1e-12);
  assert_int_equal(facts.back, 1);
  assert_true(fabs(facts.back_weight - (1 + 0.5 + 0.75) / 3) < 1e-12);
  assert_true(fabs(lk_heads_even_entropy(&heads) - log(24) / 3) < 1e-12);
}

/* Whose values are zeros adds nothing, either. */
static void silence_values(int l, int h) {
  const char *const kinds[] = {"weight", "bias"};
  const size_t widths[] = {C, 1};
  for (int i = 0; i < 2; i++) {
    char name[48];
    snprintf(name, sizeof name, "blocks.%d.attn.value.%s", l, kinds[i]);
    float *values = trained.values + lk_parameters_find(trained.table, name)->offset;
    memset(values + (size_t)(h * D) * widths[i], 0, D * widths[i] * sizeof *values);
  }
}

static void a_head_that_is_off_adds_nothing(void **state) {
  (void)state;
  size_t bytes = trained.table->count * sizeof(float), of_all;
  float *before = NULL;
  lk_heads on, off, silent;
  assert_int_equal(LK_NEW(before, trained.table->count), LK_OK);
  memcpy(before, trained.values, bytes);
  assert_int_equal(lk_heads_read(&on, &trained, "abcdeffa\u2047"), LK_OK);
  assert_int_equal(lk_heads_switch_off(&trained, "1:2,2:1"), LK_OK);
  assert_int_equal(lk_heads_read(&off, &trained, "abcdeffa\u2047"), LK_OK);
  memcpy(trained.values, before, bytes);
  silence_values(0, 1);
  silence_values(1, 0);
  assert_int_equal(lk_heads_read(&silent, &trained, "abcdeffa\u2047"), LK_OK);
  of_all = (size_t)(L * H * on.length * on.length);
  double apart = 0, moved = 0;
  for (size_t i = 0; i < of_all; i++) {
    apart = fmax(apart, fabs((double)off.weights[i] - (double)silent.weights[i]));
    moved = fmax(moved, fabs((double)off.weights[i] - (double)on.weights[i]));
  }
  assert_true(apart < 1e-6 && moved > 1e-3);
  memcpy(trained.values, before, bytes);
  lk_free(before);
  lk_heads_clear(&on);
  lk_heads_clear(&off);
  lk_heads_clear(&silent);
}

static void heads_that_are_none_are_refused(void **state) {
  (void)state;
  static const char *const wrong[][2] = {
      {"", "LAYER:HEAD"},      {"1", "LAYER:HEAD"},        {"1:2;2:1", "LAYER:HEAD"},
      {"1:1,,", "LAYER:HEAD"}, {"0:1", "there is no 0:1"}, {"1:3", "3 layers of 2 heads"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(lk_heads_switch_off(&trained, wrong[i][0]), LK_USAGE);
    if (!strstr(lk_message(), wrong[i][1])) fail_msg("%zu: %s", i, lk_message());
  }
}

static void impossible_texts_are_refused(void **state) {
  (void)state;
  static const char *const wrong[][2] = {{"", "two characters"},
                                         {"\u2047", "two characters"},
                                         {"abz", "z"},
                                         {"ab\u2047z", "z"},
                                         {"abcdefghiabcdefgh\u2047", "16 characters"},
                                         {"abcdefghiabcdefg\u2047", "16 characters"},
                                         {"abcdefghiabcdef", "no room"},
                                         {"ab\xff", "byte"},
                                         {"a\u25a1", "U+25A1"}};
  lk_heads heads;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(lk_heads_read(&heads, &trained, wrong[i][0]), LK_BAD_DATA);
    if (!strstr(lk_message(), wrong[i][1])) fail_msg("%zu: %s", i, lk_message());
    lk_heads_clear(&heads);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weights_are_over_earlier_characters),
      cmocka_unit_test(the_first_layer_is_what_the_parameters_say),
      cmocka_unit_test(a_question_is_answered),
      cmocka_unit_test(a_text_is_gone_on_with),
      cmocka_unit_test(facts_are_means_over_all_but_the_first),
      cmocka_unit_test(impossible_texts_are_refused),
      cmocka_unit_test(a_head_that_is_off_adds_nothing),
      cmocka_unit_test(heads_that_are_none_are_refused),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}

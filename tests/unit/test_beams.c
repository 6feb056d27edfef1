/* The search along several continuations, against all that there are. */
#include "eval/beams.h"
#include "lockstep/memory.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { IDS = 6, MOST = 4, END = 5, PROMPT = 3, ALL = 256, CAPACITY = 12 };

static lk_parameters *table;
static lk_real *values;
static const lk_token prompt[PROMPT] = {1, 4, 2};

/* Random weights, large enough for tokens to differ, of which the greedy continuation is
 * not the best. */
static int make_model(void **state) {
  const lk_shape shape = {
      .layers = 2, .heads = 2, .channels = 8, .block = CAPACITY, .vocabulary = IDS};
  (void)state;
  if (lk_parameters_create(&table, &shape) != LK_OK) return 1;
  if (LK_NEW(values, table->count) != LK_OK) return 1;
  lk_parameters_initialise(table, 5, values);
  for (uint64_t i = 0; i < table->count; i++)
    values[i] *= 12;
  return 0;
}

static int free_model(void **state) {
  (void)state;
  lk_free(values);
  lk_parameters_free(table);
  return lk_allocations_alive() != 0;
}

typedef struct {
  lk_decoder *decoder;
  lk_token tokens[CAPACITY], best[CAPACITY];
  int best_length;
  double best_log_probability;
} exhaustive;

static double log_softmax(const lk_real *logits, int id) {
  double sum = 0;
  for (int i = 0; i < IDS; i++)
    sum += exp((double)logits[i]);
  return logits[id] - log(sum);
}

/* Every continuation to its end, or to MOST tokens. */
static void try_all(exhaustive *e, int length, double before) {
  lk_real logits[IDS];
  int ended = length > PROMPT && e->tokens[length - 1] == END;
  if (ended || length == PROMPT + MOST) {
    if (before <= e->best_log_probability) return;
    e->best_log_probability = before;
    e->best_length = length;
    memcpy(e->best, e->tokens, sizeof e->best);
    return;
  }
  memcpy(logits, lk_decoder_begin(e->decoder, 0, e->tokens, length), sizeof logits);
  for (int id = 0; id < IDS; id++) {
    e->tokens[length] = (lk_token)id;
    try_all(e, length + 1, before + log_softmax(logits, id));
  }
}

static lk_continuation search(int width, lk_token tokens[CAPACITY]) {
  lk_decoder *decoder;
  lk_beams *beams;
  const lk_continuing how = {.end = END, .most = MOST};
  lk_continuation text = {.tokens = tokens, .length = PROMPT, .capacity = CAPACITY};
  memcpy(tokens, prompt, sizeof prompt);
  assert_int_equal(lk_decoder_create(&decoder, table, values, width, CAPACITY, LK_FP32),
                   LK_OK);
  assert_int_equal(lk_beams_create(&beams, decoder, IDS, width, CAPACITY, 1), LK_OK);
  lk_beams_continue(beams, &text, 1, &how);
  lk_beams_free(beams);
  lk_decoder_free(decoder);
  return text;
}

static void wide_beams_find_the_best_of_all(void **state) {
  lk_token tokens[CAPACITY];
  exhaustive e = {.best_log_probability = -INFINITY};
  (void)state;
  assert_int_equal(lk_decoder_create(&e.decoder, table, values, 1, CAPACITY, LK_FP32),
                   LK_OK);
  memcpy(e.tokens, prompt, sizeof prompt);
  try_all(&e, PROMPT, 0);
  lk_decoder_free(e.decoder);
  lk_continuation found = search(ALL, tokens);
  assert_int_equal(found.length, e.best_length);
  assert_memory_equal(tokens, e.best, (size_t)found.length * sizeof *tokens);
  assert_true(fabs(found.log_probability - e.best_log_probability) < 1e-4);
}

static void one_beam_is_the_greedy_continuation(void **state) {
  lk_token tokens[CAPACITY], greedy[CAPACITY];
  lk_continuation expected = {.tokens = greedy, .length = PROMPT, .capacity = CAPACITY};
  (void)state;
  memcpy(greedy, prompt, sizeof prompt);
  assert_int_equal(lk_continue_one(table, values, &expected, END, MOST), LK_OK);
  lk_continuation found = search(1, tokens);
  assert_int_equal(found.length, expected.length);
  assert_memory_equal(tokens, greedy, (size_t)found.length * sizeof *tokens);
  assert_true(fabs(found.log_probability - expected.log_probability) < 1e-5);
}

/* Texts of several lengths, of which some end long before others. */
static void company_changes_no_bit(void **state) {
  enum { TEXTS = 5, WIDTH = 4 };
  static lk_token together[TEXTS][CAPACITY], alone[CAPACITY];
  const lk_continuing how = {.end = END, .most = CAPACITY};
  lk_continuation texts[TEXTS];
  lk_decoder *decoder;
  lk_beams *all, *one;
  (void)state;
  assert_int_equal(
      lk_decoder_create(&decoder, table, values, TEXTS * WIDTH, CAPACITY, LK_FP32), LK_OK);
  assert_int_equal(lk_beams_create(&all, decoder, IDS, WIDTH, CAPACITY, TEXTS), LK_OK);
  assert_int_equal(lk_beams_create(&one, decoder, IDS, WIDTH, CAPACITY, 1), LK_OK);
  for (int t = 0; t < TEXTS; t++) {
    for (int i = 0; i <= 2 * t; i++)
      together[t][i] = (lk_token)((3 * t + i) % END);
    texts[t] =
        (lk_continuation){.tokens = together[t], .length = 2 * t + 1, .capacity = CAPACITY};
  }
  lk_beams_continue(all, texts, TEXTS, &how);
  for (int t = 0; t < TEXTS; t++) {
    lk_continuation text = {.tokens = alone, .length = 2 * t + 1, .capacity = CAPACITY};
    memcpy(alone, together[t], (size_t)text.length * sizeof *alone);
    lk_beams_continue(one, &text, 1, &how);
    assert_int_equal(texts[t].length, text.length);
    assert_memory_equal(together[t], alone, (size_t)text.length * sizeof *alone);
    assert_memory_equal(&texts[t].log_probability, &text.log_probability, sizeof(double));
  }
  lk_beams_free(one);
  lk_beams_free(all);
  lk_decoder_free(decoder);
}

static void width_pays(void **state) {
  lk_token tokens[CAPACITY];
  (void)state;
  double all = search(ALL, tokens).log_probability;
  for (int width = 1; width < 40; width += 3)
    assert_true(search(width, tokens).log_probability <= all + 1e-6);
  assert_true(search(1, tokens).log_probability < all - 0.1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wide_beams_find_the_best_of_all),
      cmocka_unit_test(one_beam_is_the_greedy_continuation),
      cmocka_unit_test(company_changes_no_bit),
      cmocka_unit_test(width_pays),
  };
  return cmocka_run_group_tests(tests, make_model, free_model);
}

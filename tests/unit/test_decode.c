/* Decoding with the cache against decoding by full recomputation through the training
 * forward. */
#include "lockstep/model.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { TEXTS = 5, BLOCK = 24, IDS = 11, STOP = 1 };
static lk_parameters *table;
static float *values;

static int set_up(int rotary) {
  const lk_shape shape = {.layers = 3,
                          .heads = 2,
                          .channels = 24,
                          .block = BLOCK,
                          .vocabulary = IDS,
                          .positions = rotary};
  if (lk_parameters_create(&table, &shape) != LK_OK) return 1;
  if (LK_NEW(values, table->count) != LK_OK) return 1;
  lk_parameters_initialise(table, 4, values);
  for (uint64_t i = 0; i < table->count; i++)
    values[i] *= 12; /* decided, varied answers */
  return 0;
}

static int set_up_learned(void **state) {
  (void)state;
  return set_up(0);
}

static int set_up_rotary(void **state) {
  (void)state;
  return set_up(1);
}

static int tear_down(void **state) {
  (void)state;
  lk_free(values);
  lk_parameters_free(table);
  return lk_allocations_alive() != 0;
}

static void prompt(lk_token *tokens, int text, int length) {
  lk_stream stream = {.seed = 8, .purpose = LK_RANDOM_ORDER, .site = (uint32_t)text};
  for (int i = 0; i < length; i++)
    tokens[i] = (lk_token)(2 + lk_random_below(&stream, (uint64_t)i, IDS - 2));
}

/* One more token, from a pass over the whole text; its loss is added to *loss. */
static lk_token next_by_recomputation(lk_model *model, lk_pack *pack,
                                      const lk_token *tokens, int length, double *loss) {
  lk_token text[BLOCK + 1] = {0};
  int best = 0;
  memcpy(text, tokens, (size_t)length * sizeof *text);
  lk_pack_clear(pack);
  lk_pack_append(pack, text, (size_t)length + 1, (size_t)length - 1);
  const float *logits = lk_model_logits(model, values, pack);
  for (int j = 1; j < IDS; j++)
    if (logits[j] > logits[best]) best = j;
  pack->targets[0] = (lk_token)best;
  *loss += lk_model_forward(model, values, pack, NULL, NULL);
  return (lk_token)best;
}

static const int lengths[TEXTS] = {7, 1, 20, 12, BLOCK};

static void check(lk_decoder *decoder, int most) {
  static lk_token decoded[TEXTS][BLOCK], expected[BLOCK];
  lk_continuation texts[TEXTS];
  lk_model *model = NULL;
  lk_pack *pack = NULL;
  assert_int_equal(lk_model_create(&model, table, 1, 0, LK_FP32), LK_OK);
  assert_int_equal(lk_pack_create(&pack, 1, BLOCK), LK_OK);
  for (int t = 0; t < TEXTS; t++) {
    prompt(decoded[t], t, lengths[t]);
    texts[t] = (lk_continuation){decoded[t], lengths[t], 0};
  }
  lk_decoder_continue(decoder, values, texts, TEXTS, STOP, most);
  for (int t = 0; t < TEXTS; t++) {
    int length = lengths[t], token = 0;
    double loss = 0;
    prompt(expected, t, length);
    while (length < BLOCK && length < lengths[t] + most && token != STOP) {
      token = next_by_recomputation(model, pack, expected, length, &loss);
      expected[length++] = (lk_token)token;
    }
    assert_int_equal(texts[t].length, length);
    assert_memory_equal(decoded[t], expected, (size_t)length * sizeof *expected);
    assert_true(fabs(texts[t].log_probability + loss) <= 1e-5 * (1 + loss));
  }
  lk_pack_free(pack);
  lk_model_free(model);
}

/* The second time the caches hold what the first left behind. */
static void the_cache_changes_nothing(void **state) {
  (void)state;
  lk_decoder *decoder = NULL;
  assert_int_equal(lk_decoder_create(&decoder, table, TEXTS), LK_OK);
  check(decoder, 4);
  check(decoder, BLOCK);
  lk_decoder_free(decoder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_cache_changes_nothing)};
  int failed =
      cmocka_run_group_tests_name("learned positions", tests, set_up_learned, tear_down);
  return failed +
         cmocka_run_group_tests_name("rotary positions", tests, set_up_rotary, tear_down);
}

/* Decoding with the cache against decoding by full recomputation through the training
 * forward, and sequences beside others against the same alone. */
#include "lockstep/continuation.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { TEXTS = 5, BLOCK = 24, IDS = 11, STOP = 1 };
static lk_parameters *table;
static float *values;

/* Of a small model with the options of `shape`. */
static int set_up(lk_shape shape) {
  shape.layers = 3;
  shape.heads = 2;
  shape.channels = 20;
  shape.block = BLOCK;
  shape.vocabulary = IDS;
  shape.mlp = 50;
  if (lk_parameters_create(&table, &shape) != LK_OK) return 1;
  if (LK_NEW(values, table->count) != LK_OK) return 1;
  lk_parameters_initialise(table, 4, values);
  for (uint64_t i = 0; i < table->count; i++)
    values[i] *= 12; /* decided, varied answers */
  return 0;
}

static int set_up_learned(void **state) {
  (void)state;
  return set_up((lk_shape){.positions = LK_LEARNED_POSITIONS});
}

static int set_up_rotary(void **state) {
  (void)state;
  return set_up((lk_shape){.positions = LK_ROTARY_POSITIONS});
}

static int set_up_pythia(void **state) {
  (void)state;
  return set_up((lk_shape){.positions = LK_ROTARY_POSITIONS,
                           .residual = LK_PARALLEL_RESIDUAL,
                           .rotary_share = 0.4});
}

static int set_up_llama(void **state) {
  (void)state;
  return set_up(
      (lk_shape){.positions = LK_ROTARY_POSITIONS, .norm = LK_RMS_NORM, .kv_heads = 1});
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
  *loss += lk_model_forward(model, values, NULL, pack, NULL, NULL);
  return (lk_token)best;
}

static const int lengths[TEXTS] = {7, 1, 20, 12, BLOCK};

static void check(lk_decoder *decoder, int most) {
  static lk_token decoded[TEXTS][BLOCK], expected[BLOCK];
  lk_continuation texts[TEXTS];
  lk_model *model = NULL;
  lk_pack *pack = NULL;
  lk_sampler *sampler;
  assert_int_equal(lk_model_create(&model, table, 1, LK_KEEP_NOTHING, 0, LK_FP32), LK_OK);
  assert_int_equal(lk_pack_create(&pack, 1, BLOCK), LK_OK);
  assert_int_equal(lk_sampler_create(&sampler, &lk_greedy, IDS), LK_OK);
  for (int t = 0; t < TEXTS; t++) {
    prompt(decoded[t], t, lengths[t]);
    texts[t] =
        (lk_continuation){.tokens = decoded[t], .length = lengths[t], .capacity = BLOCK};
  }
  const lk_continuing how = {.end = STOP, .most = most};
  assert_int_equal(lk_continue(decoder, sampler, texts, TEXTS, &how), LK_OK);
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
    /* another order of sums; the weights make much of it */
    assert_true(fabs(texts[t].log_probability + loss) <= 2e-4 * (1 + loss));
  }
  lk_sampler_free(sampler);
  lk_pack_free(pack);
  lk_model_free(model);
}

static lk_decoder *decoder_of(int sequences, lk_precision precision) {
  lk_decoder *decoder = NULL;
  assert_int_equal(lk_decoder_create(&decoder, table, values, sequences, BLOCK, precision),
                   LK_OK);
  assert_int_equal(lk_decoder_room(decoder), BLOCK);
  return decoder;
}

/* The second time the caches hold what the first left behind. */
static void the_cache_changes_nothing(void **state) {
  (void)state;
  lk_decoder *decoder = decoder_of(TEXTS, LK_FP32);
  check(decoder, 4);
  check(decoder, BLOCK);
  lk_decoder_free(decoder);
}

/* Logits of one sequence, read alone and with others beside it, token by token. */
static void check_company(lk_precision precision) {
  enum { MOST = 9, FIRST = 5 };
  lk_decoder *alone = decoder_of(1, precision), *beside = decoder_of(MOST, precision);
  lk_token text[BLOCK], next[MOST];
  int places[MOST];
  const size_t size = IDS * sizeof(float);
  for (int i = 0; i < MOST; i++) {
    prompt(text, i + 1, FIRST);
    lk_decoder_begin(beside, i, text, i % FIRST + 1);
    places[i] = (i + 3) % MOST;
  }
  prompt(text, 0, BLOCK);
  lk_decoder_begin(beside, places[4], text, FIRST);
  lk_decoder_begin(alone, 0, text, FIRST);
  for (int t = FIRST; t < BLOCK - FIRST; t++) {
    int first = t % 5, count = MOST - first; /* it is now here, now there among them */
    for (int i = 0; i < MOST; i++)
      next[i] = text[(t + i + BLOCK - 4) % BLOCK];
    const float *many = lk_decoder_append(beside, places + first, next + first, count);
    const float *one = lk_decoder_append(alone, (int[]){0}, text + t, 1);
    assert_int_equal(lk_decoder_length(alone, 0), t + 1);
    assert_memory_equal(many + (4 - first) * IDS, one, size);
  }
  lk_decoder_free(alone);
  lk_decoder_free(beside);
}

static void company_changes_no_bit(void **state) {
  (void)state;
  check_company(LK_FP32);
  check_company(LK_BF16);
}

/* Texts that begin in one pass, of several lengths and of one token, and then go on. */
static void beginning_together_changes_no_bit(void **state) {
  enum { MOST = 4, ROWS = 7 + 1 + 12 + 4 };
  static const int sizes[MOST] = {7, 1, 12, 4};
  const size_t size = IDS * sizeof(float);
  lk_decoder *alone = decoder_of(1, LK_FP32), *beside = decoder_of(MOST, LK_FP32);
  lk_token texts[MOST][BLOCK];
  lk_beginning beginnings[MOST];
  float begun[MOST * IDS];
  (void)state;
  assert_int_equal(lk_decoder_rows(beside), BLOCK);
  assert_int_equal(ROWS, BLOCK);
  for (int i = 0; i < MOST; i++) {
    prompt(texts[i], i, sizes[i]);
    beginnings[i] = (lk_beginning){(i + 2) % MOST, texts[i], sizes[i]};
  }
  memcpy(begun, lk_decoder_begin_all(beside, beginnings, MOST), MOST * size);
  for (int i = 0; i < MOST; i++) {
    assert_memory_equal(begun + i * IDS, lk_decoder_begin(alone, 0, texts[i], sizes[i]),
                        size);
    const float *next = lk_decoder_append(alone, (int[]){0}, texts[i], 1);
    const float *same = lk_decoder_append(beside, &beginnings[i].sequence, texts[i], 1);
    assert_memory_equal(same, next, size);
  }
  lk_decoder_free(alone);
  lk_decoder_free(beside);
}

/* The model's own last half, then token by token, as lk_continue says. */
static void a_text_goes_on_beyond_the_block(void **state) {
  enum { LONG = 3 * BLOCK };
  (void)state;
  lk_token text[LONG], expected[LONG];
  lk_model *model = NULL;
  lk_pack *pack = NULL;
  double loss = 0;
  assert_int_equal(lk_model_create(&model, table, 1, LK_KEEP_NOTHING, 0, LK_FP32), LK_OK);
  assert_int_equal(lk_pack_create(&pack, 1, BLOCK), LK_OK);
  prompt(text, 3, 2 * BLOCK);
  memcpy(expected, text, sizeof text);
  for (int length = 2 * BLOCK, from = BLOCK; length < LONG; length++) {
    if (length - from > BLOCK) from = length - BLOCK / 2;
    expected[length] =
        next_by_recomputation(model, pack, expected + from, length - from, &loss);
  }
  lk_decoder *decoder = decoder_of(1, LK_FP32);
  lk_sampler *sampler;
  assert_int_equal(lk_sampler_create(&sampler, &lk_greedy, IDS), LK_OK);
  lk_continuation one = {.tokens = text, .length = 2 * BLOCK, .capacity = LONG};
  const lk_continuing how = {.end = -1, .most = LONG};
  assert_int_equal(lk_continue(decoder, sampler, &one, 1, &how), LK_OK);
  assert_int_equal(one.length, LONG);
  assert_memory_equal(text, expected, sizeof text);
  assert_true(fabs(one.log_probability + loss) <= 2e-4 * (1 + loss));
  lk_sampler_free(sampler);
  lk_decoder_free(decoder);
  lk_pack_free(pack);
  lk_model_free(model);
}

/* Nearly the same as without. */
static void operands_may_be_rounded(void **state) {
  (void)state;
  lk_token text[BLOCK];
  float exact[IDS];
  prompt(text, 2, BLOCK);
  lk_decoder *full = decoder_of(1, LK_FP32), *half = decoder_of(1, LK_BF16);
  memcpy(exact, lk_decoder_begin(full, 0, text, BLOCK), sizeof exact);
  const float *rounded = lk_decoder_begin(half, 0, text, BLOCK);
  double largest = 0, error = 0;
  for (int i = 0; i < IDS; i++) {
    largest = fmax(largest, fabs((double)exact[i]));
    error = fmax(error, fabs((double)exact[i] - (double)rounded[i]));
  }
  assert_true(error > 0 && error < 0.1 * largest);
  lk_decoder_free(full);
  lk_decoder_free(half);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_cache_changes_nothing),
                                     cmocka_unit_test(company_changes_no_bit),
                                     cmocka_unit_test(beginning_together_changes_no_bit),
                                     cmocka_unit_test(a_text_goes_on_beyond_the_block),
                                     cmocka_unit_test(operands_may_be_rounded)};
  int failed =
      cmocka_run_group_tests_name("learned positions", tests, set_up_learned, tear_down);
  failed +=
      cmocka_run_group_tests_name("rotary positions", tests, set_up_rotary, tear_down);
  failed += cmocka_run_group_tests_name("as Pythia", tests, set_up_pythia, tear_down);
  return failed + cmocka_run_group_tests_name("as Llama", tests, set_up_llama, tear_down);
}

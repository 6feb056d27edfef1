/* Training examples: their form, that nothing of a document is lost or invented, and the
 * distributions of the truncation and of the span. */
#include "data/example.h"
#include "data_files.h"
#include "lockstep/characters.h"
#include "lockstep/memory.h"
#include "text/tokenizer.h"
#include <math.h>

enum { BLOCK = 128, LONGEST = 7 * BLOCK / 8, DRAWS = 200000 };

static lk_stream stream_of(uint64_t step) {
  return (lk_stream){.seed = 3, .purpose = LK_RANDOM_OBJECTIVE, .step = step, .site = 5};
}

/* Document of different tokens, so that any piece of it tells its place. */
static void fill(lk_token *document, size_t length) {
  for (size_t i = 0; i < length; i++)
    document[i] = (lk_token)(100 + i);
}

/* What an example tells about the draws. */
typedef struct {
  size_t truncated, start, span;
} cut;

/* Takes `prefix ⁇ suffix ⁇ span` apart and checks that it is the document's beginning. */
static cut take_apart(const lk_example *example) {
  size_t masks[2], found = 0;
  for (size_t i = 0; i < example->length; i++)
    if (example->tokens[i] == LK_MASK) {
      assert_in_range(found, 0, 1);
      masks[found++] = i;
    }
  assert_int_equal(found, 2);
  cut result = {example->length - 2, masks[0], example->length - 1 - masks[1]};
  size_t suffix = masks[1] - masks[0] - 1;
  assert_int_equal(example->first_target, 0);
  for (size_t i = 0; i < result.start; i++)
    assert_int_equal(example->tokens[i], 100 + i);
  for (size_t i = 0; i < result.span; i++)
    assert_int_equal(example->tokens[masks[1] + 1 + i], 100 + result.start + i);
  for (size_t i = 0; i < suffix; i++)
    assert_int_equal(example->tokens[masks[0] + 1 + i],
                     100 + result.start + result.span + i);
  return result;
}

static cut corrupt(size_t length, size_t block, uint64_t step) {
  static lk_token document[500], tokens[502];
  lk_example example = {.tokens = tokens, .mask = LK_MASK};
  lk_stream stream = stream_of(step);
  fill(document, length);
  tokens[block + 1] = 77; /* behind the room */
  lk_example_corrupt(&example, document, length, block, 1, &stream);
  assert_in_range(example.length, 3, block + 1);
  assert_int_equal(tokens[block + 1], 77);
  return take_apart(&example);
}

static void documents_of_all_lengths_can_be_put_together_again(void **state) {
  (void)state;
  const size_t blocks[] = {8, 9, 10, 16, 128, 500};
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
    for (size_t length = 1; length <= 200; length++)
      for (uint64_t step = 0; step < 40; step++) {
        cut found = corrupt(length, blocks[b], step);
        assert_in_range(found.truncated, length < 4 ? length : 4, length);
        assert_in_range(found.truncated, 1, 7 * blocks[b] / 8);
        assert_in_range(found.span, 1, (found.truncated + 1) / 2);
      }
}

static void assert_near(double found, double expected, double tolerance) {
  if (!(fabs(found - expected) <= tolerance))
    fail_msg("%g is not within %g of %g", found, tolerance, expected);
}

/* Tolerances are 6 standard errors of the mean of that many independent draws; the draws
 * are the same in every run, so a pass stays a pass. */
static void truncation_is_uniform(void **state) {
  (void)state;
  static unsigned counts[LONGEST + 1];
  double sum = 0, values = LONGEST - 4 + 1;
  for (uint64_t step = 0; step < DRAWS; step++) {
    size_t truncated = corrupt(500, BLOCK, step).truncated;
    counts[truncated]++;
    sum += (double)truncated;
  }
  double deviation = sqrt((values * values - 1) / 12 / DRAWS);
  assert_near(sum / DRAWS, (4 + LONGEST) / 2.0, 6 * deviation);
  for (size_t length = 0; length < 4; length++)
    assert_int_equal(counts[length], 0);
  for (size_t length = 4; length <= LONGEST; length++)
    assert_near(counts[length], DRAWS / values, 6 * sqrt(DRAWS / values));
}

static void span_is_a_quarter_on_average(void **state) {
  (void)state;
  double share = 0, square = 0;
  for (uint64_t step = 0; step < DRAWS; step++) {
    cut found = corrupt(500, BLOCK, step);
    double ratio = (double)found.span / (double)found.truncated;
    share += ratio / DRAWS;
    square += ratio * ratio / DRAWS;
  }
  assert_near(share, 0.25, 6 * sqrt((square - share * share) / DRAWS));
}

/* The variance of a uniform length of mean n/4 is about n²/48. */
static void every_length_has_spans_of_its_own_mean(void **state) {
  (void)state;
  static double sum[LONGEST + 1], square[LONGEST + 1], count[LONGEST + 1];
  for (uint64_t step = 0; step < DRAWS; step++) {
    cut found = corrupt(500, BLOCK, step);
    sum[found.truncated] += (double)found.span;
    square[found.truncated] += (double)(found.span * found.span);
    count[found.truncated]++;
  }
  for (size_t n = 4; n <= LONGEST; n++) {
    double mean = sum[n] / count[n], variance = square[n] / count[n] - mean * mean;
    assert_near(mean, (double)n / 4, 6 * sqrt(variance / count[n]));
    if (n >= 32) assert_in_range((size_t)variance, n * n / 64, n * n / 32);
  }
}

/* Each of the two ends comes up as often as the middle. */
static void start_is_uniform_over_what_fits(void **state) {
  (void)state;
  double sum = 0, used = 0, first = 0, last = 0, expected = 0;
  for (uint64_t step = 0; step < DRAWS; step++) {
    cut found = corrupt(500, BLOCK, step);
    double room = (double)(found.truncated - found.span);
    if (room < 1) continue;
    sum += (double)found.start / room;
    first += found.start == 0;
    last += (double)found.start == room;
    expected += 1 / (room + 1);
    used++;
  }
  assert_near(sum / used, 0.5, 6 * 0.5 / sqrt(used));
  assert_near(first, expected, 6 * sqrt(expected));
  assert_near(last, expected, 6 * sqrt(expected));
}

static void short_documents_stay_whole(void **state) {
  (void)state;
  for (size_t length = 1; length <= 4; length++)
    for (uint64_t step = 0; step < 100; step++) {
      cut found = corrupt(length, BLOCK, step);
      assert_int_equal(found.truncated, length);
      assert_int_equal(found.span, 1);
    }
}

static void lengths_are_spread_over_a_micro_batch(void **state) {
  (void)state;
  enum { COUNT = 16, VALUES = 7 * BLOCK / 8 - 4 + 1 };
  static lk_token document[200], tokens[BLOCK + 1];
  lk_example example = {.tokens = tokens, .mask = LK_MASK};
  fill(document, 200);
  for (uint64_t step = 0; step < 40; step++) {
    size_t first = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
      lk_stream stream = stream_of(step);
      stream.site = i;
      lk_example_corrupt(&example, document, 200, BLOCK, COUNT, &stream);
      size_t length = take_apart(&example).truncated;
      if (i == 0) first = length;
      assert_int_equal((length + VALUES - first) % VALUES, i * VALUES / COUNT);
    }
  }
}

static void examples_depend_on_the_stream_alone(void **state) {
  (void)state;
  lk_token document[200], a[BLOCK + 1], b[BLOCK + 1];
  lk_example first = {.tokens = a, .mask = LK_MASK},
             second = {.tokens = b, .mask = LK_MASK};
  int different = 0;
  fill(document, 200);
  for (uint64_t step = 0; step < 50; step++) {
    lk_stream stream = stream_of(step), other = stream;
    lk_example_corrupt(&first, document, 200, BLOCK, 1, &stream);
    lk_example_corrupt(&second, document, 200, BLOCK, 1, &stream);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(a, b, first.length * sizeof *a);
    other.site++;
    lk_example_corrupt(&second, document, 200, BLOCK, 1, &other);
    different += first.length != second.length || memcmp(a, b, first.length * sizeof *a);
  }
  assert_in_range(different, 45, 50);
}

static void answers_stand_between_masks(void **state) {
  (void)state;
  const lk_token question[] = {10, 11, 12}, answer[] = {20, 21};
  const lk_token expected[] = {10, 11, 12, LK_MASK, 20, 21, LK_MASK};
  lk_token tokens[7];
  lk_example example = {.tokens = tokens, .mask = LK_MASK};
  lk_example_answer(&example, question, 3, answer, 2);
  assert_int_equal(example.length, 7);
  assert_memory_equal(tokens, expected, sizeof expected);
  assert_int_equal(example.first_target, 2); /* the row of 12 predicts the first mask */
}

/* A config of key=value arguments, NULL behind the last. The caller frees it. */
static lk_config *config_of(const char *const *arguments) {
  char *copies[8] = {NULL};
  int count = 0;
  lk_config *config = NULL;
  for (; arguments[count]; count++)
    assert_int_equal(lk_copy_text(&copies[count], arguments[count]), LK_OK);
  assert_int_equal(lk_config_read(&config, NULL, count, copies), LK_OK);
  for (int i = 0; i < count; i++)
    lk_free(copies[i]);
  return config;
}

static void the_config_chooses_the_objective(void **state) {
  (void)state;
  static const struct {
    const char *arguments[4];
    lk_task task, guess;
    lk_objective_kind expected;
  } cases[] = {
      {{NULL}, LK_PRETRAIN, LK_PRETRAIN, LK_OBJECTIVE_corruption},
      {{"questions=q", NULL}, LK_FINETUNE, LK_FINETUNE, LK_OBJECTIVE_questions},
      {{"questions=q", NULL}, LK_PRETRAIN, LK_FINETUNE, LK_OBJECTIVE_corruption},
      {{"objective.crop=0.5", NULL}, LK_PRETRAIN, LK_PRETRAIN, LK_OBJECTIVE_recall},
      {{"questions=q", "objective.answers=0.5", NULL},
       LK_PRETRAIN,
       LK_PRETRAIN,
       LK_OBJECTIVE_recall},
      {{"questions=q", "objective.answers=0.5", NULL},
       LK_FINETUNE,
       LK_PRETRAIN,
       LK_OBJECTIVE_questions},
      {{"objective.kind=recall", NULL}, LK_PRETRAIN, LK_PRETRAIN, LK_OBJECTIVE_recall},
      {{"objective.kind=corruption", "questions=q", NULL},
       LK_FINETUNE,
       LK_PRETRAIN,
       LK_OBJECTIVE_corruption},
      {{"objective.kind=questions", NULL},
       LK_PRETRAIN,
       LK_FINETUNE,
       LK_OBJECTIVE_questions}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lk_config *config = config_of(cases[i].arguments);
    assert_int_equal(lk_objective_choose(config, cases[i].task), cases[i].expected);
    assert_int_equal(lk_task_guess(config), cases[i].guess);
    lk_config_free(config);
  }
}

static void what_an_objective_lacks_is_named(void **state) {
  (void)state;
  static const struct {
    const char *arguments[4];
    lk_objective_kind kind;
    const char *expected; /* NULL: nothing lacks */
  } cases[] = {{{NULL}, LK_OBJECTIVE_corruption, "no corpus to train on"},
               {{"corpus=c", NULL}, LK_OBJECTIVE_corruption, NULL},
               {{"corpus=c", "objective.ask=0.5", NULL},
                LK_OBJECTIVE_corruption,
                "argument 2 (objective.ask=0.5): objective.ask is a setting of "
                "objective.kind=recall"},
               {{"corpus=c", "objective.answers=1", NULL},
                LK_OBJECTIVE_recall,
                "objective.answers needs questions"},
               {{"corpus=c", "objective.weigh=true", NULL},
                LK_OBJECTIVE_recall,
                "(objective.weigh=true): there is nothing to weigh"},
               {{"corpus=c", "objective.first_of=3", NULL},
                LK_OBJECTIVE_recall,
                "(objective.first_of=3): no words are drawn"},
               {{"corpus=c", "objective.first_of=3", "objective.spans=salient", NULL},
                LK_OBJECTIVE_recall,
                NULL},
               {{"corpus=c", NULL}, LK_OBJECTIVE_questions, "no questions to train on"},
               {{"questions=q", NULL}, LK_OBJECTIVE_questions, "and so no vocabulary"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lk_config *config = config_of(cases[i].arguments);
    lk_status status = lk_objective_check(config, cases[i].kind, 0);
    assert_int_equal(status, cases[i].expected ? LK_USAGE : LK_OK);
    if (cases[i].expected) assert_non_null(strstr(lk_message(), cases[i].expected));
    lk_config_free(config);
  }
}

/* An objective of three documents, each shard's all. */
typedef struct {
  lk_config *config;
  lk_corpus *corpus;
  lk_mixture *mixture;
  lk_objective *objective;
} opened;

static opened open_objective(const char *const *arguments, lk_objective_kind kind) {
  char text[] = "Ada was born in London.\nBo was born in Rome.\nCy came to Paris.\n";
  const lk_slice all = {1, 0, 1};
  opened o = {.config = config_of(arguments)};
  assert_int_equal(lk_corpus_parse_text(&o.corpus, text, strlen(text), "text", NULL, all),
                   LK_OK);
  assert_int_equal(
      lk_mixture_create(&o.mixture, &(lk_ingredient){"text", o.corpus, 1}, 1, all), LK_OK);
  assert_int_equal(
      lk_objective_open(&o.objective, o.config, kind, o.mixture, o.corpus->tokenizer),
      LK_OK);
  return o;
}

static void close_objective(opened *o) {
  lk_objective_close(o->objective);
  lk_mixture_free(o->mixture);
  lk_config_free(o->config);
}

/* What a document's example is by the objective, and by its formula. */
static void documents_are_drawn_as_by_the_formula(void **state) {
  (void)state;
  static const char *const arguments[] = {"corpus=c", "batch_size=8", "shards=1",
                                          "model.block=32", NULL};
  static lk_token a[33], b[33];
  lk_example drawn = {.tokens = a}, expected = {.tokens = b, .mask = LK_MASK};
  lk_stream stream = stream_of(7);
  opened o = open_objective(arguments, LK_OBJECTIVE_corruption);
  size_t length;
  assert_int_equal(lk_objective_items(o.objective)->count, 3);
  assert_true(lk_objective_coverage(o.objective).characters == 60);
  const lk_token *document = lk_corpus_document(o.corpus, 1, &length);
  lk_objective_draw(o.objective, &(lk_visit){0, 1, 0}, &stream, &drawn);
  lk_example_corrupt(&expected, document, length, 32, 8, &stream);
  assert_int_equal(drawn.length, expected.length);
  assert_memory_equal(a, b, drawn.length * sizeof *a);
  close_objective(&o);
}

/* Shards' examples of a step have the same lengths by deal=alike, and others otherwise; at
 * another step they are others. */
static void shards_of_a_step_are_alike(void **state) {
  (void)state;
  for (int alike = 0; alike < 2; alike++) {
    const char *const arguments[] = {"corpus=c",
                                     "batch_size=8",
                                     "shards=1",
                                     "model.block=24",
                                     alike ? "deal=alike" : "deal=even",
                                     NULL};
    static lk_token room[25];
    lk_example drawn = {.tokens = room};
    opened o = open_objective(arguments, LK_OBJECTIVE_corruption);
    int differ = 0, others = 0;
    for (uint32_t site = 0; site < 8; site++)
      for (uint32_t shard = 0; shard < 4; shard++) {
        size_t lengths[3];
        const lk_stream streams[3] = {{1, LK_RANDOM_OBJECTIVE, 5, 0, site},
                                      {1, LK_RANDOM_OBJECTIVE, 5, shard, site},
                                      {1, LK_RANDOM_OBJECTIVE, 6, shard, site}};
        for (int i = 0; i < 3; i++) {
          lk_objective_draw(o.objective, &(lk_visit){0, 0, 0}, &streams[i], &drawn);
          lengths[i] = drawn.length;
        }
        differ += lengths[0] != lengths[1];
        others += lengths[1] != lengths[2];
      }
    assert_true(alike ? differ == 0 : differ > 4);
    assert_true(others > 4);
    close_objective(&o);
  }
}

/* Mean inputs of a document's examples. */
static double mean_inputs(const lk_objective *objective, const lk_visit *visit) {
  enum { EXAMPLES = 4000 };
  static lk_token tokens[33];
  lk_example drawn = {.tokens = tokens};
  double sum = 0;
  for (uint64_t step = 0; step < EXAMPLES; step++) {
    lk_stream stream = stream_of(step);
    lk_objective_draw(objective, visit, &stream, &drawn);
    sum += (double)drawn.length - 1;
  }
  return sum / EXAMPLES;
}

/* Of 4 layers of 256 channels: 12·256 multiplications a channel and layer, and one for
 * each other input and for each id. */
static void an_example_is_known_by_what_it_will_cost(void **state) {
  (void)state;
  static const char *const arguments[] = {
      "corpus=c",       "batch_size=8",           "shards=1",
      "model.block=32", "objective.window=every", NULL};
  const lk_objective_kind kinds[] = {LK_OBJECTIVE_corruption, LK_OBJECTIVE_corruption,
                                     LK_OBJECTIVE_recall, LK_OBJECTIVE_language};
  for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
    const char *from_start[] = {"corpus=c", "batch_size=8", "shards=1", "model.block=32",
                                NULL};
    opened o = open_objective(kind == 0 ? from_start : arguments, kinds[kind]);
    double ids = lk_tokenizer_size(o.corpus->tokenizer);
    for (uint64_t place = 0; place < 3; place++) {
      const lk_visit visit = {0, place, 0};
      double inputs = mean_inputs(o.objective, &visit);
      double expected = inputs * (4 * (12 * 256 + inputs) + ids);
      assert_near((double)lk_objective_cost(o.objective, &visit) / expected, 1,
                  kind == 0 ? 0.05 : 1e-12);
    }
    close_objective(&o);
  }
}

/* A window of all three documents, to which each adds a sequence and pairs of its own. */
static void documents_that_are_apart_make_fewer_pairs(void **state) {
  (void)state;
  static const char *const arguments[] = {"corpus=c",
                                          "batch_size=8",
                                          "shards=1",
                                          "model.block=64",
                                          "objective.kind=language",
                                          "objective.window=every",
                                          "objective.full=true",
                                          NULL};
  static const size_t inputs[] = {24, 21, 18}; /* what they predict, with their ends */
  static lk_token tokens[65];
  lk_example drawn = {.tokens = tokens};
  opened o = open_objective(arguments, LK_OBJECTIVE_language);
  uint64_t all = lk_mixture_tokens(o.mixture, 0, 0), pairs = 0;
  assert_int_equal(lk_mixture_share(o.mixture, &all), LK_OK);
  assert_int_equal(lk_mixture_place(o.mixture, 0, NULL), LK_OK);
  const lk_visit visit = {0, 0, 0};
  lk_stream stream = stream_of(7);
  lk_objective_draw(o.objective, &visit, &stream, &drawn);
  assert_int_equal(drawn.length, 24 + 21 + 18 + 1);
  for (size_t at = 0, i = 0; at + 1 < drawn.length; at += inputs[i++]) {
    assert_int_equal(lk_objective_sequence(o.objective, &drawn, at), inputs[i]);
    assert_int_equal(tokens[at], lk_tokenizer_end(o.corpus->tokenizer));
    pairs += inputs[i] * inputs[i];
  }
  uint64_t ids = (uint64_t)lk_tokenizer_size(o.corpus->tokenizer);
  assert_int_equal(lk_objective_cost(o.objective, &visit),
                   all * (4 * 12 * 256 + ids) + 4 * pairs);
  close_objective(&o);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documents_of_all_lengths_can_be_put_together_again),
      cmocka_unit_test(truncation_is_uniform),
      cmocka_unit_test(span_is_a_quarter_on_average),
      cmocka_unit_test(every_length_has_spans_of_its_own_mean),
      cmocka_unit_test(start_is_uniform_over_what_fits),
      cmocka_unit_test(short_documents_stay_whole),
      cmocka_unit_test(lengths_are_spread_over_a_micro_batch),
      cmocka_unit_test(examples_depend_on_the_stream_alone),
      cmocka_unit_test(answers_stand_between_masks),
      cmocka_unit_test(the_config_chooses_the_objective),
      cmocka_unit_test(what_an_objective_lacks_is_named),
      cmocka_unit_test(documents_are_drawn_as_by_the_formula),
      cmocka_unit_test(shards_of_a_step_are_alike),
      cmocka_unit_test(an_example_is_known_by_what_it_will_cost),
      cmocka_unit_test(documents_that_are_apart_make_fewer_pairs),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}

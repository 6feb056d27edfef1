/* Filters against another way of computing them, and draws against the distribution. */
#include "lockstep/memory.h"
#include "lockstep/random.h"
#include "lockstep/sample.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { IDS = 50 };
static float logits[IDS];
static const lk_token text[] = {3, 7, 3, 20};
enum { LENGTH = sizeof text / sizeof *text };

static void fill(uint32_t round) {
  lk_stream stream = {.seed = 5, .purpose = LK_RANDOM_LAB, .site = round};
  for (uint64_t i = 0; i < IDS; i++)
    logits[i] = (float)(rint(4 * lk_random_normal(&stream, i)) / 2); /* with equals */
}

static double score_of(const lk_sampling *how, int id) {
  double score = (double)logits[id];
  for (int i = 0; i < LENGTH; i++)
    if ((int)text[i] == id)
      return (score > 0 ? score / how->repetition_penalty
                        : score * how->repetition_penalty) /
             how->temperature;
  return score / how->temperature;
}

static int ids_above(const double *p, int id, int strictly) {
  int above = 0;
  for (int j = 0; j < IDS; j++)
    above += p[j] > p[id] || (!strictly && p[j] == p[id] && j < id);
  return above;
}

static void normalise(double p[IDS]) {
  double sum = 0;
  for (int i = 0; i < IDS; i++)
    sum += p[i];
  for (int i = 0; i < IDS; i++)
    p[i] /= sum;
}

/* Each filter by its definition, token by token: p (IDS) is what the next one may be. */
static void expect(const lk_sampling *how, double p[IDS]) {
  double before[IDS], largest = 0;
  for (int i = 0; i < IDS; i++)
    before[i] = exp(score_of(how, i));
  for (int i = 0; i < IDS; i++)
    p[i] = !how->top_k || ids_above(before, i, 1) < how->top_k ? before[i] : 0;
  normalise(p);
  memcpy(before, p, sizeof before);
  for (int i = 0; i < IDS; i++) {
    double sum = 0; /* of those in front of it */
    for (int j = 0; j < IDS; j++)
      if (before[j] > before[i] || (before[j] == before[i] && j < i)) sum += before[j];
    if (sum >= how->top_p - 1e-12) p[i] = 0;
    largest = fmax(largest, p[i]);
  }
  for (int i = 0; i < IDS; i++)
    if (p[i] < how->min_p * largest * (1 - 1e-12)) p[i] = 0;
  normalise(p);
}

static void check(const lk_sampling *how) {
  double expected[IDS], found[IDS] = {0};
  lk_sampler *sampler;
  const lk_choice *choices;
  assert_int_equal(lk_sampling_check(how), LK_OK);
  assert_int_equal(lk_sampler_create(&sampler, how, IDS), LK_OK);
  expect(how, expected);
  size_t count = lk_sampler_filter(sampler, logits, text, LENGTH, &choices);
  for (size_t i = 0; i < count; i++)
    found[choices[i].id] = choices[i].weight;
  normalise(found);
  for (int i = 0; i < IDS; i++)
    assert_true(fabs(found[i] - expected[i]) < 1e-9);
  lk_sampler_free(sampler);
}

static void filters_are_their_definitions(void **state) {
  const double share[] = {1, 0.9, 0.3, 1e-9}, least[] = {0, 0.05, 0.5, 1};
  const long most[] = {0, 1, 7, IDS, 2 * IDS};
  (void)state;
  for (uint32_t round = 0; round < 12; round++) {
    fill(round);
    for (int i = 0; i < 4; i++)
      for (int j = 0; j < 4; j++)
        for (int k = 0; k < 5; k++)
          check(&(lk_sampling){.temperature = 0.4 + 0.3 * round,
                               .top_k = most[k],
                               .top_p = share[i],
                               .min_p = least[j],
                               .repetition_penalty = 1 + (double)(round % 3)});
  }
}

/* 40,000 draws of 49 degrees of freedom: chi-square exceeds 102 once in 100,000 times. */
static void draws_follow_the_distribution(void **state) {
  enum { DRAWS = 40000 };
  const lk_sampling how = {.temperature = 1, .top_p = 1, .repetition_penalty = 1};
  double expected[IDS], counts[IDS] = {0}, chi = 0;
  lk_sampler *sampler;
  (void)state;
  fill(1);
  for (int i = 0; i < IDS; i++)
    logits[i] /= 2; /* so that none is rare */
  expect(&how, expected);
  assert_int_equal(lk_sampler_create(&sampler, &how, IDS), LK_OK);
  for (uint64_t i = 0; i < DRAWS; i++)
    counts[lk_sampler_draw(sampler, logits, text, LENGTH, i % 400, (uint32_t)(i / 400))]++;
  for (int i = 0; i < IDS; i++)
    chi += pow(counts[i] - DRAWS * expected[i], 2) / (DRAWS * expected[i]);
  assert_true(chi < 102 && chi > 17);
  lk_sampler_free(sampler);
}

static void no_temperature_takes_the_lowest_of_the_most_probable(void **state) {
  lk_sampler *sampler;
  lk_sampling how = lk_greedy;
  (void)state;
  memset(logits, 0, sizeof logits);
  logits[20] = logits[9] = logits[30] = 2;
  assert_int_equal(lk_sampler_create(&sampler, &how, IDS), LK_OK);
  assert_int_equal(lk_sampler_draw(sampler, logits, text, LENGTH, 1, 2), 9);
  logits[20] = 3;
  assert_int_equal(lk_sampler_draw(sampler, logits, text, LENGTH, 1, 2), 20);
  lk_sampler_free(sampler);
  how.repetition_penalty = 2; /* the text has 20 */
  assert_int_equal(lk_sampler_create(&sampler, &how, IDS), LK_OK);
  assert_int_equal(lk_sampler_draw(sampler, logits, text, LENGTH, 1, 2), 9);
  lk_sampler_free(sampler);
}

static void numbers_beyond_their_limits_are_refused(void **state) {
  const lk_sampling bad[] = {{.temperature = -1, .top_p = 1, .repetition_penalty = 1},
                             {.top_p = 0, .repetition_penalty = 1},
                             {.top_p = 1.5, .repetition_penalty = 1},
                             {.top_p = 1, .min_p = 2, .repetition_penalty = 1},
                             {.top_p = 1}};
  const char *const names[] = {"--temperature", "--top-p", "--top-p", "--min-p",
                               "--repetition-penalty"};
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_int_equal(lk_sampling_check(&bad[i]), LK_USAGE);
    assert_non_null(strstr(lk_message(), names[i]));
  }
}

static void logits_that_are_no_numbers_still_give_a_token(void **state) {
  const lk_sampling how = {
      .temperature = 1, .top_k = 5, .top_p = 0.5, .min_p = 0.1, .repetition_penalty = 1};
  lk_sampler *sampler;
  (void)state;
  for (int i = 0; i < IDS; i++)
    logits[i] = NAN;
  assert_int_equal(lk_sampler_create(&sampler, &how, IDS), LK_OK);
  assert_true(lk_sampler_draw(sampler, logits, text, LENGTH, 0, 0) < IDS);
  lk_sampler_free(sampler);
  assert_int_equal(lk_allocations_alive(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(filters_are_their_definitions),
      cmocka_unit_test(draws_follow_the_distribution),
      cmocka_unit_test(no_temperature_takes_the_lowest_of_the_most_probable),
      cmocka_unit_test(numbers_beyond_their_limits_are_refused),
      cmocka_unit_test(logits_that_are_no_numbers_still_give_a_token)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

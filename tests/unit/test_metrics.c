/* The columns in which a step's numbers are shown: names and digits as readers of
 * metrics.csv know them. */
#include "lockstep/metrics.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const lk_metrics example = {
    .step = 1234567,
    .epoch = 2.5,
    .loss = 0.1,
    .learning_rate = 6e-3,
    .gradient_norm = 12.5,
    .target_tokens = 4000,
    .seconds = 2,
    .parts =
        {[LK_PART_PRODUCTS] = 1.25, [LK_PART_COMMUNICATION] = 0.5, [LK_PART_DATA] = 0.25},
    .check_seconds = 0.125,
    .skipped = 3,
    .peak_memory = 1234567890,
    .validated = 1,
    .held_out = {0.69314718055994529, 1.53125},
};

/* What metrics.csv has held since there is one. */
static const struct {
  const char *name, *number;
} columns[] = {
    {"step", "1234567"},
    {"epoch", "2.500000"},
    {"loss", "0.10000000000000001"},
    {"learning_rate", "0.006"},
    {"gradient_norm", "12.5"},
    {"target_tokens", "4000"},
    {"tokens_per_second", "2000.0"},
    {"compute_seconds", "1.250000"},
    {"communication_seconds", "0.500000"},
    {"data_seconds", "0.250000"},
    {"replica_check_seconds", "0.125000"},
    {"skipped_updates", "3"},
    {"peak_memory_mb", "1234.6"},
    {"held_out_loss", "0.69314718055994529"},
    {"held_out_bits_per_byte", "1.53125"},
    {"held_out_perplexity", "2"},
};

static void columns_keep_their_names_and_digits(void **state) {
  (void)state;
  const int count = sizeof columns / sizeof *columns;
  char number[64];
  for (int i = 0; i < count; i++) {
    const lk_metric *metric = lk_metric_at(i);
    assert_string_equal(metric->name, columns[i].name);
    snprintf(number, sizeof number, metric->format, metric->value(&example));
    assert_string_equal(number, columns[i].number);
  }
  assert_null(lk_metric_at(count));
}

static void every_column_is_found_and_explained(void **state) {
  (void)state;
  const lk_metric *metric;
  char number[64];
  for (int i = 0; (metric = lk_metric_at(i)); i++) {
    assert_ptr_equal(lk_metric_find(metric->name), metric);
    assert_true(strlen(metric->help) > 0);
    snprintf(number, sizeof number, metric->brief, metric->value(&example));
    assert_true(strlen(number) <= strlen(columns[i].number));
  }
}

static void losses_that_were_not_measured_are_no_numbers(void **state) {
  (void)state;
  lk_metrics other = example;
  other.validated = 0;
  for (int i = 0; lk_metric_at(i); i++)
    assert_int_equal(isnan(lk_metric_at(i)->value(&other)), lk_metric_at(i)->of_held_out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_keep_their_names_and_digits),
      cmocka_unit_test(every_column_is_found_and_explained),
      cmocka_unit_test(losses_that_were_not_measured_are_no_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Experiment 4: a query between two keys gives the mean of their values. */
#include "lab/experiments.h"
#include "lab/forms.h"
#include "lab/space.h"
#include <math.h>

static const lk_column columns[] = {
    {"n", "%.0f"},          {"m", "%.5g"},     {"alpha_a", "%.9f"}, {"exact", "%.9f"},
    {"difference", "%.1e"}, {"error", "%.3e"}, {"bound", "%.3e"}};

static const double parts[] = {0.01, 0.0625, 0.125, 0.25, 0.375, 0.5, 0.75, 1}; /* of m */
enum { PARTS = sizeof parts / sizeof *parts };

static const char commands[] =
    "rest(m, n) = (n - 2) / (2 * exp(m) + n - 2)\n"
    "alpha(m, n) = 1 / (2 + (n - 2) * exp(-m))\n"
    "set multiplot layout 1,2\n"
    "set samples 300\n"
    "set xlabel 'm'\n"
    "set xrange [0:most]\n"
    "set logscale y\n"
    "set format y '10^{%T}'\n"
    "set yrange [1e-18:10]\n"
    "set key top right\n"
    "set title 'the output becomes the mean of both values'\n"
    "set ylabel '|c − ½(v_a + v_b)| / max_i |v_i − ½(v_a + v_b)|'\n"
    "plot for [i=1:words(sizes)] rest(x, word(sizes, i)) with lines linetype i "
    "linewidth 1 notitle, \\\n"
    "  for [i=1:words(sizes)] 'average.csv' using (column('n') == word(sizes, i) ? "
    "column('m') : NaN):'error' with points linetype i title 'n = '.word(sizes, i), \\\n"
    "  NaN with lines linetype 7 linewidth 1 title 'bound (n−2) / (2e^m + n−2)'\n"
    "unset logscale y\n"
    "set format y '%.1f'\n"
    "set yrange [0:0.6]\n"
    "set key bottom right\n"
    "set title 'because each takes half of the weight'\n"
    "set ylabel 'α_a'\n"
    "plot for [i=1:words(sizes)] alpha(x, word(sizes, i)) with lines linetype i "
    "linewidth 1 notitle, \\\n"
    "  for [i=1:words(sizes)] 'average.csv' using (column('n') == word(sizes, i) ? "
    "column('m') : NaN):'alpha_a' with points linetype i title 'n = '.word(sizes, i), \\\n"
    "  NaN with lines linetype 7 linewidth 1 title 'exact e^m / (2e^m + n−2)'\n"
    "unset multiplot";

/* Numbers of words: 4, 64, 1024 and so on, and n itself last. */
static int next_size(int size, int n) {
  return size < n && 16 * size > n ? n : 16 * size;
}

static int first_size(int n) {
  return n < 4 ? n : 4;
}

/* q = m(k_a + k_b), a and b being words 0 and 1. */
static lk_status measure_draw(lk_space *space, const lk_lab_settings *settings, int number,
                              double m[PARTS], double alpha[PARTS], double error[PARTS],
                              double *mean) {
  LK_TRY(lk_space_draw(space, settings, number));
  lk_combine(mean, 0.5, space->values, 0.5, space->values + space->D, space->D);
  for (int i = 0; i < PARTS; i++) {
    double exact = lk_form_average(m[i], space->n);
    lk_combine(space->q, m[i], space->keys, m[i], space->keys + space->D, space->D);
    lk_space_look(space);
    if (number == 0 || fabs(space->weights[0] - exact) > fabs(alpha[i] - exact))
      alpha[i] = space->weights[0];
    error[i] = fmax(error[i], lk_space_error(space, mean));
  }
  return LK_OK;
}

static lk_status measure(const lk_lab_settings *settings, int n, lk_table *table) {
  lk_space space;
  lk_status status;
  double m[PARTS], alpha[PARTS] = {0}, error[PARTS] = {0}, *mean = NULL;
  for (int i = 0; i < PARTS; i++)
    m[i] = settings->m * parts[i];
  LK_TRY(lk_space_create(&space, n, n));
  LK_TRY_OR(done, LK_NEW(mean, (size_t)n));
  for (int s = 0; s < settings->samples; s++)
    LK_TRY_OR(done, measure_draw(&space, settings, s, m, alpha, error, mean));
  for (int i = 0; i < PARTS; i++) {
    double exact = lk_form_average(m[i], n);
    LK_TRY_OR(done, LK_TABLE_ADD(table, n, m[i], alpha[i], exact, alpha[i] - exact,
                                 error[i], lk_form_rest(m[i], n)));
  }
done:
  lk_free(mean);
  lk_space_clear(&space);
  return status;
}

static void say(const lk_table *table, lk_report *report) {
  double difference = 0;
  int end = table->rows - 1;
  for (int row = 0; row < table->rows; row++)
    difference = fmax(difference, fabs(lk_table_at(table, row, "difference")));
  snprintf(report->sentence, sizeof report->sentence,
           "At m = %.4g and n = %.0f the output is the mean of both values within %.1e; "
           "every measured weight is e^m / (2e^m + n-2) within %.1e, the rounding of "
           "products of "
           "n terms; m has only to be well above ln n.",
           lk_table_at(table, end, "m"), lk_table_at(table, end, "n"),
           lk_table_at(table, end, "error"), difference);
}

static lk_status run(const lk_lab_settings *settings, lk_report *report) {
  lk_table *table;
  char variables[160];
  int at = snprintf(variables, sizeof variables, "most = %g; sizes = '", settings->m);
  LK_TRY(lk_report_add_table(report, &table, "average",
                             "Weight of word a, the draw farthest from the exact "
                             "expression, and error of the output",
                             columns, LK_COLUMNS(columns)));
  for (int n = first_size(settings->n); n <= settings->n; n = next_size(n, settings->n)) {
    LK_TRY(measure(settings, n, table));
    at += snprintf(variables + at, sizeof variables - (size_t)at, " %d", n);
  }
  snprintf(variables + at, sizeof variables - (size_t)at, "'");
  say(table, report);
  return lk_report_add_picture(report, "average", 960, 420, variables, commands);
}

const lk_experiment lk_lab_average = {
    "average",
    "A query between two keys averages their values",
    "q = m(k<sub>a</sub> + k<sub>b</sub>) &emsp; ⇒ &emsp; "
    "α<sub>a</sub> = α<sub>b</sub> = e<sup>m</sup> / (2e<sup>m</sup> + n − 2), &emsp; "
    "c ≈ ½(v<sub>a</sub> + v<sub>b</sub>)",
    {1024, 40, 4, 1},
    run};

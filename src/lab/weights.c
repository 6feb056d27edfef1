/* Experiment 1: the weights are a categorical distribution, at any scale. */
#include "lab/experiments.h"
#include "lab/space.h"
#include <float.h>
#include <math.h>

static const lk_column columns[] = {
    {"scale", "%.0e"},     {"draws", "%.0f"},           {"bad", "%.0f"},
    {"smallest", "%.3e"},  {"mean_largest", "%.4f"},    {"sum_error", "%.2e"},
    {"float_bad", "%.0f"}, {"float_sum_error", "%.2e"}, {"float_difference", "%.2e"}};

static const char commands[] =
    "set multiplot layout 1,2\n"
    "set logscale x\n"
    "set format x '10^{%T}'\n"
    "set xlabel 'scale of q and K'\n"
    "set logscale y\n"
    "set format y '10^{%T}'\n"
    "set yrange [1e-18:1e-5]\n"
    "shown(x) = x > 0 ? x : 1e-18\n"
    "set key center left reverse Left\n"
    "set title 'the weights sum to 1 at every scale'\n"
    "set ylabel 'largest |Σ α_i − 1|  (bottom: exactly 0)'\n"
    "plot 'weights.csv' using 'scale':(shown(column('float_sum_error'))) with linespoints "
    "linetype 2 "
    "title 'float, as in training', \\\n"
    "  2**-24 with lines linetype 2 dashtype 3 title 'unit roundoff of float', \\\n"
    "  '' using 'scale':(shown(column('sum_error'))) with linespoints linetype 1 title "
    "'double', \\\n"
    "  2**-53 with lines linetype 1 dashtype 3 title 'unit roundoff of double'\n"
    "unset logscale y\n"
    "set format y '%.1f'\n"
    "set yrange [0:1.05]\n"
    "set key center right noreverse Right\n"
    "set title 'and gather on one word as the products grow'\n"
    "set ylabel 'mean of the largest α_i'\n"
    "plot 'weights.csv' using 'scale':'mean_largest' with linespoints linetype 1 "
    "title 'measured', \\\n"
    "  1.0/n with lines linetype 7 dashtype 3 title '1/n: all words alike'\n"
    "unset multiplot";

/* What is gathered over the draws of one scale. */
typedef struct {
  double bad, smallest, largest, sum_error;
} tally;

/* Stores in *largest the largest weight; NaN compares as bad. */
static void count_weights(const lk_space *space, tally *to, double *largest) {
  double sum = 0;
  int bad = 0;
  *largest = 0;
  for (int i = 0; i < space->n; i++) {
    double weight = space->weights[i];
    bad |= !(weight >= 0 && weight <= 1);
    sum += weight;
    to->smallest = fmin(to->smallest, weight);
    *largest = fmax(*largest, weight);
  }
  to->bad += bad;
  to->largest += *largest;
  to->sum_error = fmax(to->sum_error, fabs(sum - 1));
}

/* Numbers that float holds exactly, so that both builds of the core get the same. */
static void draw(lk_space *space, const lk_lab_settings *settings, int number,
                 double scale) {
  lk_stream keys = lk_lab_stream(settings, number, 0),
            query = lk_lab_stream(settings, number, 2);
  for (int i = 0; i < space->n * space->D; i++)
    space->keys[i] = (float)(scale * lk_random_normal(&keys, (uint64_t)i));
  for (int d = 0; d < space->D; d++)
    space->q[d] = (float)(scale * lk_random_normal(&query, (uint64_t)d));
}

static lk_status measure(lk_space *space, const lk_lab_settings *settings, double scale,
                         double *exact, lk_table *table) {
  tally full = {0, 1, 0, 0}, rounded = {0, 1, 0, 0};
  double difference = 0, largest;
  for (int s = 0; s < settings->samples; s++) {
    draw(space, settings, s, scale);
    lk_space_look(space);
    count_weights(space, &full, &largest);
    for (int i = 0; i < space->n; i++)
      exact[i] = space->weights[i];
    lk_space_look_rounded(space);
    count_weights(space, &rounded, &largest);
    for (int i = 0; i < space->n; i++)
      difference = fmax(difference, fabs(space->weights[i] - exact[i]));
  }
  double draws = settings->samples;
  return LK_TABLE_ADD(table, scale, draws, full.bad, full.smallest, full.largest / draws,
                      full.sum_error, rounded.bad, rounded.sum_error, difference);
}

static void say(const lk_table *table, lk_report *report) {
  double draws = 0, bad = 0, error = 0, rounded = 0;
  for (int row = 0; row < table->rows; row++) {
    draws += lk_table_at(table, row, "draws");
    bad += lk_table_at(table, row, "bad") + lk_table_at(table, row, "float_bad");
    error = fmax(error, lk_table_at(table, row, "sum_error"));
    rounded = fmax(rounded, lk_table_at(table, row, "float_sum_error"));
  }
  snprintf(report->sentence, sizeof report->sentence,
           "In %.0f of %.0f draws, with products from 1e-6 to 1e8, a weight was negative, "
           "above 1 or not a number; the weights sum to 1 within %.1e in double (unit "
           "roundoff %.1e) and %.1e in the trainer's float (%.1e).",
           bad, draws, error, DBL_EPSILON / 2, rounded, (double)FLT_EPSILON / 2);
}

static lk_status run(const lk_lab_settings *settings, lk_report *report) {
  lk_space space;
  lk_table *table;
  double *exact = NULL;
  char variables[32];
  lk_status status;
  LK_TRY(lk_space_create(&space, settings->n, settings->n));
  LK_TRY_OR(done, LK_NEW(exact, (size_t)space.n));
  LK_TRY_OR(done, lk_report_add_table(
                      report, &table, "weights",
                      "Weights of random queries and keys, in double and in float; "
                      "float_difference is the largest between the two",
                      columns, LK_COLUMNS(columns)));
  for (int power = -3; power <= 4; power++)
    LK_TRY_OR(done, measure(&space, settings, pow(10, power), exact, table));
  say(table, report);
  snprintf(variables, sizeof variables, "n = %d", space.n);
  status = lk_report_add_picture(report, "weights", 960, 400, variables, commands);
done:
  lk_free(exact);
  lk_space_clear(&space);
  return status;
}

const lk_experiment lk_lab_weights = {
    "weights",
    "The weights are a categorical distribution",
    "α<sub>i</sub> = exp(q·k<sub>i</sub>) / Σ<sub>j</sub> exp(q·k<sub>j</sub>), &emsp; "
    "α<sub>i</sub> ≥ 0, &emsp; Σ<sub>i</sub> α<sub>i</sub> = 1, &emsp; "
    "q, k<sub>i</sub> ~ N(0, scale²·I)",
    {16, 0, 2000, 1},
    run};

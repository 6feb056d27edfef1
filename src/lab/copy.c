/* Experiment 2: a query whose product with one key is far above the others copies its
 * value. */
#include "lab/experiments.h"
#include "lab/space.h"
#include <math.h>

enum { GAPS = 17 };

static const lk_column columns[] = {{"gap", "%.5g"},          {"bound", "%.3e"},
                                    {"others", "%.3e"},       {"others_exact", "%.3e"},
                                    {"others_ratio", "%.4f"}, {"error", "%.3e"},
                                    {"ratio", "%.4f"},        {"error_random", "%.3e"},
                                    {"ratio_random", "%.4f"}, {"error_float", "%.3e"}};

static const char commands[] =
    "set multiplot layout 1,2\n"
    "set xlabel 'gap: q·k_j above the other products'\n"
    "set logscale y\n"
    "set format y '10^{%T}'\n"
    "set yrange [1e-18:30]\n"
    "set key bottom left\n"
    "set title 'the output becomes the value v_j'\n"
    "set ylabel '|c − v_j| / max_i |v_i − v_j|'\n"
    "plot 'copy.csv' using 'gap':'bound' with lines linetype 7 dashtype 3 "
    "title 'bound (n−1) e^{−gap}', \\\n"
    "  '' using 'gap':'error_float' with linespoints linetype 2 "
    "title 'float, as in training', \\\n"
    "  '' using 'gap':'error' with linespoints linetype 1 title 'others all alike', \\\n"
    "  '' using 'gap':'error_random' with linespoints linetype 3 "
    "title 'others at random below'\n"
    "unset logscale y\n"
    "set format y '%.1f'\n"
    "set yrange [0:1.8]\n"
    "set ytics 0.5\n"
    "set key top right\n"
    "clear(bound) = bound > 1e-13 ? column('gap') : NaN\n"
    "set title 'and keeps below the bound until rounding'\n"
    "set ylabel 'measured / bound'\n"
    "plot 1 with lines linetype 7 dashtype 3 title 'bound', \\\n"
    "  'copy.csv' using (clear(column('bound'))):'others_ratio' with linespoints linetype "
    "5 "
    "title 'weights: 1 − α_j', \\\n"
    "  '' using (clear(column('bound'))):'ratio' "
    "with linespoints linetype 1 title 'others all alike', \\\n"
    "  '' using (clear(column('bound'))):'ratio_random' "
    "with linespoints linetype 3 title 'others at random below'\n"
    "unset multiplot";

/* q with products `gap` for word 0, 0 for word 1, and `below` or less for the rest. */
static void aim(lk_space *space, double gap, const lk_stream *below) {
  int D = space->D;
  for (int d = 0; d < D; d++)
    space->q[d] = gap * space->keys[d];
  for (int i = 2; i < space->n && below; i++) {
    double product = -fabs(5 * lk_random_normal(below, (uint64_t)i));
    lk_combine(space->q, 1, space->q, product, space->keys + (size_t)i * (size_t)D, D);
  }
}

static double sum_of_others(const lk_space *space) {
  double sum = 0;
  for (int i = 1; i < space->n; i++)
    sum += space->weights[i];
  return sum;
}

typedef struct {
  double others, error, error_random, error_float;
} largest;

static lk_status measure_draw(lk_space *space, const lk_lab_settings *settings, int number,
                              double gap, largest *to) {
  lk_stream below = lk_lab_stream(settings, number, 2);
  LK_TRY(lk_space_draw(space, settings, number));
  aim(space, gap, &below);
  lk_space_look(space);
  to->error_random = fmax(to->error_random, lk_space_error(space, space->values));
  aim(space, gap, NULL);
  lk_space_look(space);
  to->others = fmax(to->others, sum_of_others(space));
  to->error = fmax(to->error, lk_space_error(space, space->values));
  lk_space_look_rounded(space);
  to->error_float = fmax(to->error_float, lk_space_error(space, space->values));
  return LK_OK;
}

static lk_status measure(lk_space *space, const lk_lab_settings *settings, double gap,
                         lk_table *table) {
  largest most = {0};
  double rest = space->n - 1, bound = rest * exp(-gap);
  for (int s = 0; s < settings->samples; s++)
    LK_TRY(measure_draw(space, settings, s, gap, &most));
  return LK_TABLE_ADD(table, gap, bound, most.others, bound / (1 + bound),
                      most.others / bound, most.error, most.error / bound,
                      most.error_random, most.error_random / bound, most.error_float);
}

/* Below this bound the ratio is that of rounding. */
static const double clear_of_rounding = 1e-13;

/* The largest number of a column, where rounding is no part of it. */
static double largest_clear(const lk_table *table, const char *column) {
  double largest_ratio = 0;
  for (int row = 0; row < table->rows; row++)
    if (lk_table_at(table, row, "bound") > clear_of_rounding)
      largest_ratio = fmax(largest_ratio, lk_table_at(table, row, column));
  return largest_ratio;
}

static void say(const lk_table *table, lk_report *report) {
  int end = table->rows - 1;
  snprintf(
      report->sentence, sizeof report->sentence,
      "The output becomes v_j as fast as predicted: the others' weight reaches %.4f of "
      "the bound (n-1)·exp(-gap) and the output's error %.4f, as far as the bound is "
      "above %.0e; at a gap of %.3g the output is v_j within %.0e in double and %.0e "
      "in the trainer's float.",
      largest_clear(table, "others_ratio"), largest_clear(table, "ratio"),
      clear_of_rounding, lk_table_at(table, end, "gap"), lk_table_at(table, end, "error"),
      lk_table_at(table, end, "error_float"));
}

static lk_status run(const lk_lab_settings *settings, lk_report *report) {
  lk_space space;
  lk_table *table;
  lk_status status;
  LK_TRY(lk_space_create(&space, settings->n, settings->n));
  LK_TRY_OR(done, lk_report_add_table(
                      report, &table, "copy",
                      "Weight of the other words and error of the output, the largest over "
                      "the draws; ratio is error over bound",
                      columns, LK_COLUMNS(columns)));
  for (int i = 0; i < GAPS; i++)
    LK_TRY_OR(done, measure(&space, settings, settings->m * i / (GAPS - 1), table));
  say(table, report);
  status = lk_report_add_picture(report, "copy", 960, 400, "", commands);
done:
  lk_space_clear(&space);
  return status;
}

const lk_experiment lk_lab_copy = {
    "copy",
    "A large product copies one value",
    "q·k<sub>j</sub> ≥ q·k<sub>i</sub> + gap for all i ≠ j &emsp; ⇒ &emsp; "
    "1 − α<sub>j</sub> ≤ (n−1)·e<sup>−gap</sup>, &emsp; "
    "|c − v<sub>j</sub>| ≤ (n−1)·e<sup>−gap</sup> · max<sub>i</sub> "
    "|v<sub>i</sub> − v<sub>j</sub>|",
    {16, 40, 50, 1},
    run};

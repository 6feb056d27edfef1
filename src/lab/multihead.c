/* Experiment 6: two heads, each looking at one of the words, average where one head
 * flips. */
#include "lab/experiments.h"
#include "lab/forms.h"
#include "lab/sampled.h"
#include "lab/statistics.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BINS = 25 };

static const lk_column columns[] = {{"m", "%.5g"},           {"one_a", "%.4f"},
                                    {"one_sd", "%.4f"},      {"two_a", "%.4f"},
                                    {"two_a_exact", "%.4f"}, {"two_b", "%.4f"},
                                    {"two_sd", "%.4f"},      {"spread_one", "%.4f"},
                                    {"spread_two", "%.4f"},  {"spread_right", "%.4f"},
                                    {"fail", "%.4f"},        {"fail_exact", "%.4f"},
                                    {"fail_weight", "%.4f"}};
static const lk_column histogram_columns[] = {
    {"weight", "%.3f"}, {"one", "%.6g"}, {"two", "%.6g"}};

static const char commands[] =
    "set multiplot layout 1,2\n"
    "set style fill transparent solid 0.55 noborder\n"
    "set boxwidth 0.016\n"
    "set xlabel 'weight of v_a in c'\n"
    "set ylabel 'share of the samples'\n"
    "set xrange [0:1]\n"
    "set yrange [0:1]\n"
    "set key top right\n"
    "set title sprintf('the same samples at m = %g', most)\n"
    "set label 'e ≤ 0: head 1 fails' at 0.06,0.12\n"
    "plot 'multihead-histogram.csv' using (column('weight') - 0.008):'one' "
    "with boxes linetype 2 title 'one head: fragile', \\\n"
    "  '' using (column('weight') + 0.008):'two' with boxes linetype 1 "
    "title 'two heads'\n"
    "unset label\n"
    "set xlabel 'm'\n"
    "set ylabel 'distance of c from ½(v_a + v_b), over ½|v_a − v_b|'\n"
    "set xrange [most / 120.0:most * 1.2]\n"
    "set logscale x\n"
    "set yrange [0:1.5]\n"
    "set key top right\n"
    "set title 'spread (root mean square)'\n"
    "plot 'multihead.csv' using 'm':'spread_one' with linespoints linetype 2 "
    "title 'one head', \\\n"
    "  '' using 'm':'spread_two' with linespoints linetype 1 title 'two heads', \\\n"
    "  '' using 'm':'spread_right' with linespoints linetype 3 "
    "title 'two heads, samples with e > 0'\n"
    "unset multiplot";

/* All samples at one m. */
typedef struct {
  int count;
  double *memory;            /* owns the arrays, (count) each */
  double *one, *two, *two_b; /* weight of v_a in c: one head, two heads; of v_b: two */
  double *one_off, *two_off; /* squared distance of c from ½(v_a + v_b) over ½|v_a - v_b| */
  double *first;             /* weight that head 1 gives to word a */
  double *e;
  double *middle, *c; /* (D) ½(v_a + v_b), ½(c_1 + c_2) */
} samples;

static lk_status samples_create(samples *s, const lk_lab_settings *settings) {
  size_t count = (size_t)settings->samples, D = (size_t)settings->n;
  double **arrays[] = {&s->one,     &s->two,   &s->two_b, &s->one_off,
                       &s->two_off, &s->first, &s->e};
  size_t number = sizeof arrays / sizeof *arrays;
  s->count = settings->samples;
  LK_TRY(LK_NEW(s->memory, number * count + 2 * D));
  for (size_t i = 0; i < number; i++)
    *arrays[i] = s->memory + i * count;
  s->middle = s->memory + number * count;
  s->c = s->middle + D;
  return LK_OK;
}

/* The squared distance of c from the mean of v_a and v_b, over half of theirs. */
static double off(const lk_space *space, const double *c, const double *middle) {
  double distance =
      lk_distance(c, middle, space->D) / lk_distance(space->values, middle, space->D);
  return distance * distance;
}

static void take_sample(samples *s, lk_sampled *sampled, double m, int i) {
  lk_space *space = &sampled->space;
  s->e[i] = lk_sampled_length(sampled);
  lk_sampled_look(sampled, m, m);
  s->one[i] = space->weights[0];
  s->one_off[i] = off(space, space->out, s->middle);
  lk_sampled_look(sampled, m, 0);
  s->first[i] = space->weights[0];
  s->two[i] = space->weights[0] / 2;
  s->two_b[i] = space->weights[1] / 2;
  memcpy(s->c, space->out, (size_t)space->D * sizeof *s->c);
  lk_sampled_look(sampled, 0, m);
  s->two[i] += space->weights[0] / 2;
  s->two_b[i] += space->weights[1] / 2;
  lk_combine(s->c, 0.5, s->c, 0.5, space->out, space->D);
  s->two_off[i] = off(space, s->c, s->middle);
}

/* Over the samples in which e > 0, or over the others. */
typedef struct {
  int count;
  double off, largest_first;
} part;

static part part_of(const samples *s, int right) {
  part p = {0, 0, 0};
  for (int i = 0; i < s->count; i++) {
    if ((s->e[i] > 0) != right) continue;
    p.count++;
    p.off += s->two_off[i];
    p.largest_first = fmax(p.largest_first, s->first[i]);
  }
  return p;
}

/* Head 2 sees k_a at a product of 0, up to the vanishing noise. */
static double exact_weight(double m, int n) {
  return 0.5 * lk_form_one_mean(m, n) + 0.5 / (exp(m) + n - 1);
}

static lk_status add_row(const samples *s, double m, int n, lk_table *table) {
  part right = part_of(s, 1), wrong = part_of(s, 0);
  return LK_TABLE_ADD(
      table, m, lk_mean(s->one, s->count), lk_deviation(s->one, s->count),
      lk_mean(s->two, s->count), exact_weight(m, n), lk_mean(s->two_b, s->count),
      lk_deviation(s->two, s->count), sqrt(lk_mean(s->one_off, s->count)),
      sqrt(lk_mean(s->two_off, s->count)), sqrt(right.off / right.count),
      (double)wrong.count / s->count, lk_form_below(0), wrong.largest_first);
}

static lk_status measure(samples *s, lk_sampled *sampled, const lk_lab_settings *settings,
                         double m, lk_table *table) {
  for (int i = 0; i < s->count; i++) {
    lk_sampled_draw(sampled, settings, i);
    lk_sampled_keys(sampled, LK_VANISHING, 1);
    take_sample(s, sampled, m, i);
  }
  return add_row(s, m, settings->n, table);
}

/* Of the samples at the largest m. */
static lk_status add_histogram(const samples *s, lk_report *report) {
  lk_table *table;
  LK_TRY(lk_report_add_table(report, &table, "multihead-histogram", "Data of the picture",
                             histogram_columns, LK_COLUMNS(histogram_columns)));
  table->shown = 0;
  for (int bin = 0; bin < BINS; bin++) {
    double low = (double)bin / BINS, high = (bin + 1.0) / BINS;
    int last = bin == BINS - 1;
    LK_TRY(LK_TABLE_ADD(table, (low + high) / 2,
                        lk_share_between(s->one, s->count, low, high, last),
                        lk_share_between(s->two, s->count, low, high, last)));
  }
  return LK_OK;
}

static void say(const lk_table *table, lk_report *report) {
  int end = table->rows - 1;
  snprintf(
      report->sentence, sizeof report->sentence,
      "At m = %.4g two heads stay within %.2f of ½(v_a + v_b), in units of ½|v_a - v_b| "
      "and "
      "root mean square, where one head is %.2f away; the mean weights are %.3f of v_a "
      "(exact %.3f) and %.3f of v_b. What is missing at v_a are the %.2f %% of the samples "
      "(exact %.2f %%) with e ≤ 0, in which head 1 looks elsewhere; without them the "
      "spread is %.2f.",
      lk_table_at(table, end, "m"), lk_table_at(table, end, "spread_two"),
      lk_table_at(table, end, "spread_one"), lk_table_at(table, end, "two_a"),
      lk_table_at(table, end, "two_a_exact"), lk_table_at(table, end, "two_b"),
      100 * lk_table_at(table, end, "fail"), 100 * lk_table_at(table, end, "fail_exact"),
      lk_table_at(table, end, "spread_right"));
}

static lk_status fill_report(samples *s, lk_sampled *sampled,
                             const lk_lab_settings *settings, lk_report *report) {
  lk_table *table;
  char variables[48];
  const lk_space *space = &sampled->space;
  lk_combine(s->middle, 0.5, space->values, 0.5, space->values + space->D, space->D);
  LK_TRY(lk_report_add_table(
      report, &table, "multihead",
      "One head and two on the same samples: mean weight of v_a (one_a, two_a) and v_b, "
      "standard deviations, spread about ½(v_a + v_b) (spread_right: where e > 0), share "
      "of "
      "e ≤ 0 (fail) and the largest weight that head 1 then gives to a",
      columns, LK_COLUMNS(columns)));
  for (int i = 0; i < LK_MULTIPLIERS; i++)
    LK_TRY(measure(s, sampled, settings, settings->m * lk_multiplier_parts[i], table));
  say(table, report);
  LK_TRY(add_histogram(s, report));
  snprintf(variables, sizeof variables, "most = %g", settings->m);
  return lk_report_add_picture(report, "multihead", 960, 420, variables, commands);
}

static lk_status run(const lk_lab_settings *settings, lk_report *report) {
  samples s;
  lk_sampled sampled;
  LK_TRY(samples_create(&s, settings));
  lk_status status = lk_sampled_create(&sampled, settings);
  if (status == LK_OK) {
    status = fill_report(&s, &sampled, settings, report);
    lk_sampled_clear(&sampled);
  }
  lk_free(s.memory);
  return status;
}

const lk_experiment lk_lab_multihead = {
    "multihead",
    "Two heads average where one flips",
    "q<sub>1</sub> = m·μ<sub>a</sub>, &emsp; q<sub>2</sub> = m·μ<sub>b</sub>, &emsp; "
    "c = ½(c<sub>1</sub> + c<sub>2</sub>), keys as before; &emsp; head 1 fails where e ≤ "
    "0: "
    "P(e ≤ 0) = Φ(−√2) = 0.0786",
    {16, 100, 20000, 1},
    run};

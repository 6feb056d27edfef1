/* Experiment 5: when the length of one key varies, one head no longer averages but flips
 * between the two values. */
#include "lab/experiments.h"
#include "lab/forms.h"
#include "lab/sampled.h"
#include "lab/statistics.h"
#include <math.h>
#include <stdio.h>

enum { NOISES = 8, BINS = 25, DOTS = 150 };

static const lk_column columns[] = {
    {"m", "%.5g"},          {"mean", "%.4f"},         {"sd", "%.4f"},
    {"low", "%.4f"},        {"low_exact", "%.4f"},    {"high", "%.4f"},
    {"high_exact", "%.4f"}, {"flip", "%.4f"},         {"flip_exact", "%.4f"},
    {"off_exact", "%.1e"},  {"off_logistic", "%.4f"}, {"off_old", "%.4f"}};
static const lk_column noise_columns[] = {
    {"a", "%.0e"}, {"mean", "%.6f"}, {"sd", "%.3e"}, {"first_order", "%.3e"}};

static const char commands[] =
    "power(x) = exp(x > 700 ? 700 : x)\n"
    "exact(m, e) = 1 / (1 + power(m * (1 - e)) + (n - 2) * power(-m * e))\n"
    "old(e) = e / (1 + e)\n"
    "set multiplot layout 1,2\n"
    "set xlabel 'e: length of k_a along μ_a'\n"
    "set ylabel 'α_a'\n"
    "set xrange [-1:3]\n"
    "set yrange [-0.5:1.5]\n"
    "set samples 800\n"
    "set key bottom right\n"
    "set title 'samples (dots) follow the exact formula'\n"
    "plot for [i=1:3] exact(word(shown, i), x) with lines linetype i linewidth 1.5 "
    "title 'exact, m = '.word(shown, i), \\\n"
    "  (x > -0.8 ? old(x) : NaN) with lines linetype 7 dashtype 2 "
    "title 'e/(1+e), any m', \\\n"
    "  for [i=1:3] 'fragile-samples.csv' using (column('e')):(column('m_'.word(shown, i))) "
    "with points linetype i pointtype 7 pointsize 0.35 notitle\n"
    "set xrange [0:1]\n"
    "set yrange [0:*]\n"
    "set xlabel 'α_a'\n"
    "set ylabel 'share of the samples'\n"
    "set key top center\n"
    "set title 'as m grows, c is v_b (left) or v_a (right)'\n"
    "plot for [i=1:3] 'fragile-histogram.csv' "
    "using (column('alpha_a')):(column('m_'.word(shown, i))) with histeps linetype i "
    "title 'm = '.word(shown, i)\n"
    "unset multiplot";

/* Which multipliers the picture shows: m/50, m/10 and m. */
static const int shown[] = {1, 3, LK_MULTIPLIERS - 1};
enum { SHOWN = sizeof shown / sizeof *shown };

/* All samples. */
typedef struct {
  int count;
  double m[LK_MULTIPLIERS];
  double *e;                     /* (count) */
  double *alpha[LK_MULTIPLIERS]; /* (count) each: weight of word a */
  double *noisy[NOISES];         /* the same at the largest m with Sigma_i = a·I */
  double *scratch;               /* (count) */
  double *memory;                /* owns the arrays */
} samples;

static double noise_of(int i) {
  return pow(10, -2 * (i + 1));
}

static lk_status samples_create(samples *s, const lk_lab_settings *settings) {
  size_t count = (size_t)settings->samples;
  s->count = settings->samples;
  LK_TRY(LK_NEW(s->memory, count * (LK_MULTIPLIERS + NOISES + 2)));
  double *next = s->memory;
  for (int i = 0; i < LK_MULTIPLIERS; i++, next += count) {
    s->m[i] = settings->m * lk_multiplier_parts[i];
    s->alpha[i] = next;
  }
  for (int i = 0; i < NOISES; i++, next += count)
    s->noisy[i] = next;
  s->e = next;
  s->scratch = next + count;
  return LK_OK;
}

static lk_status take_samples(samples *s, const lk_lab_settings *settings) {
  lk_sampled sampled;
  LK_TRY(lk_sampled_create(&sampled, settings));
  for (int i = 0; i < s->count; i++) {
    lk_sampled_draw(&sampled, settings, i);
    for (int j = 0; j < NOISES; j++) {
      lk_sampled_keys(&sampled, noise_of(j), 0);
      lk_sampled_look(&sampled, settings->m, settings->m);
      s->noisy[j][i] = sampled.space.weights[0];
    }
    lk_sampled_keys(&sampled, LK_VANISHING, 1);
    s->e[i] = lk_sampled_length(&sampled);
    for (int j = 0; j < LK_MULTIPLIERS; j++) {
      lk_sampled_look(&sampled, s->m[j], s->m[j]);
      s->alpha[j][i] = sampled.space.weights[0];
    }
  }
  lk_sampled_clear(&sampled);
  return LK_OK;
}

/* The formula of the solution that the experiment comes from. */
static double old_formula(double e) {
  return e / (1 + e);
}

/* The distance of the weights from the three formulas. */
static void compare(samples *s, int j, int n, double *exact, double *logistic,
                    double *old) {
  const double *alpha = s->alpha[j], *e = s->e;
  double m = s->m[j];
  for (int i = 0; i < s->count; i++)
    s->scratch[i] = fabs(alpha[i] - lk_form_fragile(m, e[i], n));
  *exact = lk_largest(s->scratch, s->count);
  for (int i = 0; i < s->count; i++)
    s->scratch[i] = fabs(alpha[i] - lk_form_logistic(m, e[i]));
  *logistic = lk_largest(s->scratch, s->count);
  for (int i = 0; i < s->count; i++)
    s->scratch[i] = fabs(alpha[i] - old_formula(e[i]));
  *old = lk_median(s->scratch, s->count);
}

static lk_status fill_main(samples *s, int n, lk_table *table) {
  for (int j = 0; j < LK_MULTIPLIERS; j++) {
    const double *alpha = s->alpha[j];
    double exact, logistic, old, m = s->m[j];
    compare(s, j, n, &exact, &logistic, &old);
    LK_TRY(LK_TABLE_ADD(
        table, m, lk_mean(alpha, s->count), lk_deviation(alpha, s->count),
        lk_share_below(alpha, s->count, 0.1), lk_form_fragile_below(0.1, m, n),
        1 - lk_share_below(alpha, s->count, 0.9), 1 - lk_form_fragile_below(0.9, m, n),
        lk_share_below(alpha, s->count, 0.5), lk_form_fragile_below(0.5, m, n), exact,
        logistic, old));
  }
  return LK_OK;
}

/* To first order in √a the two products differ by 2m√a·N(0, 1), a quarter of which the
 * weight moves by. */
static lk_status fill_noise(const samples *s, double m, lk_table *table) {
  for (int i = 0; i < NOISES; i++)
    LK_TRY(LK_TABLE_ADD(table, noise_of(i), lk_mean(s->noisy[i], s->count),
                        lk_deviation(s->noisy[i], s->count), m * sqrt(noise_of(i)) / 2));
  return LK_OK;
}

static lk_status fill_histogram(const samples *s, lk_table *table) {
  for (int bin = 0; bin < BINS; bin++) {
    double row[1 + SHOWN] = {(bin + 0.5) / BINS};
    for (int i = 0; i < SHOWN; i++)
      row[1 + i] = lk_share_between(s->alpha[shown[i]], s->count, (double)bin / BINS,
                                    (bin + 1.0) / BINS, bin == BINS - 1);
    LK_TRY(lk_table_add(table, row, 1 + SHOWN));
  }
  return LK_OK;
}

static lk_status fill_dots(const samples *s, lk_table *table) {
  for (int k = 0; k < DOTS && k < s->count; k++) {
    double row[1 + SHOWN] = {s->e[k]};
    for (int i = 0; i < SHOWN; i++)
      row[1 + i] = s->alpha[shown[i]][k];
    LK_TRY(lk_table_add(table, row, 1 + SHOWN));
  }
  return LK_OK;
}

/* The picture's data: `first` beside one column for each multiplier that is shown. */
static lk_status add_data(lk_report *report, const samples *s, const char *name,
                          const char *first,
                          lk_status (*fill)(const samples *s, lk_table *table)) {
  lk_column data[1 + SHOWN] = {{"", "%.5g"}};
  lk_table *table;
  snprintf(data[0].name, sizeof data[0].name, "%s", first);
  for (int i = 0; i < SHOWN; i++) {
    data[1 + i] = (lk_column){"", "%.6g"};
    snprintf(data[1 + i].name, sizeof data[1 + i].name, "m_%g", s->m[shown[i]]);
  }
  LK_TRY(lk_report_add_table(report, &table, name, "Data of the picture", data, 1 + SHOWN));
  table->shown = 0;
  return fill(s, table);
}

static lk_status add_picture(lk_report *report, const samples *s, int n) {
  char variables[160];
  LK_TRY(add_data(report, s, "fragile-histogram", "alpha_a", fill_histogram));
  LK_TRY(add_data(report, s, "fragile-samples", "e", fill_dots));
  snprintf(variables, sizeof variables, "n = %d; shown = '%g %g %g'", n, s->m[shown[0]],
           s->m[shown[1]], s->m[shown[2]]);
  return lk_report_add_picture(report, "fragile", 960, 420, variables, commands);
}

/* What the output is where v_a has little weight: v_b has over 0.9 from e^m = 9(n-1) on. */
static const char *of_little(double m, int n) {
  return exp(m) > 9.0 * (n - 1) ? "v_b" : "of all others (m is too small for v_b alone)";
}

static void say(const lk_table *table, int n, lk_report *report) {
  int end = table->rows - 1;
  double m = lk_table_at(table, end, "m"),
         middle = 1 - lk_table_at(table, end, "low") - lk_table_at(table, end, "high");
  double off = 0, old = INFINITY;
  for (int row = 0; row < table->rows; row++) {
    off = fmax(off, lk_table_at(table, row, "off_exact"));
    old = fmin(old, lk_table_at(table, row, "off_old"));
  }
  snprintf(report->sentence, sizeof report->sentence,
           "At m = %.4g one head averages in only %.1f %% of the samples: in %.1f %% the "
           "output is %s, in %.1f %% v_a. The exact weight holds for every sample within "
           "%.0e; e/(1+e), which drops the exponentials, does not: half of the samples are "
           "farther than %.2f from it at any m here.",
           m, 100 * middle, 100 * lk_table_at(table, end, "low"), of_little(m, n),
           100 * lk_table_at(table, end, "high"), off, old);
}

static lk_status fill_report(samples *s, const lk_lab_settings *settings,
                             lk_report *report) {
  lk_table *table, *noise;
  LK_TRY(lk_report_add_table(
      report, &table, "fragile",
      "alpha_a where k_a varies in length: share below 0.1 (low), above 0.9 (high), below "
      "0.5 (flip), and distance from the exact formula (largest), the logistic one "
      "(largest), e/(1+e) (median)",
      columns, LK_COLUMNS(columns)));
  LK_TRY(fill_main(s, settings->n, table));
  LK_TRY(lk_report_add_table(
      report, &noise, "fragile-noise",
      "alpha_a where all keys vary alike, Sigma_i = a·I, at the largest m; first_order is "
      "the standard deviation m·√a/2 that small a should give",
      noise_columns, LK_COLUMNS(noise_columns)));
  LK_TRY(fill_noise(s, settings->m, noise));
  LK_TRY(add_picture(report, s, settings->n));
  say(table, settings->n, report);
  return LK_OK;
}

static lk_status run(const lk_lab_settings *settings, lk_report *report) {
  samples s;
  LK_TRY(samples_create(&s, settings));
  lk_status status = take_samples(&s, settings);
  if (status == LK_OK) status = fill_report(&s, settings, report);
  lk_free(s.memory);
  return status;
}

const lk_experiment lk_lab_fragile = {
    "fragile",
    "When a key varies in length, one head flips instead of averaging",
    "k<sub>i</sub> ~ N(μ<sub>i</sub>, Σ<sub>i</sub>), μ<sub>i</sub> orthonormal, "
    "Σ<sub>a</sub> = a·I + ½ μ<sub>a</sub> μ<sub>a</sub><sup>⊤</sup>, "
    "Σ<sub>i</sub> = a·I, a → 0, so that k<sub>a</sub> ≈ e·μ<sub>a</sub>, e ~ N(1, ½); "
    "q = m(μ<sub>a</sub> + μ<sub>b</sub>) &emsp; ⇒ &emsp; "
    "α<sub>a</sub> = e<sup>m·e</sup> / (e<sup>m·e</sup> + e<sup>m</sup> + n − 2) ≈ "
    "1 / (1 + e<sup>−m(e−1)</sup>), &emsp; not e/(1+e)",
    {16, 100, 20000, 1},
    run};

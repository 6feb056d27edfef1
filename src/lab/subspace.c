/* Experiment 3: a matrix takes one of two added values out again, if they live in
 * orthogonal subspaces. */
#include "lab/experiments.h"
#include "lab/space.h"
#include <math.h>
#include <string.h>

static const lk_column dimension_columns[] = {
    {"dim_a", "%.0f"}, {"dim_b", "%.0f"}, {"D", "%.0f"}, {"error", "%.3e"}};
static const lk_column angle_columns[] = {
    {"angle", "%.0f"}, {"error", "%.6f"}, {"cosine", "%.6f"}, {"difference", "%.1e"}};

enum { MOST_DIMENSIONS = 64, TILTED = 8 };

static const char commands[] =
    "set multiplot layout 1,2\n"
    "set key top left\n"
    "set logscale x 2\n"
    "set logscale y\n"
    "set format y '10^{%T}'\n"
    "set xrange [0.8:80]\n"
    "set yrange [1e-17:1e-12]\n"
    "set xlabel 'dimension of the span of v_a (that of v_b is twice as large)'\n"
    "set ylabel '|M(v_a + v_b) − v_a|,  |v_a| = |v_b| = 1'\n"
    "set title 'orthogonal spans: exact in any dimension'\n"
    "plot 'subspace.csv' using 'dim_a':'error' with linespoints linetype 1 "
    "title 'measured', \\\n"
    "  m * 2**-53 with lines linetype 7 dashtype 3 title 'm × unit roundoff of double'\n"
    "unset logscale\n"
    "set format '%g'\n"
    "set key top right\n"
    "set xrange [0:90]\n"
    "set xtics 15\n"
    "set yrange [0:1.1]\n"
    "set xlabel 'angle between the spans, degrees'\n"
    "set title 'tilted spans: the cosine of v_b leaks'\n"
    "set angles degrees\n"
    "set samples 200\n"
    "plot cos(x) with lines linetype 7 title 'cos(angle)', \\\n"
    "  'subspace-angle.csv' using 'angle':'error' with points linetype 2 title 'measured'\n"
    "unset multiplot";

/* Bases of the two spans, (a + b, D), and what is in a head that sees both values. */
typedef struct {
  int a, b;
  double *rows;
  double *sum, *projected; /* (D) */
  lk_space space;
} spans;

static void spans_clear(spans *s) {
  lk_free(s->rows);
  lk_free(s->sum);
  lk_free(s->projected);
  lk_space_clear(&s->space);
}

static lk_status spans_create(spans *s, int n, int a, int b) {
  int D = n > a + b ? n : a + b;
  lk_status status;
  *s = (spans){.a = a, .b = b};
  LK_TRY_OR(failed, LK_NEW(s->rows, (size_t)(a + b) * (size_t)D));
  LK_TRY_OR(failed, LK_NEW(s->sum, (size_t)D));
  LK_TRY_OR(failed, LK_NEW(s->projected, (size_t)D));
  LK_TRY_OR(failed, lk_space_create(&s->space, n, D));
  return LK_OK;
failed:
  spans_clear(s);
  return status;
}

/* b_j becomes cos·a_j + sin·b_j: all principal angles between the spans are `degrees`. */
static void tilt(spans *s, double degrees) {
  int D = s->space.D;
  double angle = degrees * M_PI / 180;
  for (int j = 0; j < s->b; j++) {
    double *row = s->rows + (size_t)(s->a + j) * (size_t)D;
    lk_combine(row, cos(angle), s->rows + (size_t)j * (size_t)D, sin(angle), row, D);
  }
}

/* A random vector of length 1 in the span of `count` rows. */
static void choose(const lk_stream *stream, const double *rows, int count, int D,
                   double *to) {
  memset(to, 0, (size_t)D * sizeof *to);
  for (int j = 0; j < count; j++)
    lk_combine(to, 1, to, lk_random_normal(stream, (uint64_t)j),
               rows + (size_t)j * (size_t)D, D);
  lk_combine(to, 1 / sqrt(lk_dot(to, to, D)), to, 0, to, D);
}

/* projected = M·sum, M = sum of a_j a_jᵀ. */
static void project(spans *s) {
  int D = s->space.D;
  memset(s->projected, 0, (size_t)D * sizeof *s->projected);
  for (int j = 0; j < s->a; j++) {
    const double *row = s->rows + (size_t)j * (size_t)D;
    lk_combine(s->projected, 1, s->projected, lk_dot(row, s->sum, D), row, D);
  }
}

/* v_a + v_b is twice what a head gives that looks at both words alike (`average`). */
static void look_at_both(spans *s, double m) {
  lk_space *space = &s->space;
  lk_combine(space->q, m, space->keys, m, space->keys + space->D, space->D);
  lk_space_look(space);
  lk_combine(s->sum, 2, space->out, 0, space->out, space->D);
}

static lk_status draw_error(spans *s, const lk_lab_settings *settings, int number,
                            double degrees, double *error) {
  lk_space *space = &s->space;
  int D = space->D;
  double *va = space->values, *vb = space->values + D;
  lk_stream bases = lk_lab_stream(settings, number, 2),
            in_a = lk_lab_stream(settings, number, 3),
            in_b = lk_lab_stream(settings, number, 4);
  LK_TRY(lk_space_draw(space, settings, number));
  LK_TRY(lk_orthonormal(&bases, s->rows, s->a + s->b, D));
  if (degrees < 90) tilt(s, degrees);
  choose(&in_a, s->rows, s->a, D, va);
  choose(&in_b, s->rows + (size_t)s->a * (size_t)D, s->b, D, vb);
  look_at_both(s, settings->m);
  project(s);
  *error = fmax(*error, lk_distance(s->projected, va, D));
  return LK_OK;
}

/* Stores the largest error over the draws. */
static lk_status measure(const lk_lab_settings *settings, int a, int b, double degrees,
                         double *error, int *D) {
  spans s;
  lk_status status = LK_OK;
  *error = 0;
  LK_TRY(spans_create(&s, settings->n, a, b));
  *D = s.space.D;
  for (int i = 0; i < settings->samples && status == LK_OK; i++)
    status = draw_error(&s, settings, i, degrees, error);
  spans_clear(&s);
  return status;
}

static lk_status measure_dimensions(const lk_lab_settings *settings, lk_table *table) {
  double error;
  int D;
  for (int a = 1; a <= MOST_DIMENSIONS; a *= 2) {
    LK_TRY(measure(settings, a, 2 * a, 90, &error, &D));
    LK_TRY(LK_TABLE_ADD(table, a, 2 * a, D, error));
  }
  return LK_OK;
}

static lk_status measure_angles(const lk_lab_settings *settings, lk_table *table) {
  static const double angles[] = {90, 89, 85, 75, 60, 45, 30, 15, 5, 0};
  double error;
  int D;
  for (size_t i = 0; i < sizeof angles / sizeof *angles; i++) {
    double cosine = angles[i] < 90 ? cos(angles[i] * M_PI / 180) : 0;
    LK_TRY(measure(settings, TILTED, TILTED, angles[i], &error, &D));
    LK_TRY(LK_TABLE_ADD(table, angles[i], error, cosine, error - cosine));
  }
  return LK_OK;
}

static void say(const lk_table *dimensions, const lk_table *angles, lk_report *report) {
  double error = 0, difference = 0;
  for (int row = 0; row < dimensions->rows; row++)
    error = fmax(error, lk_table_at(dimensions, row, "error"));
  for (int row = 0; row < angles->rows; row++)
    difference = fmax(difference, fabs(lk_table_at(angles, row, "difference")));
  snprintf(
      report->sentence, sizeof report->sentence,
      "With orthogonal spans M takes v_a out of the sum within %.1e of its length in every "
      "dimension; tilted spans leak |v_b| times the cosine of their angle (within "
      "%.1e), so 5 degrees off a right angle already cost %.3f.",
      error, difference, lk_table_at(angles, 2, "error"));
}

static lk_status run(const lk_lab_settings *settings, lk_report *report) {
  lk_table *dimensions, *angles;
  char variables[32];
  LK_TRY(lk_report_add_table(report, &dimensions, "subspace",
                             "Orthogonal spans: error of M(v_a + v_b) against v_a, both of "
                             "length 1; the largest draw",
                             dimension_columns, LK_COLUMNS(dimension_columns)));
  LK_TRY(measure_dimensions(settings, dimensions));
  LK_TRY(lk_report_add_table(
      report, &angles, "subspace-angle",
      "The same for two spans of 8 dimensions at an angle (degrees) to each other",
      angle_columns, LK_COLUMNS(angle_columns)));
  LK_TRY(measure_angles(settings, angles));
  say(dimensions, angles, report);
  snprintf(variables, sizeof variables, "m = %g", settings->m);
  return lk_report_add_picture(report, "subspace", 960, 400, variables, commands);
}

const lk_experiment lk_lab_subspace = {
    "subspace",
    "Two values in orthogonal subspaces come apart again",
    "v<sub>a</sub> ∈ span{a<sub>1</sub> … a<sub>m</sub>}, &emsp; "
    "v<sub>b</sub> ∈ span{b<sub>1</sub> … b<sub>p</sub>}, &emsp; "
    "M = Σ<sub>j</sub> a<sub>j</sub> a<sub>j</sub><sup>⊤</sup> &emsp; ⇒ &emsp; "
    "M(v<sub>a</sub> + v<sub>b</sub>) = v<sub>a</sub>; &emsp; "
    "spans at an angle φ: |M(v<sub>a</sub> + v<sub>b</sub>) − v<sub>a</sub>| = "
    "|v<sub>b</sub>| cos φ",
    {8, 50, 20, 1},
    run};

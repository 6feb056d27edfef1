#include "view/curve.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static lk_status make_room(lk_curve *out, size_t count) {
  LK_TRY(LK_NEW(out->at, count));
  return LK_NEW(out->value, count);
}

static const double largest = 1e300; /* that can still be drawn with some air around it */

static void add(lk_curve *out, double at, double value) {
  if (!(fabs(value) <= largest)) return;
  out->at[out->count] = at;
  out->value[out->count++] = value;
}

static void take_column(lk_curve *out, const lk_columns *from, const char *name) {
  int step = lk_columns_find(from, "step"), column = lk_columns_find(from, name);
  for (size_t i = 0; i < from->rows && column >= 0 && step >= 0; i++)
    add(out, lk_columns_at(from, i, step), lk_columns_at(from, i, column));
}

/* A mean that forgets: of about the last hundredth of the run, ten steps at least. */
static void smooth(lk_curve *curve) {
  double window = fmax(10, (double)curve->count / 100), mean = 0, weight = 0;
  for (size_t i = 0; i < curve->count; i++) {
    mean += (curve->value[i] - mean) / window;
    weight += (1 - weight) / window;
    curve->value[i] = mean / weight;
  }
}

static void sum_up(lk_curve *curve, double scale) {
  double sum = 0;
  for (size_t i = 0; i < curve->count; i++)
    curve->value[i] = scale * (sum += curve->value[i]);
}

/* Wilson 1927: the share, or (side -1 or 1) an end of its 95 % interval, in percent. */
static double percent(double right, double count, int side) {
  const double z = 1.959964;
  assert(side >= -1 && side <= 1);
  double share = right / count, centre = share + z * z / (2 * count);
  double half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count));
  return 100 * (side ? (centre + side * half) / (1 + z * z / count) : share);
}

static void take_scores(lk_curve *out, const lk_columns *from, int side) {
  int step = lk_columns_find(from, "step");
  double right, of;
  for (size_t i = 0; i < from->rows && step >= 0; i++)
    if (lk_record_score(from, i, &right, &of))
      add(out, lk_columns_at(from, i, step), percent(right, of, side));
}

static void take_hours(lk_curve *out, const lk_columns *from) {
  int step = lk_columns_find(from, "step");
  for (size_t i = 0; i < from->rows && step >= 0; i++)
    add(out, lk_columns_at(from, i, step), lk_record_seconds(from, i));
  sum_up(out, 1.0 / 3600);
}

/* Names of scores: the table's, and the interval's end. */
static int side_of(const char *name) {
  const char *end = strchr(name, '_');
  return !end ? 0 : strcmp(end, "_low") ? 1 : -1;
}

static void take_metric(lk_curve *out, const lk_columns *from, const char *name) {
  static const char smoothed[] = "smooth_";
  size_t length = sizeof smoothed - 1;
  if (!strcmp(name, "hours")) {
    take_hours(out, from);
  } else if (!strcmp(name, "tokens")) {
    take_column(out, from, "target_tokens");
    sum_up(out, 1);
  } else if (!strncmp(name, smoothed, length)) {
    take_column(out, from, name + length);
    smooth(out);
  } else {
    take_column(out, from, name);
  }
}

lk_status lk_curve_make(lk_curve *out, const lk_record *record, const char *name) {
  int probe = !strncmp(name, "probe", 5), dev = !strncmp(name, "dev", 3);
  const lk_columns *from = probe ? &record->probe : dev ? &record->dev : &record->metrics;
  memset(out, 0, sizeof *out);
  LK_TRY(make_room(out, from->rows));
  if (probe || dev)
    take_scores(out, from, side_of(name));
  else
    take_metric(out, from, name);
  assert(out->count <= from->rows);
  return LK_OK;
}

void lk_curve_clear(lk_curve *curve) {
  lk_free(curve->at);
  lk_free(curve->value);
  memset(curve, 0, sizeof *curve);
}

/* Of all that have points, the lowest place that is next; `same`: it is next in each. */
static double next_of(const lk_curve *curves, const size_t *next, int count, int *same) {
  double least = INFINITY, most = -INFINITY;
  for (int i = 0; i < count; i++) {
    if (!curves[i].count) continue;
    double at = next[i] < curves[i].count ? curves[i].at[next[i]] : INFINITY;
    least = fmin(least, at);
    most = fmax(most, at);
  }
  *same = least == most;
  return least;
}

/* What is at a place goes to the end of what is kept, or is left out. */
static void pass(lk_curve *curve, size_t *next, double at, int keeps, size_t kept) {
  if (*next == curve->count || curve->at[*next] != at) return;
  if (keeps) curve->value[kept] = curve->value[*next];
  if (keeps) curve->at[kept] = at;
  ++*next;
}

void lk_curve_align(lk_curve *curves, int count) {
  size_t next[LK_CURVES_ALIGNED] = {0}, kept = 0;
  int same;
  assert(count <= LK_CURVES_ALIGNED);
  double at = next_of(curves, next, count, &same);
  while (isfinite(at)) {
    for (int i = 0; i < count; i++)
      pass(&curves[i], &next[i], at, same, kept);
    kept += (size_t)same;
    at = next_of(curves, next, count, &same);
  }
  for (int i = 0; i < count; i++)
    if (curves[i].count) curves[i].count = kept;
}

static size_t bucket_start(size_t count, size_t buckets, size_t bucket) {
  assert(buckets > 0 && bucket <= buckets);
  return (size_t)((double)count / (double)buckets * (double)bucket);
}

static void keep(lk_curve *curve, size_t *kept, size_t i) {
  assert(*kept <= i);
  curve->at[*kept] = curve->at[i];
  curve->value[(*kept)++] = curve->value[i];
}

/* The lowest and the highest of a part, in their order. */
static void keep_extremes(lk_curve *curve, size_t *kept, size_t first, size_t end) {
  size_t low = first, high = first;
  for (size_t i = first; i < end; i++) {
    if (curve->value[i] < curve->value[low]) low = i;
    if (curve->value[i] > curve->value[high]) high = i;
  }
  keep(curve, kept, low < high ? low : high);
  if (low != high) keep(curve, kept, low < high ? high : low);
}

void lk_curve_thin(lk_curve *curve, size_t buckets) {
  if (curve->count <= 2 * buckets + 2) return;
  size_t inner = curve->count - 2, kept = 1;
  for (size_t b = 0; b < buckets; b++)
    keep_extremes(curve, &kept, 1 + bucket_start(inner, buckets, b),
                  1 + bucket_start(inner, buckets, b + 1));
  keep(curve, &kept, curve->count - 1);
  assert(kept <= 2 * buckets + 2);
  curve->count = kept;
}

void lk_curve_average(lk_curve *curve, size_t buckets) {
  size_t count = curve->count, kept = 0;
  if (count <= buckets) return;
  for (size_t b = 0; b < buckets; b++) {
    size_t first = bucket_start(count, buckets, b);
    size_t end = bucket_start(count, buckets, b + 1);
    double sum = 0;
    for (size_t i = first; i < end; i++)
      sum += curve->value[i] / (double)(end - first);
    curve->value[end - 1] = sum;
    keep(curve, &kept, end - 1);
  }
  curve->count = kept;
}

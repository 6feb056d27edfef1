#include "lockstep/histogram.h"
#include <assert.h>
#include <float.h>
#include <math.h>

enum { ZERO = LK_HISTOGRAM_SIDE }; /* the interval in the middle */

/* The interval of a size, counted from zero outwards, 0: the one in the middle. */
static int place_of(double size) {
  int exponent;
  double fraction = frexp(size, &exponent); /* 0.5 … 1, times 2^exponent */
  int octave = exponent - 1 - LK_HISTOGRAM_LOW;
  if (size == 0 || octave < 0) return 0;
  int part = (int)((fraction - 0.5) * 2 * LK_HISTOGRAM_PARTS);
  int place = octave * LK_HISTOGRAM_PARTS + part + 1;
  assert(part >= 0 && part < LK_HISTOGRAM_PARTS);
  return place < LK_HISTOGRAM_SIDE ? place : LK_HISTOGRAM_SIDE;
}

static void add(lk_histogram *h, double value) {
  int place = place_of(fabs(value));
  if (!h->count || value < h->least) h->least = value;
  if (!h->count || value > h->most) h->most = value;
  h->count++;
  h->sum += value;
  h->squares += value * value;
  h->bins[value < 0 ? ZERO - place : ZERO + place]++;
}

void lk_histogram_add(lk_histogram *histogram, const float *values, size_t count,
                      double scale) {
  for (size_t i = 0; i < count; i++) {
    double value = values[i] * scale;
    if (isfinite(value)) add(histogram, value);
  }
}

void lk_histogram_merge(lk_histogram *to, const lk_histogram *more) {
  if (!more->count) return;
  to->least = to->count ? fmin(to->least, more->least) : more->least;
  to->most = to->count ? fmax(to->most, more->most) : more->most;
  to->count += more->count;
  to->sum += more->sum;
  to->squares += more->squares;
  for (int i = 0; i < LK_HISTOGRAM_BINS; i++)
    to->bins[i] += more->bins[i];
}

/* The inner end of the interval so many places from zero. */
static double edge(int place) {
  assert(place > 0 && place <= LK_HISTOGRAM_SIDE);
  int octave = (place - 1) / LK_HISTOGRAM_PARTS, part = (place - 1) % LK_HISTOGRAM_PARTS;
  return ldexp(1 + (double)part / LK_HISTOGRAM_PARTS, octave + LK_HISTOGRAM_LOW);
}

double lk_histogram_limit(int bin) {
  assert(bin >= 0 && bin < LK_HISTOGRAM_BINS);
  if (bin < ZERO) return -edge(ZERO - bin);
  return bin < LK_HISTOGRAM_BINS - 1 ? edge(bin - ZERO + 1) : DBL_MAX;
}

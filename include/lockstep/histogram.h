/* How numbers are spread: counts of fixed intervals, whatever the numbers are, so that
 * those of several ranks add up. Not collective, no failure. */
#ifndef LOCKSTEP_HISTOGRAM_H
#define LOCKSTEP_HISTOGRAM_H

#include "lockstep/linkage.h"
#include <stddef.h>

LK_C_BEGIN

/* Four intervals to each power of two from 2^-40 to 2^16 on both sides of zero, one between
 * them; the outermost hold what is beyond. */
enum {
  LK_HISTOGRAM_LOW = -40,
  LK_HISTOGRAM_HIGH = 16,
  LK_HISTOGRAM_PARTS = 4,
  LK_HISTOGRAM_SIDE = (LK_HISTOGRAM_HIGH - LK_HISTOGRAM_LOW) * LK_HISTOGRAM_PARTS,
  LK_HISTOGRAM_BINS = 2 * LK_HISTOGRAM_SIDE + 1
};

/* Doubles alone, the form in which ranks exchange it. All zero: of no numbers. */
typedef struct {
  double count, sum, squares;
  double least, most; /* of no numbers: anything */
  double bins[LK_HISTOGRAM_BINS];
} lk_histogram;

/* Adds values[count], each times `scale`. Those that are not finite are left out. */
void lk_histogram_add(lk_histogram *histogram, const float *values, size_t count,
                      double scale);

/* Adds what another one counted. */
void lk_histogram_merge(lk_histogram *to, const lk_histogram *more);

/* What it is of. */
typedef struct {
  const char *name;
  const lk_histogram *of;
} lk_named_histogram;

/* The upper end of an interval; the last has none, and gives the largest double. */
double lk_histogram_limit(int bin);

LK_C_END

#endif

/* The curves of a run: columns of its tables and what is made of them, over its steps. */
#ifndef LOCKSTEP_VIEW_CURVE_H
#define LOCKSTEP_VIEW_CURVE_H

#include "lockstep/record.h"

/* Points in the order of their steps; values are finite, and not so large that a picture of
 * them could have none. */
typedef struct {
  double *at, *value; /* (count), owned */
  size_t count;
} lk_curve;

/* The curve of that name: a column of metrics.csv; "smooth_" and a column, a running mean
 * of it; "dev" and "probe", percent of right answers, with "_low" and "_high" behind them
 * the ends of their 95 % intervals; "tokens" and "hours", done up to a step. Empty where
 * the run has none. The caller owns what *out holds: lk_curve_clear. */
lk_status lk_curve_make(lk_curve *out, const lk_record *record, const char *name);
void lk_curve_clear(lk_curve *curve);

/* Leaves the points of `count` curves of one run at places where each has one: those are
 * what can stand on each other. One without points stays so. */
enum { LK_CURVES_ALIGNED = 8 };
void lk_curve_align(lk_curve *curves, int count);

/* Leaves the first and the last point and, of `buckets` equal parts of the rest, the lowest
 * and the highest: no spike is lost. */
void lk_curve_thin(lk_curve *curve, size_t buckets);

/* Leaves the means of `buckets` equal parts, each at its end, where there are more points.
 */
void lk_curve_average(lk_curve *curve, size_t buckets);

#endif

/* Private to the lab: what is said of many samples. */
#ifndef LOCKSTEP_LAB_STATISTICS_H
#define LOCKSTEP_LAB_STATISTICS_H

double lk_mean(const double *x, int count);
double lk_deviation(const double *x, int count); /* standard; count >= 2 */
double lk_share_below(const double *x, int count, double limit);
double lk_largest(const double *x, int count);
double lk_median(double *x, int count); /* sorts x */

/* The share of x in the bin [low, high); the last bin takes `high` too. */
double lk_share_between(const double *x, int count, double low, double high, int last);

#endif

#include "lab/statistics.h"
#include <math.h>
#include <stdlib.h>

double lk_mean(const double *x, int count) {
  double sum = 0;
  for (int i = 0; i < count; i++)
    sum += x[i];
  return sum / count;
}

double lk_deviation(const double *x, int count) {
  double mean = lk_mean(x, count), sum = 0;
  for (int i = 0; i < count; i++)
    sum += (x[i] - mean) * (x[i] - mean);
  return sqrt(sum / (count - 1));
}

double lk_share_below(const double *x, int count, double limit) {
  int below = 0;
  for (int i = 0; i < count; i++)
    below += x[i] < limit;
  return (double)below / count;
}

double lk_share_between(const double *x, int count, double low, double high, int last) {
  int inside = 0;
  for (int i = 0; i < count; i++)
    inside += x[i] >= low && (x[i] < high || last);
  return (double)inside / count;
}

double lk_largest(const double *x, int count) {
  double largest = x[0];
  for (int i = 1; i < count; i++)
    largest = fmax(largest, x[i]);
  return largest;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double lk_median(double *x, int count) {
  qsort(x, (size_t)count, sizeof *x, compare);
  return (x[(count - 1) / 2] + x[count / 2]) / 2;
}

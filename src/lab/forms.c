#include "lab/forms.h"
#include <math.h>

/* `others` words of product 0 beside one of `product`; 0·∞ is 0 here. */
static double others_over(double others, double product) {
  return others > 0 ? others * exp(-product) : 0;
}

double lk_form_average(double m, int n) {
  return 1 / (2 + others_over(n - 2, m));
}

double lk_form_rest(double m, int n) {
  return others_over(n - 2, m) / (2 + others_over(n - 2, m));
}

double lk_form_fragile(double m, double e, int n) {
  return 1 / (1 + exp(m * (1 - e)) + others_over(n - 2, m * e));
}

double lk_form_logistic(double m, double e) {
  return 1 / (1 + exp(-m * (e - 1)));
}

double lk_form_one(double m, double e, int n) {
  return 1 / (1 + others_over(n - 1, m * e));
}

/* Φ((x-1)/√½) = ½ erfc(1-x): the two √½ cancel. */
double lk_form_below(double x) {
  return 0.5 * erfc(1 - x);
}

double lk_form_fragile_below(double weight, double m, int n) {
  double log_rest = m + log1p(others_over(n - 2, m)); /* ln(e^m + n-2) */
  return lk_form_below((log(weight / (1 - weight)) + log_rest) / m);
}

double lk_form_one_mean(double m, int n) {
  enum { STEPS = 200000 };
  const double reach = 6; /* e^{-36} of the density is left out */
  double sum = 0;
  for (int i = 0; i <= STEPS; i++) {
    double x = reach * (2.0 * i / STEPS - 1); /* e - 1, whose density is e^{-x²}/√π */
    sum += exp(-x * x) * lk_form_one(m, 1 + x, n);
  }
  return sum * (2 * reach / STEPS) / sqrt(M_PI);
}

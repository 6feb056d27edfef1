/* Private to the lab: the closed forms that the experiments are measured against, without
 * overflow for any m > 0. */
#ifndef LOCKSTEP_LAB_FORMS_H
#define LOCKSTEP_LAB_FORMS_H

/* Weight of one of two words whose products with q are m, the other n-2 having 0. */
double lk_form_average(double m, int n); /* e^m / (2e^m + n-2) */
double lk_form_rest(double m, int n);    /* (n-2) / (2e^m + n-2), all the others' weight */

/* Weight of the word whose product is m·e beside one of product m and n-2 of 0. */
double lk_form_fragile(double m, double e, int n); /* e^{me} / (e^{me} + e^m + n-2) */
double lk_form_logistic(double m, double e);       /* what that is near for large m */

/* Weight of the word whose product is m·e beside n-1 of 0. */
double lk_form_one(double m, double e, int n); /* e^{me} / (e^{me} + n-1) */

/* For e ~ N(1, 1/2): P(e <= x), and the share in which lk_form_fragile is below
 * `weight`. */
double lk_form_below(double x);
double lk_form_fragile_below(double weight, double m, int n);

/* For e ~ N(1, 1/2), the mean of lk_form_one, by the trapezoidal rule. */
double lk_form_one_mean(double m, int n);

#endif

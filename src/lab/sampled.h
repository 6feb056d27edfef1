/* Private to the lab: keys that are drawn anew for every sample. */
#ifndef LOCKSTEP_LAB_SAMPLED_H
#define LOCKSTEP_LAB_SAMPLED_H

#include "lab/space.h"

/* k_i = mu_i + sqrt(a)·z_i, z_i ~ N(0, I), with orthonormal means mu_i; if stretched, k_a
 * gets g·mu_a/√2 on top, g ~ N(0, 1): Sigma_a = a·I + ½ mu_a mu_aᵀ. a and b are words 0 and
 * 1, z and g functions of seed and sample alone. */
typedef struct {
  lk_space space;
  double *means, *noise; /* (n, D) */
  double g;
} lk_sampled;

/* What stands for a vanishing a: products move by m·√a, and √a is 1e-8. */
#define LK_VANISHING 1e-16

/* The multipliers m of the tables: these parts of the settings' m. */
enum { LK_MULTIPLIERS = 7 };
extern const double lk_multiplier_parts[LK_MULTIPLIERS];

lk_status lk_sampled_create(lk_sampled *sampled, const lk_lab_settings *settings);
void lk_sampled_clear(lk_sampled *sampled);

/* Draws z and g of one sample; then lk_sampled_keys makes keys of them. */
void lk_sampled_draw(lk_sampled *sampled, const lk_lab_settings *settings, int sample);
void lk_sampled_keys(lk_sampled *sampled, double a, int stretched);

/* e, the length of k_a along mu_a. */
double lk_sampled_length(const lk_sampled *sampled);

/* Looks with q = x·mu_a + y·mu_b. */
void lk_sampled_look(lk_sampled *sampled, double x, double y);

#endif

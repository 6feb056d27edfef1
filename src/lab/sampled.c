#include "lab/sampled.h"
#include <math.h>
#include <string.h>

const double lk_multiplier_parts[LK_MULTIPLIERS] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};

/* Means and values stay for all samples. */
lk_status lk_sampled_create(lk_sampled *sampled, const lk_lab_settings *settings) {
  size_t matrix = (size_t)settings->n * (size_t)settings->n;
  lk_space *space = &sampled->space;
  lk_status status;
  memset(sampled, 0, sizeof *sampled);
  LK_TRY(lk_space_create(space, settings->n, settings->n));
  LK_TRY_OR(failed, LK_NEW(sampled->means, matrix));
  LK_TRY_OR(failed, LK_NEW(sampled->noise, matrix));
  LK_TRY_OR(failed, lk_space_draw(space, settings, 0));
  memcpy(sampled->means, space->keys, matrix * sizeof *space->keys);
  return LK_OK;
failed:
  lk_sampled_clear(sampled);
  return status;
}

void lk_sampled_clear(lk_sampled *sampled) {
  lk_free(sampled->means);
  lk_free(sampled->noise);
  lk_space_clear(&sampled->space);
}

void lk_sampled_draw(lk_sampled *sampled, const lk_lab_settings *settings, int sample) {
  lk_stream noise = lk_lab_stream(settings, sample, 2),
            length = lk_lab_stream(settings, sample, 3);
  lk_lab_normals(&noise, sampled->noise, sampled->space.n * sampled->space.D);
  sampled->g = lk_random_normal(&length, 0);
}

void lk_sampled_keys(lk_sampled *sampled, double a, int stretched) {
  lk_space *space = &sampled->space;
  lk_combine(space->keys, 1, sampled->means, sqrt(a), sampled->noise, space->n * space->D);
  if (stretched)
    lk_combine(space->keys, 1, space->keys, sampled->g * M_SQRT1_2, sampled->means,
               space->D);
}

double lk_sampled_length(const lk_sampled *sampled) {
  return lk_dot(sampled->space.keys, sampled->means, sampled->space.D);
}

void lk_sampled_look(lk_sampled *sampled, double x, double y) {
  lk_space *space = &sampled->space;
  lk_combine(space->q, x, sampled->means, y, sampled->means + space->D, space->D);
  lk_space_look(space);
}

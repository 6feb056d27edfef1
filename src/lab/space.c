#include "lab/space.h"
#include "lockstep/attention.h"
#include <math.h>
#include <string.h>

lk_status lk_space_create(lk_space *space, int n, int D) {
  size_t words = (size_t)n, matrix = words * (size_t)D;
  lk_status status;
  *space = (lk_space){.n = n, .D = D};
  LK_TRY_OR(failed, LK_NEW(space->keys, matrix));
  LK_TRY_OR(failed, LK_NEW(space->values, matrix));
  LK_TRY_OR(failed, LK_NEW(space->q, (size_t)D));
  LK_TRY_OR(failed, LK_NEW(space->weights, words));
  LK_TRY_OR(failed, LK_NEW(space->out, (size_t)D));
  LK_TRY_OR(failed, LK_NEW(space->rounded, 2 * matrix + 2 * (size_t)D + words));
  return LK_OK;
failed:
  lk_space_clear(space);
  return status;
}

void lk_space_clear(lk_space *space) {
  lk_free(space->keys);
  lk_free(space->values);
  lk_free(space->q);
  lk_free(space->weights);
  lk_free(space->out);
  lk_free(space->rounded);
  memset(space, 0, sizeof *space);
}

lk_stream lk_lab_stream(const lk_lab_settings *settings, int draw, uint32_t site) {
  return (lk_stream){settings->seed, LK_RANDOM_LAB, (uint64_t)draw, 0, site};
}

void lk_lab_normals(const lk_stream *stream, double *to, int count) {
  for (int i = 0; i < count; i++)
    to[i] = lk_random_normal(stream, (uint64_t)i);
}

double lk_dot(const double *a, const double *b, int count) {
  double sum = 0;
  for (int i = 0; i < count; i++)
    sum += a[i] * b[i];
  return sum;
}

double lk_distance(const double *a, const double *b, int count) {
  double sum = 0;
  for (int i = 0; i < count; i++)
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sqrt(sum);
}

void lk_combine(double *to, double x, const double *a, double y, const double *b,
                int count) {
  for (int i = 0; i < count; i++)
    to[i] = x * a[i] + y * b[i];
}

/* Reflections keep rows orthonormal to rounding, whatever their number: three of them, at
 * random planes (Householder), leave no row near an axis. */
enum { REFLECTIONS = 3 };

lk_status lk_orthonormal(const lk_stream *stream, double *rows, int count, int D) {
  double *plane = NULL;
  LK_TRY(LK_NEW(plane, (size_t)D));
  memset(rows, 0, (size_t)count * (size_t)D * sizeof *rows);
  for (int i = 0; i < count; i++)
    rows[(size_t)i * (size_t)D + (size_t)i] = 1;
  for (int r = 0; r < REFLECTIONS; r++) {
    for (int d = 0; d < D; d++)
      plane[d] = lk_random_normal(stream, (uint64_t)r * (uint64_t)D + (uint64_t)d);
    double square = lk_dot(plane, plane, D);
    for (int i = 0; i < count; i++) {
      double *row = rows + (size_t)i * (size_t)D;
      lk_combine(row, 1, row, -2 * lk_dot(row, plane, D) / square, plane, D);
    }
  }
  lk_free(plane);
  return LK_OK;
}

lk_status lk_space_draw(lk_space *space, const lk_lab_settings *settings, int draw) {
  lk_stream keys = lk_lab_stream(settings, draw, 0),
            values = lk_lab_stream(settings, draw, 1);
  lk_lab_normals(&values, space->values, space->n * space->D);
  return lk_orthonormal(&keys, space->keys, space->n, space->D);
}

void lk_space_look(lk_space *space) {
  lk_attention_single_query_double(space->q, space->keys, space->values, (size_t)space->D,
                                   space->n, space->D, 1, space->weights, space->out);
}

static lk_real *round_to(lk_real *to, const double *from, size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = (lk_real)from[i];
  return to + count;
}

void lk_space_look_rounded(lk_space *space) {
  size_t D = (size_t)space->D, matrix = (size_t)space->n * D;
  lk_real *q = space->rounded, *keys = round_to(q, space->q, D),
          *values = round_to(keys, space->keys, matrix),
          *weights = round_to(values, space->values, matrix), *out = weights + space->n;
  lk_attention_single_query(q, keys, values, D, space->n, space->D, 1, weights, out);
  for (int i = 0; i < space->n; i++)
    space->weights[i] = (double)weights[i];
  for (int d = 0; d < space->D; d++)
    space->out[d] = (double)out[d];
}

double lk_space_error(const lk_space *space, const double *target) {
  double farthest = 0;
  for (int i = 0; i < space->n; i++)
    farthest = fmax(farthest, lk_distance(space->values + (size_t)i * (size_t)space->D,
                                          target, space->D));
  return lk_distance(space->out, target, space->D) / farthest;
}

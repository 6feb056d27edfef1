/* Private to the lab: the words that a head looks at, and its look at them. */
#ifndef LOCKSTEP_LAB_SPACE_H
#define LOCKSTEP_LAB_SPACE_H

#include "lockstep/lab.h"
#include "lockstep/random.h"
#include "lockstep/types.h"

/* n words of keys and values of D numbers each. */
typedef struct {
  int n, D;
  double *keys, *values; /* (n, D) */
  double *q;             /* (D) */
  double *weights, *out; /* (n), (D): what the core answered last */
  lk_real *rounded;      /* the same five once more, for the trainer's build of the core */
} lk_space;

lk_status lk_space_create(lk_space *space, int n, int D); /* zeroed */
void lk_space_clear(lk_space *space);

/* The draw's random numbers for one use (`site`). */
lk_stream lk_lab_stream(const lk_lab_settings *settings, int draw, uint32_t site);

/* Standard normal numbers into to[count]. */
void lk_lab_normals(const lk_stream *stream, double *to, int count);

/* rows (count, D), count <= D: orthonormal, turned at random. */
lk_status lk_orthonormal(const lk_stream *stream, double *rows, int count, int D);

/* Orthonormal keys and normal values. */
lk_status lk_space_draw(lk_space *space, const lk_lab_settings *settings, int draw);

/* Asks the core: weights = softmax(K q), out = the weighted sum of the values. */
void lk_space_look(lk_space *space);
/* The same in the trainer's number type, from rounded numbers. */
void lk_space_look_rounded(lk_space *space);

/* The distance of `out` from a target, over the target's largest distance from a value. */
double lk_space_error(const lk_space *space, const double *target);

double lk_dot(const double *a, const double *b, int count);
double lk_distance(const double *a, const double *b, int count);

/* to = x·a + y·b. */
void lk_combine(double *to, double x, const double *a, double y, const double *b,
                int count);

#endif

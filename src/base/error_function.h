/* erf in line, without the call of a function for each vector of numbers. */
#ifndef LOCKSTEP_BASE_ERROR_FUNCTION_H
#define LOCKSTEP_BASE_ERROR_FUNCTION_H

#include "base/clones.h"
#include <math.h>
#include <string.h>

/* How many are taken at a time: a step of the sum of one waits for the step before it,
 * so that those of so many are needed to keep a processor busy. */
enum { LK_NEAR_ERFS = 64 };

/* Polynomials at x², whose squares times x are erf(x). Their vectors are the compiler's
 * own, lest it keep them in memory from step to step. */
LK_INLINE void lk_erf_roots(double to[LK_NEAR_ERFS], const double squares[LK_NEAR_ERFS]) {
  enum { LANES = 8, VECTORS = LK_NEAR_ERFS / LANES, STEPS = 12 };
  typedef double vector __attribute__((vector_size(LANES * sizeof(double))));
  static const double terms[STEPS] = {
      0x1.5eadfc762d3ebp-39,  -0x1.dcb2653d80f03p-34, 0x1.715640470db47p-29,
      -0x1.5806ce17f0523p-25, 0x1.4b6c0b485f30fp-22,  0x1.5794b95c8e8ap-21,
      -0x1.a5216b9508edep-15, 0x1.76df64a40e392p-11,  -0x1.99309ea0c81dcp-8,
      0x1.3a334ce602c6bp-5,   -0x1.6a948101e6367p-3,  0x1.0fefbd933b903p+0};
  vector square[VECTORS], sum[VECTORS];
  memcpy(square, squares, sizeof square);
#pragma GCC unroll 8
  for (int v = 0; v < VECTORS; v++)
    sum[v] = (vector){0} - 0x1.c668a2871f0f1p-46;
#pragma GCC unroll 1
  for (int step = 0; step < STEPS; step++)
#pragma GCC unroll 8
    for (int v = 0; v < VECTORS; v++)
      sum[v] = sum[v] * square[v] + terms[step];
  memcpy(to, sum, sizeof sum);
}

/* x[i] = erf(x[i]) of numbers by the steps, and so with the bits, of glibc 2.36's libmvec
 * for AVX-512, which gives 1 from some x on: there something is added that makes the
 * product larger. */
LK_INLINE void lk_near_erfs(float x[LK_NEAR_ERFS]) {
  double squares[LK_NEAR_ERFS], roots[LK_NEAR_ERFS];
  for (int i = 0; i < LK_NEAR_ERFS; i++)
    squares[i] = (double)x[i] * (double)x[i];
  lk_erf_roots(roots, squares);
  for (int i = 0; i < LK_NEAR_ERFS; i++) {
    float far = x[i] * x[i] >= 0x1.ab18b4p+3f ? 1 : 0;
    float value = ((float)(roots[i] * roots[i]) + far) * x[i];
    value = value < 1 ? value : 1;
    x[i] = value > -1 ? value : -1;
  }
}

#endif

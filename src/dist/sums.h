/* Sums of arrays, and their way through bf16: half the bytes between ranks. Threads
 * share each out; two arrays are never parts of one another. */
#ifndef LOCKSTEP_DIST_SUMS_H
#define LOCKSTEP_DIST_SUMS_H

#include "lockstep/types.h"
#include <stddef.h>

/* to[i] += from[i] */
void lk_add_array(float *to, const float *from, size_t count);

/* The same of both numbers rounded to bf16, and the sum is rounded, too. To round twice is
 * to round once. */
void lk_add_rounded(float *to, const float *from, size_t count);

/* Each number becomes the nearest bf16, ties to even (base/bf16.h). */
void lk_round_array(float *array, size_t count);

/* Rounded numbers as bf16, and back. */
void lk_narrow_array(lk_bf16 *to, const float *from, size_t count);
void lk_widen_array(float *to, const lk_bf16 *from, size_t count);

#endif

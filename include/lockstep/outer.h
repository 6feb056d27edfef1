/* The outer step of local steps (DiLoCo: Douillard et al. 2023, arXiv:2311.08105, algorithm
 * 1): what becomes of the mean change that groups of ranks have made to the parameters. */
#ifndef LOCKSTEP_OUTER_H
#define LOCKSTEP_OUTER_H

#include "lockstep/linkage.h"
#include <stddef.h>

LK_C_BEGIN

/* The order of the config's names. */
typedef enum { LK_OUTER_NESTEROV, LK_OUTER_SGD, LK_OUTER_NONE } lk_outer_name;

typedef struct {
  lk_outer_name name;
  double rate, momentum;
} lk_outer;

/* An update of values[count], the parameters after the last outer step, by change[count],
 * the mean over the groups of what each has taken off them, as PyTorch's SGD makes it of a
 * gradient: momentum b becomes momentum·b + change, and values lose rate·b, with Nesterov's
 * rate·(change + momentum·b). momentum[count] are zeros at first. Not for LK_OUTER_NONE. */
void lk_outer_update(const lk_outer *outer, const float *change, float *momentum,
                     float *values, size_t count);

LK_C_END

#endif

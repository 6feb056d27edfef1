/* What an optimizer is: a new one is a file with such a row, and the row's place in the
 * table of optimizer.c. Private to src/optim. */
#ifndef LOCKSTEP_OPTIM_KIND_H
#define LOCKSTEP_OPTIM_KIND_H

#include "lockstep/optimizer.h"

enum { LK_MOST_STATES = 2 };

/* The functions are as those of lockstep/optimizer.h; NULL: there is nothing to do, or, of
 * cut, ranges may begin anywhere; of deal, the elements held are the rank's parts of the
 * sum; of share, the tree hands them out; of needs_one, every tensor needs all states. */
typedef struct {
  const char *states[LK_MOST_STATES + 1]; /* their names, NULL behind the last */
  lk_sum sum;                             /* that it takes where it is dealt out */
  lk_status (*create)(lk_optimizer *optimizer, const lk_world *world);
  lk_status (*deal)(lk_optimizer *optimizer);
  void (*release)(lk_optimizer *optimizer);
  int (*needs_one)(const lk_parameter *tensor); /* the first state alone */
  uint64_t (*cut)(const lk_optimizer *optimizer, uint64_t element);
  void (*update)(lk_optimizer *optimizer, const lk_update *update, const float *gradients,
                 float *values, uint64_t first, uint64_t end);
  lk_status (*share)(const lk_optimizer *optimizer, lk_world *world, float *values);
} lk_optimizer_kind;

extern const lk_optimizer_kind lk_adamw, lk_muon;

struct lk_optimizer {
  const lk_optimizer_kind *kind;
  lk_optimizer_settings settings;
  const lk_parameters *table;    /* not owned */
  lk_tree *tree;                 /* not owned; NULL: every rank holds all */
  lk_holding held;               /* owned */
  float *states[LK_MOST_STATES]; /* (held.count) each, owned */
  double *squares;               /* sums of blocks, of a scattered gradient; owned */
  void *own;                     /* the kind's, which release frees */
};

/* Blocks that the norm of so many elements is summed in. */
uint64_t lk_gradient_blocks(uint64_t count);

/* AdamW of elements first … end-1, as far as they are held, but of the tensors
 * that are left out: NULL: none. */
void lk_adamw_update(lk_optimizer *optimizer, const lk_update *update,
                     const float *gradients, float *values, uint64_t first, uint64_t end,
                     int (*is_left_out)(const lk_parameter *tensor));

#endif

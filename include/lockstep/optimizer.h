/* Optimizers: what the parameters become by a step's gradient. One row of a table and one
 * file each (src/optim/kind.h): AdamW and Muon. */
#ifndef LOCKSTEP_OPTIMIZER_H
#define LOCKSTEP_OPTIMIZER_H

#include "lockstep/holding.h"
#include "lockstep/linkage.h"
#include "lockstep/nn.h"
#include "lockstep/parameters.h"
#include "lockstep/world.h"

LK_C_BEGIN

/* The order of the config's names. */
typedef enum { LK_ADAMW, LK_MUON } lk_optimizer_name;

typedef struct {
  lk_optimizer_name name;
  double beta1, beta2, epsilon; /* AdamW's */
  double momentum;              /* Muon's: decay of the gradients' mean a step */
  lk_precision precision;       /* … of its products' operands: fp32 or bf16 */
  double weight_decay;          /* decoupled, on the tensors whose table entry says so */
} lk_optimizer_settings;

/* One update. */
typedef struct {
  uint64_t step; /* its number, the first is 1 */
  double learning_rate;
  double gradient_scale; /* what gradients are multiplied by */
} lk_update;

typedef struct lk_optimizer lk_optimizer;

/* The sum of gradients that an optimizer takes which is dealt out over the ranks. */
lk_sum lk_optimizer_sum(lk_optimizer_name name);

/* Its state arrays start as zeros. world NULL: a process alone. tree NULL: each rank
 * updates all elements; else each updates, and remembers, its own alone, about count/P of
 * them, of sums by this tree, an lk_optimizer_sum (ZeRO's first stage: Rajbhandari et al.
 * 2019, arXiv:1910.02054). Not collective. LK_USAGE when the model is too large for it.
 * bf16 takes lk_precision_check, before. Table and tree must outlive it. The caller owns
 * *out: lk_optimizer_free. */
lk_status lk_optimizer_create(lk_optimizer **out, const lk_optimizer_settings *settings,
                              const lk_parameters *table, const lk_world *world,
                              lk_tree *tree);
void lk_optimizer_free(lk_optimizer *optimizer);

/* The elements that this rank updates and remembers. Owned by the optimizer. */
const lk_holding *lk_optimizer_holding(const lk_optimizer *optimizer);

/* What it remembers between updates: arrays of the elements held, each with a name, such as
 * "m", under which a checkpoint keeps it. Owned by the optimizer. */
int lk_optimizer_states(const lk_optimizer *optimizer);
const char *lk_optimizer_state_name(const lk_optimizer *optimizer, int state);
float *lk_optimizer_state(const lk_optimizer *optimizer, int state);

/* All state arrays become zeros. */
void lk_optimizer_reset(lk_optimizer *optimizer);

/* Gives memory back that no update uses, in which a checkpoint's zeros may be, and returns
 * how much of it is never needed. */
uint64_t lk_optimizer_spare(lk_optimizer *optimizer);

/* The last place not behind `element` where a range of elements may begin or end: an
 * update that needs a whole matrix is not cut inside it. */
uint64_t lk_optimizer_cut(const lk_optimizer *optimizer, uint64_t element);

/* Updates those of elements first … first + count-1 that are held, of the (table->count)
 * arrays values and gradients; both ends as lk_optimizer_cut gives them. In which ranges,
 * and in which order, all elements are updated makes no difference to their bits. */
void lk_optimizer_update(lk_optimizer *optimizer, const lk_update *update,
                         const float *gradients, float *values, uint64_t first,
                         uint64_t count);

/* All ranks, once all of them have updated all elements: every rank gets what an update
 * has left to one of them. */
lk_status lk_optimizer_share(const lk_optimizer *optimizer, lk_world *world, float *values);

/* Euclidean norm of count floats, summed in fixed blocks. Not finite when an element is
 * not. */
double lk_gradient_norm(const float *gradients, uint64_t count);

/* All ranks: the same, to the bit, of a gradient that is what the optimizer's sum leaves:
 * of a scattered one each rank sums the blocks that it has. */
lk_status lk_optimizer_norm(const lk_optimizer *optimizer, lk_world *world,
                            const float *gradients, double *norm);

/* What gradients of global norm `norm` are multiplied by, as PyTorch's clip_grad_norm_
 * does: most / (norm + 1e-6), at most 1; 1 where `most` is 0. */
double lk_clip_factor(double most, double norm);

LK_C_END

#endif

/* The parameter table of a model: one list gives names, shapes, offsets and decay. */
#ifndef LOCKSTEP_PARAMETERS_H
#define LOCKSTEP_PARAMETERS_H

#include "lockstep/linkage.h"
#include "lockstep/memory.h"
#include "lockstep/shape.h"
#include "lockstep/types.h"

LK_C_BEGIN

typedef enum { LK_INITIAL_ZERO, LK_INITIAL_ONE, LK_INITIAL_NORMAL } lk_initial;

/* One tensor, named as PyTorch names it ("blocks.0.attn.key.weight"). */
typedef struct {
  char name[48];
  int block;        /* of the model's blocks, -1: outside them */
  int rank;         /* dimensions, 1 to 3 */
  uint64_t size[3]; /* the sizes of the first `rank` dimensions */
  uint64_t count;   /* elements */
  uint64_t offset;  /* of the first element in the one parameter array */
  int decay;        /* nonzero: weight decay applies */
  int initial;      /* lk_initial */
} lk_parameter;

typedef struct {
  lk_shape shape;
  int tensors;        /* entries of list */
  lk_parameter *list; /* owned */
  uint64_t count;     /* parameters in all; the array has no gaps */
} lk_parameters;

/* LK_USAGE when lk_shape_check refuses the shape. The caller owns *out. */
lk_status lk_parameters_create(lk_parameters **out, const lk_shape *shape);
void lk_parameters_free(lk_parameters *parameters);

/* Entry by name, or NULL. */
const lk_parameter *lk_parameters_find(const lk_parameters *parameters, const char *name);

/* Initial values into values[count]: weights and embeddings N(0, 0.02), biases 0,
 * layer-norm weights 1 (minGPT). A function of the seed only. */
void lk_parameters_initialise(const lk_parameters *parameters, uint64_t seed,
                              lk_real *values);

LK_C_END

#endif

/* The optimizer Muon (Jordan et al. 2024; scaled as by Liu et al. 2025, arXiv:2502.16982):
 * the matrices of the blocks move by the momentum of their gradients made orthogonal, so
 * that a direction that few examples ask for moves as far as one that all do. AdamW updates
 * the rest. */
#ifndef LOCKSTEP_MUON_H
#define LOCKSTEP_MUON_H

#include "lockstep/linkage.h"
#include "lockstep/parameters.h"
#include "lockstep/world.h"

LK_C_BEGIN

/* Scratch, and the matrices' distribution: each is made orthogonal by one rank. */
typedef struct lk_muon lk_muon;

/* Nonzero for Muon's tensors. */
int lk_muon_takes(const lk_parameter *tensor);

/* Not collective. LK_USAGE when the model is too large. The caller owns *out:
 * lk_muon_free. */
lk_status lk_muon_create(lk_muon **out, const lk_parameters *table, const lk_world *world);
void lk_muon_free(lk_muon *muon);

typedef struct {
  double learning_rate;
  double momentum;       /* decay of the gradients' mean a step */
  double weight_decay;   /* decoupled */
  double gradient_scale; /* what gradients are multiplied by */
} lk_muon_step;

/* One update: m, the gradients' mean, of all matrices, and those matrices of values that
 * are this rank's; the arrays are (table->count). A matrix moves by learning_rate · 0.2 ·
 * sqrt(its larger size), so that learning rates are AdamW's. */
void lk_muon_update(lk_muon *muon, const lk_muon_step *step, const float *gradients,
                    float *values, float *m);

/* All ranks, after it: every rank gets all matrices. */
lk_status lk_muon_share(const lk_muon *muon, lk_world *world, float *values);

LK_C_END

#endif

/* Private to the model: its work space. */
#ifndef LOCKSTEP_MODEL_ACTIVATIONS_H
#define LOCKSTEP_MODEL_ACTIVATIONS_H

#include "lockstep/attention.h"
#include "lockstep/model.h"
#include "model/tensors.h"

/* What one block keeps for its backward pass. R is the rows that the block's output is
 * needed for: N, but M in the last block, where only rows with loss go on. */
typedef struct {
  lk_real *input;                  /* (N, C) the residual stream */
  lk_real *ln1;                    /* (N, C) */
  lk_real *ln1_mean, *ln1_inverse; /* (N) */
  lk_real *q;                      /* (R, C) */
  lk_real *kv;                     /* (N, 2C) keys, then values */
  lk_real *attended, *log_sum;     /* (R, C), (R, H) */
  lk_real *middle;                 /* (R, C) the residual stream after attention */
  lk_real *ln2;                    /* (R, C) */
  lk_real *ln2_mean, *ln2_inverse; /* (R) */
  lk_real *slope, *hidden;         /* (R, 4C) GELU's slope and value */
  uint8_t *keep_attention;         /* dropout masks */
  uint8_t *keep_proj, *keep_mlp;   /* (R, C) */
} lk_block_activations;

struct lk_model {
  const lk_parameters *table;
  int max_rows, backward;
  lk_attention *attention;
  lk_tensors weights, gradients;
  lk_block_activations *blocks; /* (L) */
  uint8_t *keep_embedding;      /* (N, C) */
  lk_real *query_source;        /* (M, C) last block: rows with loss of ln1 … */
  lk_real *residual_source;     /* (M, C) … and of its input */
  lk_real *output;              /* (M, C) the residual stream after the last block */
  lk_real *ln_f, *ln_f_mean, *ln_f_inverse; /* (M, C), (M), (M) */
  lk_real *logits;                          /* (M, vocabulary), becomes their gradient */
  double *losses;                           /* (M) */
  int32_t *target_rows;                     /* (M) rows with loss */
  lk_span *all, *targets;     /* (B) all rows as queries; rows with loss as queries */
  lk_real *branch;            /* (N, C) scratch: output of a residual branch */
  lk_real *d_stream, *d_rows; /* (N, C) gradients of the residual stream, and scratch */
  lk_real *d_hidden;          /* (R, 4C) */
  lk_real *d_q, *d_kv, *d_ln; /* (R, C), (N, 2C), (N, C) */
  const lk_pack *pack;        /* of the last forward pass, the caller's */
  double drop;
  void *memory; /* owns every array but those of tensors and attention */
};

#endif

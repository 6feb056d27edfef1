/* Private to the model: its work space. */
#ifndef LOCKSTEP_MODEL_ACTIVATIONS_H
#define LOCKSTEP_MODEL_ACTIVATIONS_H

#include "lockstep/attention.h"
#include "lockstep/model.h"
#include "lockstep/nn.h"
#include "model/tensors.h"

/* What one block keeps for its backward pass. Operands are in the model's precision. R is
 * the rows that the block's output is needed for: N, but M in the last block, where only
 * rows with loss go on. F is the MLP's width, K that of the keys. */
typedef struct {
  lk_real *input;                  /* (N, C) the residual stream */
  lk_operand ln1;                  /* (N, C) */
  lk_real *ln1_mean, *ln1_inverse; /* (N); means are LayerNorm's alone, as all below */
  lk_real *q;                      /* (R, C) */
  lk_real *kv;                     /* (N, 2K) keys, then values */
  lk_real *attended, *log_sum;     /* (R, C), (R, H) */
  lk_operand attended_operand;     /* (R, C) attended, or its bf16 copy */
  lk_real *middle;                 /* (R, C) the residual stream after attention */
  lk_operand ln2;                  /* (R, C) */
  lk_real *ln2_mean, *ln2_inverse; /* (R) */
  lk_real *slope;                  /* (R, F) GELU's slope */
  lk_operand hidden;               /* (R, F) and value */
  uint32_t *keep_attention;        /* dropout masks, a bit an element */
  uint32_t *keep_proj, *keep_mlp;  /* (R, C) */
} lk_block_activations;

/* The rows of a forward pass and what they look at: those of a pack, or the new ones of
 * texts whose earlier keys and values are kept. Not owned. */
typedef struct {
  int B, N, M;                  /* sequences, rows, rows whose logits are wanted */
  const lk_token *tokens;       /* (N) */
  const uint16_t *positions;    /* (N) within the sequence */
  const lk_span *all, *targets; /* (B) all rows as queries; wanted rows as queries */
  const int32_t *target_rows;   /* (M) the wanted rows */
  const lk_dropout *dropout;    /* NULL: none */
  /* (L) of (…, 2K): keys and values, of whose rows the spans' keys are, and (N) where those
   * of this pass' rows go. NULL: they are kept nowhere, and the spans' keys are these rows.
   */
  lk_real *const *cache;
  const int32_t *cache_rows;
} lk_pass;

/* What a model has room for in one pass. */
typedef struct {
  int rows, targets; /* targets: rows whose logits are wanted */
  int drops;         /* passes may have dropout, whose masks are kept */
  int over_cache;    /* all passes are, which need no oneDNN in bf16 */
} lk_model_room;

struct lk_model {
  const lk_parameters *table;
  int max_rows, max_targets;
  lk_keep keep;
  int drops;
  int logit_rows; /* of the wanted rows, whose logits are held at a time */
  lk_precision precision;
  lk_linear layers[LK_LINEARS]; /* shapes of the linear layers */
  lk_attention *attention;
  lk_rotary *rotary; /* NULL: learned positions */
  lk_tensors weights, gradients;
  lk_block_activations *blocks; /* (L), of the same arrays where they are not kept */
  uint32_t *keep_embedding;     /* (N, C) */
  const lk_bf16 *rounded;       /* (table->count) the values that are held; not owned */
  lk_operand query_source;      /* (M, C) last block: rows with loss of ln1 … */
  lk_real *residual_source;     /* (M, C) … and of its input */
  lk_real *output;              /* (M, C) the residual stream after the last block */
  lk_operand ln_f;              /* (M, C) */
  lk_real *ln_f_mean, *ln_f_inverse; /* (M), (M) */
  lk_real *logits;                   /* (logit_rows, vocabulary), becomes their gradient;
                                        gone once others of the backward pass are there */
  double *losses;                    /* (M) */
  int32_t *target_rows;              /* (M) rows with loss */
  lk_span *all, *targets;     /* (B) all rows as queries; rows with loss as queries */
  lk_real *weights_row;       /* (block) attention weights of one query */
  lk_real *branch;            /* (N, C) scratch: output of a residual branch */
  lk_real *d_stream, *d_rows; /* (N, C) gradients of the residual stream, and scratch */
  lk_real *d_hidden;          /* (R, F) */
  lk_real *d_q, *d_kv, *d_ln; /* (R, C), (N, 2K), (N, C) */
  /* Gradients as operands: of a branch's output (R, C) and of GELU's input (R, F), and the
   * arrays above or their bf16 copies; logits are rounded in their own place. */
  lk_operand d_branch, d_up, d_q_operand, d_kv_operand, d_logits;
  lk_pass pass;                 /* the last one */
  lk_dropout dropout;           /* of it, where pass.dropout points to */
  lk_loss loss;                 /* that is learned from */
  const lk_backward_hook *hook; /* of this backward pass, or NULL */
  const lk_real *final;         /* first gradient that will not change any more in it */
  void *memory;                 /* owns every array but those of tensors and attention */
};

/* What the MLP of a block reads (R, C): the stream with what attention added, or as the
 * block got it. */
static inline const lk_real *lk_mlp_source(const lk_model *m,
                                           const lk_block_activations *a) {
  int is_last = a == &m->blocks[m->table->shape.layers - 1];
  if (m->table->shape.residual == LK_SERIAL_RESIDUAL) return a->middle;
  return is_last ? m->residual_source : a->input;
}

/* The normalisation of rows of the stream, of the model's kind; mean and bias are those of
 * LayerNorm alone. */
static inline void lk_norm_forward(const lk_model *m, lk_operand y, lk_real *mean,
                                   lk_real *inverse, const lk_real *x,
                                   const lk_real *weight, const lk_real *bias, int rows) {
  int C = m->table->shape.channels;
  if (m->table->shape.norm == LK_RMS_NORM)
    lk_rms_norm_forward(y, inverse, x, weight, rows, C);
  else
    lk_layer_norm_forward(y, mean, inverse, x, weight, bias, rows, C);
}

/* Adds to d_stream and to the gradients of weight and bias. */
static inline void lk_norm_backward(lk_model *m, lk_real *dweight, lk_real *dbias,
                                    const lk_real *x, const lk_real *mean,
                                    const lk_real *inverse, const lk_real *weight,
                                    int rows) {
  int C = m->table->shape.channels;
  if (m->table->shape.norm == LK_RMS_NORM)
    lk_rms_norm_backward(m->d_stream, dweight, m->d_ln, x, inverse, weight, rows, C);
  else
    lk_layer_norm_backward(m->d_stream, dweight, dbias, m->d_ln, x, mean, inverse, weight,
                           rows, C);
}

/* lk_model_create for passes of another size than packs have. */
lk_status lk_model_allocate(lk_model **out, const lk_parameters *parameters,
                            lk_model_room room, lk_keep keep, lk_precision precision);

/* Everything up to m->ln_f (M, C), which the head reads. */
void lk_model_pass(lk_model *m, const lk_real *values, const lk_pass *pass);

/* The head: logits of `rows` <= m->logit_rows of the wanted rows, `first` and on, which
 * m->logits (rows, vocabulary) then holds; and, of what the loss made of them, the gradient
 * of ln_f's rows in m->d_ln, the weight's added to m->gradients. */
void lk_model_head(lk_model *m, int first, int rows);
void lk_model_head_backward(lk_model *m, int first, int rows);

/* Fills the arrays that all blocks share with what block l's backward pass needs, from the
 * block's input: not for the last block, of which they hold it already. */
void lk_model_compute_again(lk_model *m, int l);

/* The share that is dropped at sites of one of the last three kinds. */
static inline double lk_drop(const lk_dropout *dropout, lk_drop_at kind) {
  if (!dropout) return 0;
  int is_hidden = dropout->at == LK_DROP_HIDDEN && kind != LK_DROP_ATTENTION;
  return dropout->at == LK_DROP_ALL || dropout->at == kind || is_hidden ? dropout->drop : 0;
}

/* What is kept there is multiplied by it. */
static inline lk_real lk_keep_scale_at(const lk_dropout *dropout, lk_drop_at kind) {
  double drop = lk_drop(dropout, kind);
  return drop > 0 ? (lk_real)lk_keep_scale(drop) : 1;
}

/* A tensor of `weights` as the forward pass took it. */
static inline lk_operand lk_weight_operand(const lk_model *m, lk_real *tensor) {
  if (m->precision == LK_FP32) return lk_fp32_operand(tensor);
  return (lk_operand){NULL, (lk_bf16 *)m->rounded + (tensor - m->weights.tok_emb)};
}

/* Gives an operand that shares its array with fp32 results those results. */
static inline void lk_fill_operand(lk_operand to, const lk_real *from, size_t count) {
  if (to.bf16) lk_bf16_round(to.bf16, from, count);
}

#endif

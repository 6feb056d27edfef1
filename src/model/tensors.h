/* The one list of the model's tensors: table, names, pointers, initial values derive from
 * it.
 *
 * X(field, name, rank, size 0, size 1, size 2, weight decay, initial value), where the
 * sizes are expressions of a lk_shape *s. Key follows query and value follows key, weights
 * and biases, so that the two are one matrix to a product. */
#ifndef LOCKSTEP_MODEL_TENSORS_H
#define LOCKSTEP_MODEL_TENSORS_H

#include "lockstep/parameters.h"

#define LK_FIRST_TENSORS(X)                                                                \
  X(tok_emb, "tok_emb.weight", 2, s->vocabulary, s->channels, 1, 1, LK_INITIAL_NORMAL)     \
  X(pos_emb, "pos_emb", 3, s->positions == LK_LEARNED_POSITIONS, s->block, s->channels, 1, \
    LK_INITIAL_NORMAL)

#define LK_BLOCK_TENSORS(X)                                                                \
  X(ln1_weight, "ln1.weight", 1, s->channels, 1, 1, 1, LK_INITIAL_ONE)                     \
  X(ln1_bias, "ln1.bias", 1, lk_norm_biases(s), 1, 1, 0, LK_INITIAL_ZERO)                  \
  X(query_weight, "attn.query.weight", 2, s->channels, s->channels, 1, 1,                  \
    LK_INITIAL_NORMAL)                                                                     \
  X(key_weight, "attn.key.weight", 2, lk_kv_width(s), s->channels, 1, 1,                   \
    LK_INITIAL_NORMAL)                                                                     \
  X(value_weight, "attn.value.weight", 2, lk_kv_width(s), s->channels, 1, 1,               \
    LK_INITIAL_NORMAL)                                                                     \
  X(query_bias, "attn.query.bias", 1, s->channels, 1, 1, 0, LK_INITIAL_ZERO)               \
  X(key_bias, "attn.key.bias", 1, lk_kv_width(s), 1, 1, 0, LK_INITIAL_ZERO)                \
  X(value_bias, "attn.value.bias", 1, lk_kv_width(s), 1, 1, 0, LK_INITIAL_ZERO)            \
  X(proj_weight, "attn.proj.weight", 2, s->channels, s->channels, 1, 1, LK_INITIAL_NORMAL) \
  X(proj_bias, "attn.proj.bias", 1, s->channels, 1, 1, 0, LK_INITIAL_ZERO)                 \
  X(ln2_weight, "ln2.weight", 1, s->channels, 1, 1, 1, LK_INITIAL_ONE)                     \
  X(ln2_bias, "ln2.bias", 1, lk_norm_biases(s), 1, 1, 0, LK_INITIAL_ZERO)                  \
  X(up_weight, "mlp.0.weight", 2, lk_mlp_width(s), s->channels, 1, 1, LK_INITIAL_NORMAL)   \
  X(up_bias, "mlp.0.bias", 1, lk_mlp_width(s), 1, 1, 0, LK_INITIAL_ZERO)                   \
  X(down_weight, "mlp.2.weight", 2, s->channels, lk_mlp_width(s), 1, 1, LK_INITIAL_NORMAL) \
  X(down_bias, "mlp.2.bias", 1, s->channels, 1, 1, 0, LK_INITIAL_ZERO)

#define LK_LAST_TENSORS(X)                                                                 \
  X(ln_f_weight, "ln_f.weight", 1, s->channels, 1, 1, 1, LK_INITIAL_ONE)                   \
  X(ln_f_bias, "ln_f.bias", 1, lk_norm_biases(s), 1, 1, 0, LK_INITIAL_ZERO)                \
  X(head_weight, "head.weight", 2, s->tied ? 0 : s->vocabulary, s->channels, 1, 1,         \
    LK_INITIAL_NORMAL)

#define LK_POINTER(field, name, rank, s0, s1, s2, decay, initial) lk_real *field;

typedef struct {
  LK_BLOCK_TENSORS(LK_POINTER)
} lk_block_tensors;

typedef struct {
  LK_FIRST_TENSORS(LK_POINTER)
  LK_LAST_TENSORS(LK_POINTER)
  lk_block_tensors *blocks; /* (L), owned by the tensors */
} lk_tensors;

/* Points every field into an array laid out by the table, which the caller keeps; a tied
 * head's points to the token embedding. The block list is owned by *out:
 * lk_tensors_release.
 */
lk_status lk_tensors_create(lk_tensors *out, const lk_parameters *parameters);
void lk_tensors_bind(lk_tensors *tensors, const lk_parameters *parameters, lk_real *array);
void lk_tensors_release(lk_tensors *tensors);

#endif

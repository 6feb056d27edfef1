#include "lockstep/nn.h"
#include "model/activations.h"
#include <assert.h>
#include <string.h>

static const uint32_t *mask(const lk_model *m, lk_drop_at kind, const uint32_t *keep) {
  return lk_drop(m->pass.dropout, kind) > 0 ? keep : NULL;
}

static lk_real scale(const lk_model *m, lk_drop_at kind) {
  return lk_keep_scale_at(m->pass.dropout, kind);
}

/* Between products: others may use a moment. */
static void make_way(const lk_model *m) {
  assert(m->final >= m->gradients.tok_emb);
  assert(m->final <= m->gradients.tok_emb + m->table->count);
  if (m->hook) m->hook->call(m->hook->context, (size_t)(m->final - m->gradients.tok_emb));
}

/* Gradients from `first` on are final: the pass runs from the table's end to its start. */
static void finish(lk_model *m, const lk_real *first) {
  m->final = first;
  make_way(m);
}

/* In: the gradient of the block's output (R, C), which is that of `middle` but for what the
 * MLP read. Out, in the same place: with it. */
static void mlp_backward(lk_model *m, const lk_block_activations *a,
                         const lk_block_tensors *w, const lk_block_tensors *g, int R,
                         const lk_real *final) {
  int C = m->table->shape.channels;
  size_t count = (size_t)R * (size_t)C;
  lk_drop_elements(m->d_branch, m->d_stream, mask(m, LK_DROP_RESIDUAL, a->keep_mlp),
                   scale(m, LK_DROP_RESIDUAL), count);
  lk_linear_backward_weight(&m->layers[LK_DOWN], g->down_weight, g->down_bias, m->d_branch,
                            a->hidden, R);
  make_way(m);
  lk_linear_backward_input(&m->layers[LK_DOWN], m->d_hidden, 0, m->d_branch,
                           lk_weight_operand(m, w->down_weight), R);
  make_way(m);
  lk_activation_backward(m->d_up, m->d_hidden, a->slope,
                         (size_t)R * (size_t)lk_mlp_width(&m->table->shape));
  lk_linear_backward_weight(&m->layers[LK_UP], g->up_weight, g->up_bias, m->d_up, a->ln2,
                            R);
  make_way(m);
  lk_linear_backward_input(&m->layers[LK_UP], m->d_ln, 0, m->d_up,
                           lk_weight_operand(m, w->up_weight), R);
  lk_norm_backward(m, g->ln2_weight, g->ln2_bias, lk_mlp_source(m, a), a->ln2_mean,
                   a->ln2_inverse, w->ln2_weight, R);
  finish(m, final);
}

/* From the gradient of `middle` (R, C): the gradients of queries (R, C) and of keys and
 * values (N, 2K). */
static void attention_backward(lk_model *m, const lk_block_activations *a,
                               const lk_block_tensors *w, const lk_block_tensors *g, int R,
                               const lk_span *spans, const lk_real *final) {
  int C = m->table->shape.channels;
  int drops = lk_drop(m->pass.dropout, LK_DROP_ATTENTION) > 0;
  size_t count = (size_t)R * (size_t)C;
  lk_drop_elements(m->d_branch, m->d_stream, mask(m, LK_DROP_RESIDUAL, a->keep_proj),
                   scale(m, LK_DROP_RESIDUAL), count);
  lk_linear_backward_weight(&m->layers[LK_SQUARE], g->proj_weight, g->proj_bias,
                            m->d_branch, a->attended_operand, R);
  finish(m, final);
  lk_linear_backward_input(&m->layers[LK_SQUARE], m->d_ln, 0, m->d_branch,
                           lk_weight_operand(m, w->proj_weight), R);
  size_t K = (size_t)lk_kv_width(&m->table->shape);
  lk_attention_input input = {spans,
                              m->pass.B,
                              a->q,
                              (size_t)C,
                              a->kv,
                              a->kv + K,
                              2 * K,
                              drops ? a->keep_attention : NULL,
                              scale(m, LK_DROP_ATTENTION)};
  lk_attention_backward(m->attention, &input, a->attended, a->log_sum, m->d_ln, m->d_q,
                        m->d_kv, m->d_kv + K);
  int H = m->table->shape.heads;
  lk_rotary_turn(m->rotary, m->d_q, (size_t)C, R, H, m->pass.positions,
                 spans == m->pass.targets ? m->pass.target_rows : NULL, 1);
  lk_rotary_turn(m->rotary, m->d_kv, 2 * K, m->pass.N, lk_kv_heads(&m->table->shape),
                 m->pass.positions, NULL, 1);
  make_way(m);
}

/* Spreads the gradient of the M rows with loss over the N rows of the pack. */
static void spread_rows(lk_model *m) {
  int C = m->table->shape.channels;
  assert(m->d_rows != m->d_stream);
  memset(m->d_rows, 0, (size_t)m->pass.N * (size_t)C * sizeof *m->d_rows);
  lk_scatter_add_rows(m->d_rows, m->d_stream, m->pass.target_rows, m->pass.M, C);
  lk_real *spread = m->d_rows;
  m->d_rows = m->d_stream;
  m->d_stream = spread;
}

/* From the gradients of queries, keys and values: that of the block's input, in d_stream.
 */
static void projections_backward(lk_model *m, const lk_block_activations *a,
                                 const lk_block_tensors *w, const lk_block_tensors *g,
                                 int last) {
  int C = m->table->shape.channels, N = m->pass.N, R = last ? m->pass.M : N;
  lk_operand query_weight = lk_weight_operand(m, w->query_weight);
  lk_fill_operand(m->d_q_operand, m->d_q, (size_t)R * (size_t)C);
  lk_fill_operand(m->d_kv_operand, m->d_kv,
                  (size_t)N * 2 * (size_t)lk_kv_width(&m->table->shape));
  lk_linear_backward_weight(&m->layers[LK_SQUARE], g->query_weight, g->query_bias,
                            m->d_q_operand, last ? m->query_source : a->ln1, R);
  make_way(m);
  lk_linear_backward_weight(&m->layers[LK_KV], g->key_weight, g->key_bias, m->d_kv_operand,
                            a->ln1, N);
  finish(m, g->query_weight);
  lk_linear_backward_input(&m->layers[LK_KV], m->d_ln, 0, m->d_kv_operand,
                           lk_weight_operand(m, w->key_weight), N);
  make_way(m);
  if (last) {
    lk_linear_backward_input(&m->layers[LK_SQUARE], m->branch, 0, m->d_q_operand,
                             query_weight, R);
    lk_scatter_add_rows(m->d_ln, m->branch, m->pass.target_rows, R, C);
    spread_rows(m);
  } else {
    lk_linear_backward_input(&m->layers[LK_SQUARE], m->d_ln, 1, m->d_q_operand,
                             query_weight, R);
  }
  lk_norm_backward(m, g->ln1_weight, g->ln1_bias, a->input, a->ln1_mean, a->ln1_inverse,
                   w->ln1_weight, N);
  finish(m, g->ln1_weight);
}

void lk_model_head_backward(lk_model *m, int first, int rows) {
  size_t C = (size_t)m->table->shape.channels, at = (size_t)first * C;
  if (m->d_logits.bf16)
    lk_bf16_round_in_place(m->logits, (size_t)rows * (size_t)m->table->shape.vocabulary,
                           (lk_bf16 *)m->branch, (size_t)m->max_rows * C);
  lk_linear_backward_weight(&m->layers[LK_HEAD], m->gradients.head_weight, NULL,
                            m->d_logits, lk_operand_from(m->ln_f, at), rows);
  lk_linear_backward_input(&m->layers[LK_HEAD], m->d_ln + at, 0, m->d_logits,
                           lk_weight_operand(m, m->weights.head_weight), rows);
}

/* What is left of the head, whose own gradient the forward pass has added. A tied one's is
 * in the token embedding's, which is final at the very end. */
static void final_norm_backward(lk_model *m) {
  int C = m->table->shape.channels, M = m->pass.M;
  finish(m, m->table->shape.tied ? m->gradients.tok_emb + m->table->count
                                 : m->gradients.head_weight);
  memset(m->d_stream, 0, (size_t)M * (size_t)C * sizeof *m->d_stream);
  lk_norm_backward(m, m->gradients.ln_f_weight, m->gradients.ln_f_bias, m->output,
                   m->ln_f_mean, m->ln_f_inverse, m->weights.ln_f_weight, M);
  finish(m, m->gradients.ln_f_weight);
}

static void block_backward(lk_model *m, int l) {
  const lk_block_activations *a = &m->blocks[l];
  const lk_block_tensors *w = &m->weights.blocks[l], *g = &m->gradients.blocks[l];
  int last = l == m->table->shape.layers - 1, R = last ? m->pass.M : m->pass.N;
  const lk_span *spans = last ? m->pass.targets : m->pass.all;
  if (m->keep == LK_KEEP_INPUTS && !last) lk_model_compute_again(m, l);
  if (m->table->shape.residual == LK_SERIAL_RESIDUAL) {
    mlp_backward(m, a, w, g, R, g->ln2_weight);
    attention_backward(m, a, w, g, R, spans, g->proj_weight);
  } else { /* what the MLP read is no part of `middle`; its tensors stand behind */
    attention_backward(m, a, w, g, R, spans, m->final);
    mlp_backward(m, a, w, g, R, g->proj_weight);
  }
  projections_backward(m, a, w, g, last);
}

static void embedding_backward(lk_model *m) {
  int C = m->table->shape.channels, N = m->pass.N;
  lk_drop_elements(lk_fp32_operand(m->d_stream), m->d_stream,
                   mask(m, LK_DROP_EMBEDDING, m->keep_embedding),
                   scale(m, LK_DROP_EMBEDDING), (size_t)N * (size_t)C);
  lk_embedding_backward(m->gradients.tok_emb, m->gradients.pos_emb, m->d_stream,
                        m->pass.tokens, m->pass.positions, N, C);
  finish(m, m->gradients.tok_emb);
}

/* Tensors of a block become final in three portions; all of them are no more. */
lk_growth lk_model_growth(const lk_parameters *parameters) {
  const lk_parameter *head = &parameters->list[parameters->tensors - 1];
  lk_growth growth = {0};
  for (int i = 0; i < parameters->tensors; i++)
    if (parameters->list[i].block == 0) growth.part += parameters->list[i].count;
  if (parameters->shape.tied)
    growth.early = parameters->list->count;
  else
    growth.start = head->count;
  return growth;
}

int lk_model_parts(const lk_model *model) {
  return model->table->shape.layers + 2;
}

void lk_model_backward_part(lk_model *model, const lk_real *values, lk_real *gradients,
                            int part, const lk_backward_hook *hook) {
  int layers = model->table->shape.layers;
  assert(model->keep && part >= 0 && part < lk_model_parts(model));
  lk_tensors_bind(&model->weights, model->table, (lk_real *)values);
  lk_tensors_bind(&model->gradients, model->table, gradients);
  model->hook = hook;
  if (part == 0)
    final_norm_backward(model);
  else if (part <= layers)
    block_backward(model, layers - part);
  else
    embedding_backward(model);
}

void lk_model_backward(lk_model *model, const lk_real *values, lk_real *gradients,
                       const lk_backward_hook *hook) {
  for (int part = 0; part < lk_model_parts(model); part++)
    lk_model_backward_part(model, values, gradients, part, hook);
}

#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include "model/activations.h"
#include <stdlib.h>

/* Places where dropout happens; values are part of the format. */
static uint32_t site_of(int block, int place) {
  return (uint32_t)(1 + 3 * block + place);
}
enum { SITE_EMBEDDING = 0, PLACE_ATTENTION = 0, PLACE_PROJ = 1, PLACE_MLP = 2 };

/* The mask of one site, or NULL without dropout. */
static const uint8_t *fill_mask(const lk_dropout *dropout, uint32_t site, uint8_t *keep,
                                size_t count) {
  if (!dropout || dropout->drop <= 0) return NULL;
  lk_profile_switch(LK_PART_ELEMENTWISE);
  lk_stream stream = dropout->stream;
  stream.site = site;
  lk_random_keep(&stream, dropout->drop, keep, count);
  return keep;
}

static lk_real keep_scale(const lk_dropout *dropout) {
  return dropout ? (lk_real)lk_keep_scale(dropout->drop) : 1;
}

static void describe_spans(lk_model *m, const lk_pack *pack) {
  for (int b = 0; b < pack->B; b++) {
    int keys = pack->start[b + 1] - pack->start[b];
    int targets = pack->target_start[b + 1] - pack->target_start[b];
    m->all[b] = (lk_span){pack->start[b], keys, pack->start[b], keys};
    m->targets[b] = (lk_span){pack->start[b], keys, pack->target_start[b], targets};
    for (int i = 0; i < targets; i++)
      m->target_rows[pack->target_start[b] + i] = pack->start[b + 1] - targets + i;
  }
}

/* middle = residual + dropout(attention(ln1)) for the R rows of the block. */
static void attention_forward(lk_model *m, const lk_block_activations *a,
                              const lk_block_tensors *w, int l, lk_operand query_source,
                              const lk_real *residual, const lk_dropout *dropout) {
  const lk_pack *pack = m->pack;
  int C = m->table->shape.channels, last = l == m->table->shape.layers - 1;
  int R = last ? pack->M : pack->N;
  const lk_span *spans = last ? m->targets : m->all;
  lk_linear_forward(&m->layers[LK_SQUARE], a->q, query_source,
                    lk_weight_operand(m, w->query_weight), w->query_bias, R);
  lk_linear_forward(&m->layers[LK_KV], a->kv, a->ln1, lk_weight_operand(m, w->key_weight),
                    w->key_bias, pack->N);
  int H = m->table->shape.heads;
  lk_rotary_turn(m->rotary, a->q, (size_t)C, R, H, pack->positions,
                 last ? m->target_rows : NULL, 0);
  lk_rotary_turn(m->rotary, a->kv, 2 * (size_t)C, pack->N, H, pack->positions, NULL, 0);
  size_t keep = dropout ? lk_attention_keep_size(spans, pack->B, m->table->shape.heads) : 0;
  lk_attention_input input = {
      spans,
      pack->B,
      a->q,
      (size_t)C,
      a->kv,
      a->kv + C,
      2 * (size_t)C,
      fill_mask(dropout, site_of(l, PLACE_ATTENTION), a->keep_attention, keep),
      keep_scale(dropout)};
  lk_attention_forward(m->attention, &input, a->attended, a->log_sum);
  size_t count = (size_t)R * (size_t)C;
  lk_fill_operand(a->attended_operand, a->attended, count);
  lk_linear_forward(&m->layers[LK_SQUARE], m->branch, a->attended_operand,
                    lk_weight_operand(m, w->proj_weight), w->proj_bias, R);
  lk_residual_forward(a->middle, residual, m->branch,
                      fill_mask(dropout, site_of(l, PLACE_PROJ), a->keep_proj, count),
                      keep_scale(dropout), count);
}

/* output = middle + dropout(mlp(ln2)). */
static void mlp_forward(lk_model *m, const lk_block_activations *a,
                        const lk_block_tensors *w, int l, int R, lk_real *output,
                        const lk_dropout *dropout) {
  int C = m->table->shape.channels;
  size_t count = (size_t)R * (size_t)C;
  lk_layer_norm_forward(a->ln2, a->ln2_mean, a->ln2_inverse, a->middle, w->ln2_weight,
                        w->ln2_bias, R, C);
  lk_linear_forward(&m->layers[LK_UP], a->slope, a->ln2, lk_weight_operand(m, w->up_weight),
                    w->up_bias, R);
  lk_activation_forward((lk_activation)m->table->shape.activation, a->hidden, a->slope,
                        4 * count);
  lk_linear_forward(&m->layers[LK_DOWN], m->branch, a->hidden,
                    lk_weight_operand(m, w->down_weight), w->down_bias, R);
  lk_residual_forward(output, a->middle, m->branch,
                      fill_mask(dropout, site_of(l, PLACE_MLP), a->keep_mlp, count),
                      keep_scale(dropout), count);
}

/* One block. In the last one everything but keys and values is for rows with loss only. */
static void block_forward(lk_model *m, int l, const lk_dropout *dropout) {
  const lk_block_activations *a = &m->blocks[l];
  const lk_block_tensors *w = &m->weights.blocks[l];
  const lk_pack *pack = m->pack;
  int C = m->table->shape.channels, last = l == m->table->shape.layers - 1;
  lk_operand query_source = a->ln1;
  const lk_real *residual = a->input;
  lk_layer_norm_forward(a->ln1, a->ln1_mean, a->ln1_inverse, a->input, w->ln1_weight,
                        w->ln1_bias, pack->N, C);
  if (last) {
    lk_gather_rows(m->query_source, a->ln1, m->target_rows, pack->M, C);
    lk_gather_rows(lk_fp32_operand(m->residual_source), lk_fp32_operand(a->input),
                   m->target_rows, pack->M, C);
    query_source = m->query_source;
    residual = m->residual_source;
  }
  attention_forward(m, a, w, l, query_source, residual, dropout);
  mlp_forward(m, a, w, l, last ? pack->M : pack->N,
              last ? m->output : m->blocks[l + 1].input, dropout);
}

/* Everything up to the logits. */
static void forward(lk_model *m, const lk_real *values, const lk_pack *pack,
                    const lk_dropout *dropout) {
  const lk_shape *s = &m->table->shape;
  int C = s->channels;
  m->pack = pack;
  m->drop = dropout ? dropout->drop : 0;
  /* The weights are only read: lk_tensors serves gradients too and so has no const. */
  lk_tensors_bind(&m->weights, m->table, (lk_real *)values);
  if (m->precision == LK_BF16) lk_bf16_round(m->weights_bf16, values, m->table->count);
  describe_spans(m, pack);
  lk_embedding_forward(
      m->blocks[0].input, pack->tokens, pack->positions, m->weights.tok_emb,
      m->weights.pos_emb,
      fill_mask(dropout, SITE_EMBEDDING, m->keep_embedding, (size_t)pack->N * (size_t)C),
      keep_scale(dropout), pack->N, C);
  for (int l = 0; l < s->layers; l++)
    block_forward(m, l, dropout);
  lk_layer_norm_forward(m->ln_f, m->ln_f_mean, m->ln_f_inverse, m->output,
                        m->weights.ln_f_weight, m->weights.ln_f_bias, pack->M, C);
  lk_linear_forward(&m->layers[LK_HEAD], m->logits, m->ln_f,
                    lk_weight_operand(m, m->weights.head_weight), NULL, pack->M);
}

/* Pairs of halves, so that the order is the pack's and the error grows with log M only. */
static double sum_losses(const double *losses, int count) {
  if (count <= 8) {
    double sum = 0;
    for (int i = 0; i < count; i++)
      sum += losses[i];
    return sum;
  }
  return sum_losses(losses, count / 2) + sum_losses(losses + count / 2, count - count / 2);
}

double lk_model_forward(lk_model *model, const lk_real *values, const lk_pack *pack,
                        const lk_dropout *dropout, const double **losses) {
  if (dropout && dropout->drop <= 0) dropout = NULL;
  forward(model, values, pack, dropout);
  lk_cross_entropy(model->losses, model->logits, pack->targets, pack->M,
                   model->table->shape.vocabulary, model->backward);
  if (losses) *losses = model->losses;
  return sum_losses(model->losses, pack->M);
}

const lk_real *lk_model_logits(lk_model *model, const lk_real *values,
                               const lk_pack *pack) {
  forward(model, values, pack, NULL);
  return model->logits;
}

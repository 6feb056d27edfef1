#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include "model/activations.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Places where dropout happens; values are part of the format. */
static uint32_t site_of(int block, int place) {
  return (uint32_t)(1 + 3 * block + place);
}
enum { SITE_EMBEDDING = 0, PLACE_ATTENTION = 0, PLACE_PROJ = 1, PLACE_MLP = 2 };

static lk_stream stream_at(const lk_dropout *dropout, uint32_t site) {
  lk_stream stream = dropout->stream;
  stream.site += site;
  return stream;
}

/* The mask of one site, or NULL without dropout. */
static const uint32_t *fill_mask(const lk_dropout *dropout, lk_drop_at kind, uint32_t site,
                                 uint32_t *keep, size_t count) {
  if (lk_drop(dropout, kind) <= 0) return NULL;
  lk_profile_switch(LK_PART_ELEMENTWISE);
  lk_stream stream = stream_at(dropout, site);
  lk_random_keep_bits(&stream, dropout->drop, keep, count);
  return keep;
}

/* A linear layer over rows of the pass. Over a cache no row's bits depend on the others. */
static void product(const lk_model *m, int layer, lk_real *y, lk_operand x, lk_real *weight,
                    const lk_real *bias, int rows) {
  lk_operand taken = lk_weight_operand(m, weight);
  if (m->pass.cache)
    lk_linear_rows(&m->layers[layer], y, x, taken, bias, rows);
  else
    lk_linear_forward(&m->layers[layer], y, x, taken, bias, rows);
}

/* The MLP's activation; over a cache row by row, for what is left of a row behind its last
 * vector is computed otherwise. */
static void activate(const lk_model *m, const lk_block_activations *a, int R) {
  size_t wide = (size_t)lk_mlp_width(&m->table->shape);
  lk_activation kind = (lk_activation)m->table->shape.activation;
  if (!m->pass.cache) lk_activation_forward(kind, a->hidden, a->slope, (size_t)R * wide);
  for (size_t i = 0; m->pass.cache && i < (size_t)R; i++)
    lk_activation_forward(kind, lk_operand_from(a->hidden, i * wide), a->slope + i * wide,
                          wide);
}

/* Keys and values of the block, (…, 2K): its rows' own, or those kept and its rows' among
 * them. */
static const lk_real *keep_keys(const lk_model *m, const lk_block_activations *a, int l) {
  size_t size = 2 * (size_t)lk_kv_width(&m->table->shape);
  const lk_pass *pass = &m->pass;
  if (!pass->cache) return a->kv;
  for (int i = 0; i < pass->N; i++)
    memcpy(pass->cache[l] + (size_t)pass->cache_rows[i] * size, a->kv + (size_t)i * size,
           size * sizeof *a->kv);
  return pass->cache[l];
}

static void attend_singly(lk_model *m, const lk_attention_input *input, const lk_span *span,
                          lk_real *out) {
  const lk_shape *s = &m->table->shape;
  size_t H = (size_t)s->heads, D = (size_t)s->channels / H;
  size_t group = H / (size_t)lk_kv_heads(s);
  for (size_t h = 0; h < H; h++) {
    size_t query = ((size_t)span->query_start * H + h) * D;
    size_t key = (size_t)span->key_start * input->kv_stride + h / group * D;
    lk_attention_single_query(input->q + query, input->k + key, input->v + key,
                              input->kv_stride, span->keys, (int)D,
                              1 / (lk_real)sqrt((double)D), m->weights_row, out + query);
  }
}

/* Each sequence as alone: one query of a step of decoding would leave the core's tiles
 * empty. */
static void attend_over_cache(lk_model *m, lk_attention_input input, lk_real *out,
                              lk_real *log_sum) {
  int count = input.spans_count;
  input.spans_count = 1;
  for (int b = 0; b < count; b++, input.spans++)
    if (input.spans->queries == 1)
      attend_singly(m, &input, input.spans, out);
    else
      lk_attention_forward(m->attention, &input, out, log_sum);
}

static const uint32_t *attention_mask(const lk_model *m, const lk_block_activations *a,
                                      int l, const lk_span *spans) {
  return fill_mask(m->pass.dropout, LK_DROP_ATTENTION, site_of(l, PLACE_ATTENTION),
                   a->keep_attention,
                   lk_attention_keep_size(spans, m->pass.B, m->table->shape.heads));
}

/* attended = attention of the R rows of the block, with dropout. */
static void attend(lk_model *m, const lk_block_activations *a, int l, const lk_real *kv,
                   const lk_span *spans) {
  const lk_pass *pass = &m->pass;
  size_t C = (size_t)m->table->shape.channels, K = (size_t)lk_kv_width(&m->table->shape);
  lk_attention_input input = {spans,
                              pass->B,
                              a->q,
                              C,
                              kv,
                              kv + K,
                              2 * K,
                              attention_mask(m, a, l, spans),
                              lk_keep_scale_at(pass->dropout, LK_DROP_ATTENTION)};
  if (pass->cache)
    attend_over_cache(m, input, a->attended, a->log_sum);
  else
    lk_attention_forward(m->attention, &input, a->attended, a->log_sum);
}

/* middle = residual + dropout(attention(ln1)) for the R rows of the block. */
static void attention_forward(lk_model *m, const lk_block_activations *a,
                              const lk_block_tensors *w, int l, lk_operand query_source,
                              const lk_real *residual) {
  const lk_pass *pass = &m->pass;
  int C = m->table->shape.channels, H = m->table->shape.heads;
  int last = l == m->table->shape.layers - 1, R = last ? pass->M : pass->N;
  size_t count = (size_t)R * (size_t)C;
  product(m, LK_SQUARE, a->q, query_source, w->query_weight, w->query_bias, R);
  product(m, LK_KV, a->kv, a->ln1, w->key_weight, w->key_bias, pass->N);
  lk_rotary_turn(m->rotary, a->q, (size_t)C, R, H, pass->positions,
                 last ? pass->target_rows : NULL, 0);
  lk_rotary_turn(m->rotary, a->kv, 2 * (size_t)lk_kv_width(&m->table->shape), pass->N,
                 lk_kv_heads(&m->table->shape), pass->positions, NULL, 0);
  attend(m, a, l, keep_keys(m, a, l), last ? pass->targets : pass->all);
  lk_fill_operand(a->attended_operand, a->attended, count);
  product(m, LK_SQUARE, m->branch, a->attended_operand, w->proj_weight, w->proj_bias, R);
  lk_residual_forward(a->middle, residual, m->branch,
                      fill_mask(pass->dropout, LK_DROP_RESIDUAL, site_of(l, PLACE_PROJ),
                                a->keep_proj, count),
                      lk_keep_scale_at(pass->dropout, LK_DROP_RESIDUAL), count);
}

/* What the MLP's second product takes; ln2 is of middle or of what middle was made from. */
static void hidden_forward(lk_model *m, const lk_block_activations *a,
                           const lk_block_tensors *w, int R) {
  lk_norm_forward(m, a->ln2, a->ln2_mean, a->ln2_inverse, lk_mlp_source(m, a),
                  w->ln2_weight, w->ln2_bias, R);
  product(m, LK_UP, a->slope, a->ln2, w->up_weight, w->up_bias, R);
  activate(m, a, R);
}

static const uint32_t *mlp_mask(const lk_model *m, const lk_block_activations *a, int l,
                                size_t count) {
  return fill_mask(m->pass.dropout, LK_DROP_RESIDUAL, site_of(l, PLACE_MLP), a->keep_mlp,
                   count);
}

/* output = middle + dropout(mlp(ln2)). */
static void mlp_forward(lk_model *m, const lk_block_activations *a,
                        const lk_block_tensors *w, int l, int R, lk_real *output) {
  size_t count = (size_t)R * (size_t)m->table->shape.channels;
  hidden_forward(m, a, w, R);
  product(m, LK_DOWN, m->branch, a->hidden, w->down_weight, w->down_bias, R);
  lk_residual_forward(output, a->middle, m->branch, mlp_mask(m, a, l, count),
                      lk_keep_scale_at(m->pass.dropout, LK_DROP_RESIDUAL), count);
}

/* One block. In the last one everything but keys and values is for wanted rows only. */
static void block_forward(lk_model *m, int l) {
  const lk_block_activations *a = &m->blocks[l];
  const lk_block_tensors *w = &m->weights.blocks[l];
  const lk_pass *pass = &m->pass;
  int C = m->table->shape.channels, last = l == m->table->shape.layers - 1;
  lk_operand query_source = a->ln1;
  const lk_real *residual = a->input;
  lk_norm_forward(m, a->ln1, a->ln1_mean, a->ln1_inverse, a->input, w->ln1_weight,
                  w->ln1_bias, pass->N);
  if (last) {
    lk_gather_rows(m->query_source, a->ln1, pass->target_rows, pass->M, C);
    lk_gather_rows(lk_fp32_operand(m->residual_source), lk_fp32_operand(a->input),
                   pass->target_rows, pass->M, C);
    query_source = m->query_source;
    residual = m->residual_source;
  }
  attention_forward(m, a, w, l, query_source, residual);
  mlp_forward(m, a, w, l, last ? pass->M : pass->N,
              last ? m->output : m->blocks[l + 1].input);
}

void lk_model_compute_again(lk_model *m, int l) {
  const lk_block_activations *a = &m->blocks[l];
  const lk_block_tensors *w = &m->weights.blocks[l];
  int C = m->table->shape.channels, N = m->pass.N;
  assert(m->keep == LK_KEEP_INPUTS && l < m->table->shape.layers - 1);
  lk_norm_forward(m, a->ln1, a->ln1_mean, a->ln1_inverse, a->input, w->ln1_weight,
                  w->ln1_bias, N);
  attention_forward(m, a, w, l, a->ln1, a->input);
  hidden_forward(m, a, w, N);
  mlp_mask(m, a, l, (size_t)N * (size_t)C);
}

static void embedding_forward(lk_model *m) {
  const lk_pass *pass = &m->pass;
  int C = m->table->shape.channels;
  size_t count = (size_t)pass->N * (size_t)C;
  lk_real *sum = m->blocks[0].input;
  lk_embedding_forward(sum, pass->tokens, pass->positions, m->weights.tok_emb,
                       m->weights.pos_emb, pass->N, C);
  const uint32_t *keep =
      fill_mask(pass->dropout, LK_DROP_EMBEDDING, SITE_EMBEDDING, m->keep_embedding, count);
  if (keep)
    lk_drop_elements(lk_fp32_operand(sum), sum, keep,
                     lk_keep_scale_at(pass->dropout, LK_DROP_EMBEDDING), count);
}

void lk_model_hold(lk_model *model, const lk_bf16 *rounded) {
  model->rounded = rounded;
}

void lk_model_learn_from(lk_model *model, lk_loss loss) {
  assert(loss.smoothing >= 0 && loss.smoothing <= 1 && loss.focus >= 0);
  model->loss = loss;
}

void lk_model_pass(lk_model *m, const lk_real *values, const lk_pass *pass) {
  assert(pass->N <= m->max_rows);
  assert(pass->M <= pass->N && pass->M <= m->max_targets);
  assert(!pass->dropout || m->drops);
  assert(m->precision == LK_FP32 || m->rounded);
  m->pass = *pass;
  if (pass->dropout) m->dropout = *pass->dropout;
  if (pass->dropout) m->pass.dropout = &m->dropout; /* the caller's may be gone by then */
  /* The weights are only read: lk_tensors serves gradients too and so has no const. */
  lk_tensors_bind(&m->weights, m->table, (lk_real *)values);
  embedding_forward(m);
  for (int l = 0; l < m->table->shape.layers; l++)
    block_forward(m, l);
  lk_norm_forward(m, m->ln_f, m->ln_f_mean, m->ln_f_inverse, m->output,
                  m->weights.ln_f_weight, m->weights.ln_f_bias, pass->M);
}

void lk_model_head(lk_model *m, int first, int rows) {
  assert(first >= 0 && rows > 0 && rows <= m->logit_rows && first + rows <= m->pass.M);
  size_t at = (size_t)first * (size_t)m->table->shape.channels;
  product(m, LK_HEAD, m->logits, lk_operand_from(m->ln_f, at), m->weights.head_weight, NULL,
          rows);
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

static void forward(lk_model *m, const lk_real *values, const lk_pack *pack,
                    const lk_dropout *dropout) {
  describe_spans(m, pack);
  const lk_pass pass = {.B = pack->B,
                        .N = pack->N,
                        .M = pack->M,
                        .tokens = pack->tokens,
                        .positions = pack->positions,
                        .all = m->all,
                        .targets = m->targets,
                        .target_rows = m->target_rows,
                        .dropout = dropout};
  lk_model_pass(m, values, &pass);
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

/* Losses of the wanted rows, as many at a time as there is room for logits, and, for
 * gradients, the head's backward pass at once, before they go. */
static void head_losses(lk_model *m, const lk_pack *pack, int learn) {
  for (int first = 0, rows; first < pack->M; first += rows) {
    rows = pack->M - first < m->logit_rows ? pack->M - first : m->logit_rows;
    lk_model_head(m, first, rows);
    lk_cross_entropy(m->losses + first, m->logits, pack->targets + first, rows,
                     m->table->shape.vocabulary, m->keep, learn ? m->loss : (lk_loss){0});
    if (learn) lk_model_head_backward(m, first, rows);
  }
}

double lk_model_forward(lk_model *model, const lk_real *values, lk_real *gradients,
                        const lk_pack *pack, const lk_dropout *dropout,
                        const double **losses) {
  assert(!gradients || model->keep);
  if (dropout && dropout->drop <= 0) dropout = NULL;
  forward(model, values, pack, dropout);
  if (gradients) lk_tensors_bind(&model->gradients, model->table, gradients);
  head_losses(model, pack, gradients != NULL);
  if (losses) *losses = model->losses;
  return sum_losses(model->losses, pack->M);
}

const lk_real *lk_model_logits(lk_model *model, const lk_real *values,
                               const lk_pack *pack) {
  forward(model, values, pack, NULL);
  lk_model_head(model, 0, pack->M);
  return model->logits;
}

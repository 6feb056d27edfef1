/* The model's work space: one piece of memory, laid out by one list. */
#include "model/activations.h"
#include <assert.h>

/* A walk over the work space: with start NULL it only counts bytes. */
typedef struct {
  char *start;
  size_t used;
} walker;

static void *take(walker *walk, size_t count, size_t size) {
  void *piece = walk->start ? walk->start + walk->used : NULL;
  walk->used += (count * size + LK_ALIGNMENT - 1) / LK_ALIGNMENT * LK_ALIGNMENT;
  return piece;
}

/* An operand's own array. */
static lk_operand take_operand(walker *walk, const lk_model *m, size_t count) {
  lk_operand operand = {NULL, NULL};
  if (m->precision == LK_FP32)
    operand.real = take(walk, count, sizeof *operand.real);
  else
    operand.bf16 = take(walk, count, sizeof *operand.bf16);
  return operand;
}

/* `real` itself, or an array for its bf16 copy. */
static lk_operand share_operand(walker *walk, const lk_model *m, lk_real *real,
                                size_t count) {
  return m->precision == LK_FP32 ? lk_fp32_operand(real) : take_operand(walk, m, count);
}

#define TAKE(pointer, count) (pointer) = take(walk, (size_t)(count), sizeof *(pointer))

/* Without a backward pass, which alone needs both, what comes later overwrites what came
 * before it. */
static void lay_out_block(lk_model *m, lk_block_activations *block, walker *walk,
                          size_t keep) {
  const lk_shape *s = &m->table->shape;
  size_t N = (size_t)m->max_rows, C = (size_t)s->channels, wide = (size_t)lk_mlp_width(s);
  size_t masked = m->drops ? lk_keep_words(N * C) : 0;
  int is_parallel = s->residual == LK_PARALLEL_RESIDUAL; /* input is read after middle */
  TAKE(block->input, N * C);
  block->ln1 = take_operand(walk, m, N * C);
  TAKE(block->ln1_mean, N);
  TAKE(block->ln1_inverse, N);
  TAKE(block->q, N * C);
  TAKE(block->kv, N * 2 * (size_t)lk_kv_width(s));
  TAKE(block->attended, N * C);
  block->attended_operand = share_operand(walk, m, block->attended, N * C);
  TAKE(block->log_sum, N * (size_t)s->heads);
  block->middle = block->input;
  if (m->keep || is_parallel) TAKE(block->middle, N * C);
  block->ln2 = m->keep ? take_operand(walk, m, N * C) : block->ln1;
  TAKE(block->ln2_mean, N);
  TAKE(block->ln2_inverse, N);
  TAKE(block->slope, N * wide);
  block->hidden = take_operand(walk, m, N * wide);
  TAKE(block->keep_attention, keep);
  TAKE(block->keep_proj, masked);
  TAKE(block->keep_mlp, masked);
}

/* Of attention's mask, which is longest for sequences of a whole block. */
static size_t keep_words(const lk_model *m) {
  int block = m->table->shape.block;
  lk_span longest = {0, block, 0, block};
  assert(m->max_rows % block == 0);
  return lk_keep_words((size_t)(m->max_rows / block) *
                       lk_attention_keep_size(&longest, 1, m->table->shape.heads));
}

/* Without a backward pass all blocks share one block's arrays: a block reads its input
 * before it writes the next one's. Where inputs are kept, they are each block's own. */
static void lay_out_blocks(lk_model *m, walker *walk) {
  size_t keep = m->drops ? keep_words(m) : 0;
  for (int l = 0; l < m->table->shape.layers; l++) {
    if (l == 0 || m->keep == LK_KEEP_ALL)
      lay_out_block(m, &m->blocks[l], walk, keep);
    else
      m->blocks[l] = m->blocks[0];
    if (l > 0 && m->keep == LK_KEEP_INPUTS)
      TAKE(m->blocks[l].input, (size_t)m->max_rows * (size_t)m->table->shape.channels);
  }
}

enum { MOST_LOGITS = 1 << 24 }; /* held at a time by a model that learns: 64 MB */

/* Few enough for the memory, many enough for products. */
static int logit_rows(const lk_model *m) {
  int most = MOST_LOGITS / m->table->shape.vocabulary;
  if (!m->keep || m->max_targets < most) return m->max_targets;
  return most > 0 ? most : 1;
}

/* Of the rows whose logits are wanted. */
static void lay_out_targets(lk_model *m, walker *walk) {
  size_t M = (size_t)m->max_targets, C = (size_t)m->table->shape.channels;
  m->query_source = take_operand(walk, m, M * C);
  TAKE(m->residual_source, M * C);
  TAKE(m->output, M * C);
  m->ln_f = take_operand(walk, m, M * C);
  TAKE(m->ln_f_mean, M);
  TAKE(m->ln_f_inverse, M);
  TAKE(m->losses, M);
  TAKE(m->target_rows, M);
}

static void lay_out_logits(lk_model *m, walker *walk) {
  size_t logits = (size_t)m->logit_rows * (size_t)m->table->shape.vocabulary;
  TAKE(m->logits, logits);
  m->d_logits = lk_fp32_operand(m->logits);
  if (m->precision != LK_FP32) m->d_logits = (lk_operand){NULL, (lk_bf16 *)m->logits};
}

/* Of the backward pass. The head's part of it, but for what it leaves in d_ln, is over when
 * the others begin. */
static void lay_out_gradients(lk_model *m, walker *walk) {
  size_t back = (size_t)m->max_rows * (size_t)m->table->shape.channels;
  size_t wide = (size_t)m->max_rows * (size_t)lk_mlp_width(&m->table->shape);
  size_t keys = (size_t)m->max_rows * 2 * (size_t)lk_kv_width(&m->table->shape);
  TAKE(m->keep_embedding, m->drops ? lk_keep_words(back) : 0);
  TAKE(m->d_ln, back);
  walker head = *walk;
  lay_out_logits(m, &head);
  TAKE(m->d_stream, back);
  TAKE(m->d_rows, back);
  TAKE(m->d_hidden, wide);
  TAKE(m->d_q, back);
  TAKE(m->d_kv, keys);
  m->d_branch = take_operand(walk, m, back);
  m->d_up = share_operand(walk, m, m->d_hidden, wide);
  m->d_q_operand = share_operand(walk, m, m->d_q, back);
  m->d_kv_operand = share_operand(walk, m, m->d_kv, keys);
  if (head.used > walk->used) walk->used = head.used;
}

static void lay_out(lk_model *m, walker *walk) {
  const lk_shape *s = &m->table->shape;
  lay_out_blocks(m, walk);
  lay_out_targets(m, walk);
  TAKE(m->all, m->max_rows); /* no sequence is less than a row */
  TAKE(m->targets, m->max_rows);
  TAKE(m->weights_row, s->block);
  TAKE(m->branch, (size_t)m->max_rows * (size_t)s->channels);
  if (m->keep)
    lay_out_gradients(m, walk);
  else
    lay_out_logits(m, walk);
}

/* In the last block only keys and values are for all rows. */
void lk_model_linears(const lk_shape *s, lk_model_linear linears[LK_LINEARS]) {
  int C = s->channels, wide = lk_mlp_width(s), L = s->layers;
  linears[LK_SQUARE] = (lk_model_linear){C, C, 2 * (L - 1), 2}; /* queries, projection */
  linears[LK_KV] = (lk_model_linear){C, 2 * lk_kv_width(s), L, 0};
  linears[LK_UP] = (lk_model_linear){C, wide, L - 1, 1};
  linears[LK_DOWN] = (lk_model_linear){wide, C, L - 1, 1};
  linears[LK_HEAD] = (lk_model_linear){C, s->vocabulary, 0, 1};
}

static lk_status create_layers(lk_model *m, int over_cache) {
  lk_precision precision = over_cache ? LK_FP32 : m->precision;
  lk_model_linear linears[LK_LINEARS];
  lk_model_linears(&m->table->shape, linears);
  for (int i = 0; i < LK_LINEARS; i++)
    LK_TRY(
        lk_linear_create(&m->layers[i], precision, linears[i].inputs, linears[i].outputs));
  return LK_OK;
}

lk_status lk_model_check_precision(lk_precision precision, const char *origin) {
  LK_TRY(lk_precision_check(precision, "precision", origin));
  return precision == LK_BF16_ATTENTION ? lk_attention_check_bf16(origin) : LK_OK;
}

lk_status lk_model_create(lk_model **out, const lk_parameters *parameters,
                          int max_sequences, lk_keep keep, int drops,
                          lk_precision precision) {
  int rows = max_sequences * parameters->shape.block;
  const lk_model_room room = {.rows = rows, .targets = rows, .drops = drops};
  return lk_model_allocate(out, parameters, room, keep, precision);
}

lk_status lk_model_allocate(lk_model **out, const lk_parameters *parameters,
                            lk_model_room room, lk_keep keep, lk_precision precision) {
  const lk_shape *s = &parameters->shape;
  lk_model *m = NULL;
  lk_status status;
  walker walk = {NULL, 0};
  *out = NULL;
  assert(room.targets > 0 && room.rows >= room.targets && (keep || !room.drops));
  LK_TRY(lk_blas_reserve());
  LK_TRY(LK_NEW(m, 1));
  m->table = parameters;
  m->max_rows = room.rows;
  m->max_targets = room.targets;
  m->keep = keep;
  m->drops = room.drops;
  m->precision = precision;
  m->logit_rows = logit_rows(m);
  LK_TRY_OR(failed, create_layers(m, room.over_cache));
  LK_TRY_OR(failed, LK_NEW(m->blocks, (size_t)s->layers));
  LK_TRY_OR(failed, lk_tensors_create(&m->weights, parameters));
  LK_TRY_OR(failed, lk_tensors_create(&m->gradients, parameters));
  LK_TRY_OR(failed,
            lk_attention_create(&m->attention, s->heads, s->channels / s->heads, s->block));
  lk_attention_share_keys(m->attention, s->heads / lk_kv_heads(s));
  if (m->precision == LK_BF16_ATTENTION) lk_attention_use_bf16(m->attention);
  if (s->positions == LK_ROTARY_POSITIONS)
    LK_TRY_OR(failed, lk_rotary_create(&m->rotary, s->block, s->channels / s->heads,
                                       lk_rotary_channels(s)));
  lay_out(m, &walk);
  LK_TRY_OR(failed, lk_allocate(&m->memory, walk.used, 1, "activations"));
  walk = (walker){m->memory, 0};
  lay_out(m, &walk);
  *out = m;
  return LK_OK;
failed:
  lk_model_free(m);
  return status;
}

void lk_model_free(lk_model *model) {
  if (!model) return;
  lk_free(model->memory);
  lk_attention_free(model->attention);
  lk_rotary_free(model->rotary);
  for (int i = 0; i < LK_LINEARS; i++)
    lk_linear_release(&model->layers[i]);
  lk_tensors_release(&model->gradients);
  lk_tensors_release(&model->weights);
  lk_free(model->blocks);
  lk_free(model);
}

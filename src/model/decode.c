/* Greedy decoding of several texts at a time. Every text has its place in a cache of keys
 * and values; a pass appends rows to some of them and yields logits for the last row of
 * each. */
#include "lockstep/attention.h"
#include "lockstep/model.h"
#include "lockstep/nn.h"
#include "model/tensors.h"
#include <string.h>

struct lk_decoder {
  const lk_parameters *table;
  lk_attention *attention;
  lk_rotary *rotary; /* NULL: learned positions */
  lk_tensors weights;
  int max_sequences;
  lk_real **cache;      /* (L) of (max_sequences · block, 2C): keys, then values */
  lk_real *stream, *ln; /* (rows, C) */
  lk_real *q, *kv;      /* (rows, C), (rows, 2C) */
  lk_real *attended;    /* (rows, C) */
  lk_real *hidden, *slope, *branch; /* (rows, 4C), (rows, 4C), (rows, C) */
  lk_real *statistics;              /* (rows, max(H, 2)) what the training kernels save */
  lk_real *logits;                  /* (max_sequences, vocabulary) */
  lk_real *weights_row;             /* (block) attention weights of one query */
  lk_token *tokens;                 /* (rows) of this pass, as is the next */
  uint16_t *positions;
  int32_t *cache_row,
      *last_row;        /* (rows) where keys and values go; (active) logits' rows */
  lk_span *spans;       /* (active) */
  int *active, *cached; /* texts of this pass; (max_sequences) rows in the cache */
};

static lk_status allocate(lk_decoder *d) {
  const lk_shape *s = &d->table->shape;
  size_t C = (size_t)s->channels, B = (size_t)d->max_sequences, rows = B * (size_t)s->block;
  size_t per_row = s->heads > 2 ? (size_t)s->heads : 2;
  LK_TRY(lk_tensors_create(&d->weights, d->table));
  LK_TRY(lk_attention_create(&d->attention, s->heads, s->channels / s->heads, s->block));
  if (s->positions == LK_ROTARY_POSITIONS)
    LK_TRY(lk_rotary_create(&d->rotary, s->block, s->channels / s->heads));
  LK_TRY(LK_NEW(d->cache, (size_t)s->layers));
  for (int l = 0; l < s->layers; l++)
    LK_TRY(LK_NEW(d->cache[l], rows * 2 * C));
  lk_real **wide[] = {&d->stream, &d->ln, &d->q, &d->attended, &d->branch};
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
    LK_TRY(LK_NEW(*wide[i], rows * C));
  LK_TRY(LK_NEW(d->kv, rows * 2 * C));
  LK_TRY(LK_NEW(d->hidden, rows * 4 * C));
  LK_TRY(LK_NEW(d->slope, rows * 4 * C));
  LK_TRY(LK_NEW(d->statistics, rows * per_row));
  LK_TRY(LK_NEW(d->logits, B * (size_t)s->vocabulary));
  LK_TRY(LK_NEW(d->weights_row, (size_t)s->block));
  LK_TRY(LK_NEW(d->tokens, rows));
  LK_TRY(LK_NEW(d->positions, rows));
  LK_TRY(LK_NEW(d->cache_row, rows));
  LK_TRY(LK_NEW(d->last_row, B));
  LK_TRY(LK_NEW(d->spans, B));
  LK_TRY(LK_NEW(d->active, B));
  return LK_NEW(d->cached, B);
}

lk_status lk_decoder_create(lk_decoder **out, const lk_parameters *parameters,
                            int max_sequences) {
  lk_decoder *d = NULL;
  *out = NULL;
  LK_TRY(lk_blas_reserve());
  LK_TRY(LK_NEW(d, 1));
  d->table = parameters;
  d->max_sequences = max_sequences;
  lk_status status = allocate(d);
  if (status != LK_OK) {
    lk_decoder_free(d);
    return status;
  }
  *out = d;
  return LK_OK;
}

void lk_decoder_free(lk_decoder *decoder) {
  if (!decoder) return;
  lk_decoder *d = decoder;
  if (d->cache)
    for (int l = 0; l < d->table->shape.layers; l++)
      lk_free(d->cache[l]);
  void *owned[] = {d->cache,    d->stream,      d->ln,     d->q,         d->kv,
                   d->attended, d->hidden,      d->slope,  d->branch,    d->statistics,
                   d->logits,   d->weights_row, d->tokens, d->positions, d->cache_row,
                   d->last_row, d->spans,       d->active, d->cached};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
    lk_free(owned[i]);
  lk_tensors_release(&d->weights);
  lk_attention_free(d->attention);
  lk_rotary_free(d->rotary);
  lk_free(d);
}

/* Gathers what each active text has beyond its cache; returns the number of rows. */
static int describe_pass(lk_decoder *d, const lk_continuation *texts, int active) {
  int rows = 0, block = d->table->shape.block;
  for (int i = 0; i < active; i++) {
    int text = d->active[i], from = d->cached[text], length = texts[text].length;
    d->spans[i] = (lk_span){text * block, length, rows, length - from};
    for (int p = from; p < length; p++, rows++) {
      d->tokens[rows] = texts[text].tokens[p];
      d->positions[rows] = (uint16_t)p;
      d->cache_row[rows] = text * block + p;
    }
    d->last_row[i] = rows - 1;
    d->cached[text] = length;
  }
  return rows;
}

/* Attention of the new rows over the cache: one query a text after the first pass. */
static void attend(lk_decoder *d, int l, int active, int rows) {
  size_t C = (size_t)d->table->shape.channels, H = (size_t)d->table->shape.heads, D = C / H;
  const lk_real *k = d->cache[l];
  if (rows > active) {
    lk_attention_input input = {d->spans, active, d->q, C, k, k + C, 2 * C, NULL, 1};
    lk_attention_forward(d->attention, &input, d->attended, d->statistics);
    return;
  }
  for (int i = 0; i < active; i++)
    for (size_t h = 0; h < H; h++) {
      size_t at = (size_t)i * C + h * D;
      const lk_real *keys = k + (size_t)d->spans[i].key_start * 2 * C + h * D;
      lk_attention_single_query(d->q + at, keys, keys + C, 2 * C, d->spans[i].keys, (int)D,
                                1 / (lk_real)__builtin_sqrt((double)D), d->weights_row,
                                d->attended + at);
    }
}

/* Decoding is fp32, whatever the precision of training. */
static void multiply(lk_real *y, lk_real *x, lk_real *weight, const lk_real *bias, int rows,
                     int inputs, int outputs) {
  lk_linear layer = {inputs, outputs, NULL};
  lk_linear_forward(&layer, y, lk_fp32_operand(x), lk_fp32_operand(weight), bias, rows);
}

static void gather_last(lk_decoder *d, lk_real **rows, int active) {
  lk_real *gathered = d->branch;
  lk_gather_rows(lk_fp32_operand(gathered), lk_fp32_operand(*rows), d->last_row, active,
                 d->table->shape.channels);
  d->branch = *rows;
  *rows = gathered;
}

/* Of the last block only each text's last row is wanted; the others serve as keys and
 * values. Returns the rows of the stream that there are afterwards. */
static int block_pass(lk_decoder *d, int l, int active, int rows) {
  const lk_block_tensors *w = &d->weights.blocks[l];
  int C = d->table->shape.channels, H = d->table->shape.heads, gathered = 0;
  lk_layer_norm_forward(lk_fp32_operand(d->ln), d->statistics, d->statistics + rows,
                        d->stream, w->ln1_weight, w->ln1_bias, rows, C);
  multiply(d->kv, d->ln, w->key_weight, w->key_bias, rows, C, 2 * C);
  lk_rotary_turn(d->rotary, d->kv, 2 * (size_t)C, rows, H, d->positions, NULL, 0);
  for (int i = 0; i < rows; i++)
    memcpy(d->cache[l] + (size_t)d->cache_row[i] * 2 * (size_t)C,
           d->kv + (size_t)i * 2 * (size_t)C, 2 * (size_t)C * sizeof *d->kv);
  if (l == d->table->shape.layers - 1 && rows > active) {
    gather_last(d, &d->ln, active);
    gather_last(d, &d->stream, active);
    rows = active;
    gathered = 1;
  }
  size_t count = (size_t)rows * (size_t)C;
  multiply(d->q, d->ln, w->query_weight, w->query_bias, rows, C, C);
  lk_rotary_turn(d->rotary, d->q, (size_t)C, rows, H, d->positions,
                 gathered ? d->last_row : NULL, 0);
  attend(d, l, active, rows);
  multiply(d->branch, d->attended, w->proj_weight, w->proj_bias, rows, C, C);
  lk_residual_forward(d->stream, d->stream, d->branch, NULL, 1, count);
  lk_layer_norm_forward(lk_fp32_operand(d->ln), d->statistics, d->statistics + rows,
                        d->stream, w->ln2_weight, w->ln2_bias, rows, C);
  multiply(d->slope, d->ln, w->up_weight, w->up_bias, rows, C, 4 * C);
  lk_activation_forward((lk_activation)d->table->shape.activation,
                        lk_fp32_operand(d->hidden), d->slope, 4 * count);
  multiply(d->branch, d->hidden, w->down_weight, w->down_bias, rows, 4 * C, C);
  lk_residual_forward(d->stream, d->stream, d->branch, NULL, 1, count);
  return rows;
}

/* Logits (active, vocabulary) of each active text's next token. */
static void pass(lk_decoder *d, const lk_continuation *texts, int active) {
  const lk_shape *s = &d->table->shape;
  int rows = describe_pass(d, texts, active);
  lk_embedding_forward(d->stream, d->tokens, d->positions, d->weights.tok_emb,
                       d->weights.pos_emb, NULL, 1, rows, s->channels);
  for (int l = 0; l < s->layers; l++)
    rows = block_pass(d, l, active, rows);
  lk_layer_norm_forward(lk_fp32_operand(d->ln), d->statistics, d->statistics + active,
                        d->stream, d->weights.ln_f_weight, d->weights.ln_f_bias, active,
                        s->channels);
  multiply(d->logits, d->ln, d->weights.head_weight, NULL, active, s->channels,
           s->vocabulary);
}

static int most_probable(const lk_real *logits, int count) {
  int best = 0;
  for (int j = 1; j < count; j++)
    if (logits[j] > logits[best]) best = j;
  return best;
}

/* Appends the next token of active text i and returns it. */
static int append(lk_decoder *d, lk_continuation *text, int i) {
  int vocabulary = d->table->shape.vocabulary;
  lk_real *logits = d->logits + (size_t)i * (size_t)vocabulary;
  lk_token token = (lk_token)most_probable(logits, vocabulary);
  double loss;
  lk_cross_entropy(&loss, logits, &token, 1, vocabulary, 0);
  text->log_probability -= loss;
  text->tokens[text->length++] = token;
  return token;
}

void lk_decoder_continue(lk_decoder *decoder, const lk_real *values, lk_continuation *texts,
                         int count, int stop, int most) {
  lk_decoder *d = decoder;
  int block = d->table->shape.block, active = 0;
  lk_tensors_bind(&d->weights, d->table, (lk_real *)values);
  for (int i = 0; i < count; i++) {
    d->cached[i] = 0;
    texts[i].log_probability = 0;
    if (texts[i].length < block) d->active[active++] = i;
  }
  for (int decoded = 0; decoded < most && active > 0; decoded++) {
    int going_on = 0;
    pass(d, texts, active);
    for (int i = 0; i < active; i++) {
      lk_continuation *text = &texts[d->active[i]];
      int token = append(d, text, i);
      if (token != stop && text->length < block) d->active[going_on++] = d->active[i];
    }
    active = going_on;
  }
}

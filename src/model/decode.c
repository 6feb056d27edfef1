/* Greedy decoding of several texts at a time. Every text has its place in a cache of keys
 * and values; a pass of the model appends rows to some of them and yields logits for the
 * last row of each. */
#include "model/activations.h"
#include <assert.h>

struct lk_decoder {
  lk_model *model; /* fp32, whatever the precision of training */
  int max_sequences;
  lk_real **cache;      /* (L) of (max_sequences · block, 2C): keys, then values */
  lk_token *tokens;     /* (rows) of this pass */
  uint16_t *positions;  /* (rows) */
  int32_t *cache_rows;  /* (rows) where keys and values go */
  int *active, *cached; /* texts of this pass; (max_sequences) rows in the cache */
};

static lk_status allocate(lk_decoder *d, const lk_parameters *table) {
  const lk_shape *s = &table->shape;
  size_t B = (size_t)d->max_sequences, rows = B * (size_t)s->block;
  LK_TRY(
      lk_model_allocate(&d->model, table, d->max_sequences, d->max_sequences, 0, LK_FP32));
  LK_TRY(LK_NEW(d->cache, (size_t)s->layers));
  for (int l = 0; l < s->layers; l++)
    LK_TRY(LK_NEW(d->cache[l], rows * 2 * (size_t)s->channels));
  LK_TRY(LK_NEW(d->tokens, rows));
  LK_TRY(LK_NEW(d->positions, rows));
  LK_TRY(LK_NEW(d->cache_rows, rows));
  LK_TRY(LK_NEW(d->active, B));
  return LK_NEW(d->cached, B);
}

lk_status lk_decoder_create(lk_decoder **out, const lk_parameters *parameters,
                            int max_sequences) {
  lk_decoder *d = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(d, 1));
  d->max_sequences = max_sequences;
  lk_status status = allocate(d, parameters);
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
    for (int l = 0; l < d->model->table->shape.layers; l++)
      lk_free(d->cache[l]);
  void *owned[] = {d->cache, d->tokens, d->positions, d->cache_rows, d->active, d->cached};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
    lk_free(owned[i]);
  lk_model_free(d->model);
  lk_free(d);
}

/* Gathers what each active text has beyond its cache; returns the number of rows. */
static int describe_rows(lk_decoder *d, const lk_continuation *texts, int active) {
  int rows = 0, block = d->model->table->shape.block;
  for (int i = 0; i < active; i++) {
    int text = d->active[i], from = d->cached[text], length = texts[text].length;
    assert(from < length && length <= block);
    d->model->all[i] = (lk_span){text * block, length, rows, length - from};
    d->model->targets[i] = (lk_span){text * block, length, i, 1};
    for (int p = from; p < length; p++, rows++) {
      d->tokens[rows] = texts[text].tokens[p];
      d->positions[rows] = (uint16_t)p;
      d->cache_rows[rows] = text * block + p;
    }
    d->model->target_rows[i] = rows - 1;
    d->cached[text] = length;
  }
  return rows;
}

/* Logits (active, vocabulary) of each active text's next token, in the model. */
static void pass(lk_decoder *d, const lk_real *values, const lk_continuation *texts,
                 int active) {
  const lk_pass pass = {.B = active,
                        .N = describe_rows(d, texts, active),
                        .M = active,
                        .tokens = d->tokens,
                        .positions = d->positions,
                        .all = d->model->all,
                        .targets = d->model->targets,
                        .target_rows = d->model->target_rows,
                        .cache = d->cache,
                        .cache_rows = d->cache_rows};
  lk_model_pass(d->model, values, &pass);
}

static int most_probable(const lk_real *logits, int count) {
  int best = 0;
  for (int j = 1; j < count; j++)
    if (logits[j] > logits[best]) best = j;
  return best;
}

/* Appends the next token of active text i and returns it. */
static int append(lk_decoder *d, lk_continuation *text, int i) {
  int vocabulary = d->model->table->shape.vocabulary;
  lk_real *logits = d->model->logits + (size_t)i * (size_t)vocabulary;
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
  int block = d->model->table->shape.block, active = 0;
  assert(count <= d->max_sequences);
  for (int i = 0; i < count; i++) {
    d->cached[i] = 0;
    texts[i].log_probability = 0;
    if (texts[i].length < block) d->active[active++] = i;
  }
  for (int decoded = 0; decoded < most && active > 0; decoded++) {
    int going_on = 0;
    pass(d, values, texts, active);
    for (int i = 0; i < active; i++) {
      lk_continuation *text = &texts[d->active[i]];
      int token = append(d, text, i);
      if (token != stop && text->length < block) d->active[going_on++] = d->active[i];
    }
    active = going_on;
  }
}

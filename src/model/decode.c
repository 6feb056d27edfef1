/* Several sequences decoded side by side. Each has its place in a cache of keys and values;
 * a pass of the model appends rows to some of them and yields logits for the last row of
 * each.
 */
#include "model/activations.h"
#include <assert.h>

struct lk_decoder {
  lk_model *model;
  const lk_real *values;
  lk_bf16 *rounded;                  /* (table->count) the values, or NULL in fp32 */
  int max_sequences, room, max_rows; /* of the cache, of a pass */
  lk_real **cache;     /* (L) of (max_sequences · room, 2K): keys, then values */
  int *length;         /* (max_sequences) rows of each in the cache */
  lk_token *tokens;    /* (rows) of this pass */
  uint16_t *positions; /* (rows) */
  int32_t *cache_rows; /* (rows) where keys and values go */
  int sequences, rows; /* of this pass */
};

static lk_status allocate(lk_decoder *d, const lk_parameters *table,
                          lk_precision precision) {
  const lk_shape *s = &table->shape;
  const lk_model_room room = {
      .rows = d->max_rows, .targets = d->max_sequences, .over_cache = 1};
  lk_precision of_products = precision == LK_FP32 ? LK_FP32 : LK_BF16;
  size_t cached = (size_t)d->max_sequences * (size_t)d->room, rows = (size_t)d->max_rows;
  LK_TRY(lk_model_allocate(&d->model, table, room, LK_KEEP_NOTHING, of_products));
  if (of_products == LK_BF16) LK_TRY(LK_NEW(d->rounded, table->count));
  if (d->rounded) lk_bf16_round(d->rounded, d->values, table->count);
  lk_model_hold(d->model, d->rounded);
  LK_TRY(LK_NEW(d->cache, (size_t)s->layers));
  for (int l = 0; l < s->layers; l++)
    LK_TRY(LK_NEW(d->cache[l], cached * 2 * (size_t)lk_kv_width(s)));
  LK_TRY(LK_NEW(d->length, (size_t)d->max_sequences));
  LK_TRY(LK_NEW(d->tokens, rows));
  LK_TRY(LK_NEW(d->positions, rows));
  return LK_NEW(d->cache_rows, rows);
}

lk_status lk_decoder_create(lk_decoder **out, const lk_parameters *parameters,
                            const lk_real *values, int max_sequences, int room,
                            lk_precision precision) {
  lk_decoder *d = NULL;
  *out = NULL;
  assert(max_sequences > 0 && room > 0 && room <= parameters->shape.block);
  LK_TRY(LK_NEW(d, 1));
  d->values = values;
  d->max_sequences = max_sequences;
  d->room = room;
  d->max_rows = room > max_sequences ? room : max_sequences;
  lk_status status = allocate(d, parameters, precision);
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
  void *owned[] = {d->cache, d->length, d->tokens, d->positions, d->cache_rows, d->rounded};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
    lk_free(owned[i]);
  lk_model_free(d->model);
  lk_free(d);
}

int lk_decoder_room(const lk_decoder *decoder) {
  return decoder->room;
}

int lk_decoder_rows(const lk_decoder *decoder) {
  return decoder->max_rows;
}

int lk_decoder_length(const lk_decoder *decoder, int sequence) {
  assert(sequence >= 0 && sequence < decoder->max_sequences);
  return decoder->length[sequence];
}

/* The sequence's next rows in this pass. */
static void add_rows(lk_decoder *d, int sequence, const lk_token *tokens, int count) {
  int from = d->length[sequence], length = from + count, start = sequence * d->room;
  int b = d->sequences++;
  assert(sequence >= 0 && sequence < d->max_sequences);
  assert(count > 0 && length <= d->room && d->rows + count <= d->max_rows);
  d->model->all[b] = (lk_span){start, length, d->rows, count};
  d->model->targets[b] = (lk_span){start, length, b, 1};
  for (int i = 0; i < count; i++, d->rows++) {
    d->tokens[d->rows] = tokens[i];
    d->positions[d->rows] = (uint16_t)(from + i);
    d->cache_rows[d->rows] = start + from + i;
  }
  d->model->target_rows[b] = d->rows - 1;
  d->length[sequence] = length;
}

/* Logits (sequences, vocabulary) of what follows the rows that were added. */
static const lk_real *pass(lk_decoder *d) {
  const lk_pass pass = {.B = d->sequences,
                        .N = d->rows,
                        .M = d->sequences,
                        .tokens = d->tokens,
                        .positions = d->positions,
                        .all = d->model->all,
                        .targets = d->model->targets,
                        .target_rows = d->model->target_rows,
                        .cache = d->cache,
                        .cache_rows = d->cache_rows};
  lk_model_pass(d->model, d->values, &pass);
  lk_model_head(d->model, 0, pass.M);
  d->sequences = d->rows = 0;
  return d->model->logits;
}

const lk_real *lk_decoder_begin(lk_decoder *decoder, int sequence, const lk_token *tokens,
                                int count) {
  const lk_beginning one = {sequence, tokens, count};
  return lk_decoder_begin_all(decoder, &one, 1);
}

const lk_real *lk_decoder_begin_all(lk_decoder *decoder, const lk_beginning *beginnings,
                                    int count) {
  assert(count > 0 && count <= decoder->max_sequences);
  for (int i = 0; i < count; i++) {
    const lk_beginning *b = &beginnings[i];
    decoder->length[b->sequence] = 0;
    add_rows(decoder, b->sequence, b->tokens, b->count);
  }
  return pass(decoder);
}

const lk_real *lk_decoder_append(lk_decoder *decoder, const int *sequences,
                                 const lk_token *tokens, int count) {
  assert(count > 0 && count <= decoder->max_sequences);
  for (int i = 0; i < count; i++)
    add_rows(decoder, sequences[i], &tokens[i], 1);
  return pass(decoder);
}

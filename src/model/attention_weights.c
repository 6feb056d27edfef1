/* What every head looks at: the queries and keys of a forward pass once more, one query at
 * a time, since the pass itself keeps no weights. */
#include "model/activations.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* A pack of the one text in which all rows are targets, so that the last block has a query
 * for each of them. The last target is of no meaning. */
static lk_status pack_text(lk_pack **out, int block, const lk_token *tokens, int length) {
  lk_token *text = NULL;
  LK_TRY(LK_NEW(text, (size_t)length + 1));
  lk_status status = lk_pack_create(out, 1, block);
  if (status == LK_OK) {
    memcpy(text, tokens, (size_t)length * sizeof *text);
    lk_pack_append(*out, text, (size_t)length + 1, 0);
  }
  lk_free(text);
  return status;
}

/* weights (H, length, length) of one block. `out` is scratch for D numbers. */
static void block_weights(const lk_model *m, const lk_block_activations *a, int length,
                          lk_real *weights, lk_real *out) {
  const lk_shape *s = &m->table->shape;
  size_t C = (size_t)s->channels, H = (size_t)s->heads, D = C / H;
  size_t K = (size_t)lk_kv_width(s), group = H / (size_t)lk_kv_heads(s);
  lk_real scale = 1 / (lk_real)sqrt((double)D);
  for (size_t h = 0; h < H; h++)
    for (int t = 0; t < length; t++, weights += length) {
      memset(weights, 0, (size_t)length * sizeof *weights);
      lk_attention_single_query(a->q + (size_t)t * C + h * D, a->kv + h / group * D,
                                a->kv + K + h / group * D, 2 * K, t + 1, (int)D, scale,
                                weights, out);
    }
}

lk_status lk_model_attention(const lk_parameters *parameters, const lk_real *values,
                             const lk_token *tokens, int length, lk_real *weights) {
  const lk_shape *s = &parameters->shape;
  size_t layer = (size_t)s->heads * (size_t)length * (size_t)length;
  lk_model *model = NULL;
  lk_pack *pack = NULL;
  lk_real *out = NULL;
  lk_status status;
  assert(length >= 1 && length <= s->block);
  LK_TRY_OR(done, lk_model_create(&model, parameters, 1, LK_KEEP_ALL, 0,
                                  LK_FP32)); /* keeps every block's q, kv */
  LK_TRY_OR(done, LK_NEW(out, (size_t)(s->channels / s->heads)));
  LK_TRY_OR(done, pack_text(&pack, s->block, tokens, length));
  lk_model_forward(model, values, NULL, pack, NULL, NULL);
  for (int l = 0; l < s->layers; l++)
    block_weights(model, &model->blocks[l], length, weights + (size_t)l * layer, out);
done:
  lk_pack_free(pack);
  lk_free(out);
  lk_model_free(model);
  return status;
}

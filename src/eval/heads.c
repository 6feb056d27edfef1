#include "lockstep/heads.h"
#include "eval/masked.h"
#include "lockstep/continuation.h"
#include "lockstep/evaluate.h"
#include <math.h>
#include <string.h>

static lk_status encode(const lk_trained *trained, const char *text, lk_heads *to) {
  const lk_passage passage = lk_passage_of(text, "text", 0);
  size_t block = (size_t)trained->table->shape.block, used = 0;
  LK_TRY(lk_masked_encode(trained->tokenizer, &passage, to->tokens, block, &used));
  to->length = (int)used;
  return LK_OK;
}

/* Appends ⁇, the answer, and the ⁇ that ends it. */
static lk_status answer(const lk_trained *trained, lk_heads *to) {
  const lk_parameters *table = trained->table;
  if (to->length + 2 > table->shape.block)
    return lk_fail(LK_BAD_DATA,
                   "text: the question's %d %s leave no room for an answer in the model's "
                   "block of %d; shorten it, or end it with ⁇",
                   to->length, lk_tokenizer_unit(trained->tokenizer), table->shape.block);
  lk_token end = lk_tokenizer_mask(trained->tokenizer);
  to->tokens[to->length] = end;
  lk_continuation one = {
      .tokens = to->tokens, .length = to->length + 1, .capacity = table->shape.block};
  LK_TRY(lk_continue_one(table, trained->values, &one, (int)end,
                         (int)lk_most_answer(trained)));
  to->length = one.length;
  return LK_OK;
}

static lk_status begin(lk_heads *out, const lk_trained *trained, const char *text) {
  const lk_shape *s = &trained->table->shape;
  *out = (lk_heads){.layers = s->layers, .heads = s->heads};
  LK_TRY(LK_NEW(out->tokens, (size_t)s->block));
  return encode(trained, text, out);
}

static lk_status take_weights(lk_heads *out, const lk_trained *trained) {
  if (out->length < 2)
    return lk_fail(LK_BAD_DATA, "text: at least two %s are needed",
                   lk_tokenizer_unit(trained->tokenizer));
  size_t length = (size_t)out->length;
  LK_TRY(LK_NEW(out->weights, (size_t)out->layers * (size_t)out->heads * length * length));
  return lk_model_attention(trained->table, trained->values, out->tokens, out->length,
                            out->weights);
}

lk_status lk_heads_read(lk_heads *out, const lk_trained *trained, const char *text) {
  LK_TRY(begin(out, trained, text));
  if (out->length > 0 && !strstr(text, LK_MASKED)) LK_TRY(answer(trained, out));
  return take_weights(out, trained);
}

lk_status lk_heads_go_on(lk_heads *out, const lk_trained *trained, const char *text,
                         int most) {
  LK_TRY(begin(out, trained, text));
  lk_continuation one = {.tokens = out->tokens,
                         .length = out->length,
                         .capacity = trained->table->shape.block};
  if (one.length > 0 && one.length < one.capacity)
    LK_TRY(lk_continue_one(trained->table, trained->values, &one,
                           (int)lk_tokenizer_end(trained->tokenizer), most));
  out->length = one.length;
  return take_weights(out, trained);
}

void lk_heads_clear(lk_heads *heads) {
  lk_free(heads->tokens);
  lk_free(heads->weights);
  memset(heads, 0, sizeof *heads);
}

/* Adds one character's row of weights to sums over characters. */
static void add_row(lk_head_facts *sums, const lk_real *row, int t) {
  double largest = 0;
  for (int j = 0; j <= t; j++) {
    double weight = (double)row[j];
    if (weight > 0) sums->entropy -= weight * log(weight);
    if (j < t) largest = fmax(largest, weight);
  }
  sums->copy += largest;
}

static double key_sum(const lk_real *weights, int length, int key) {
  double sum = 0;
  for (int t = key + 1; t < length; t++)
    sum += (double)weights[t * length + key];
  return sum;
}

static double back_sum(const lk_real *weights, int length, int back) {
  double sum = 0;
  for (int t = back; t < length; t++)
    sum += (double)weights[t * length + t - back];
  return sum;
}

lk_head_facts lk_heads_describe(const lk_heads *heads, int layer, int head) {
  int T = heads->length;
  const lk_real *weights =
      heads->weights + (size_t)(layer * heads->heads + head) * (size_t)T * (size_t)T;
  lk_head_facts facts = {.key = 0, .back = 1};
  for (int t = 1; t < T; t++)
    add_row(&facts, weights + (size_t)t * (size_t)T, t);
  for (int i = 0; i < T - 1; i++) {
    double by_key = key_sum(weights, T, i), by_back = back_sum(weights, T, i + 1);
    if (by_key > facts.key_weight) facts.key = i;
    facts.key_weight = fmax(facts.key_weight, by_key);
    if (by_back > facts.back_weight) facts.back = i + 1;
    facts.back_weight = fmax(facts.back_weight, by_back);
  }
  facts.entropy /= T - 1;
  facts.copy /= T - 1;
  facts.key_weight /= T - 1;
  facts.back_weight /= T - 1;
  return facts;
}

double lk_heads_even_entropy(const lk_heads *heads) {
  return lgamma(heads->length + 1.0) / (heads->length - 1); /* ln 2 + … + ln T */
}

void lk_token_label(const lk_tokenizer *tokenizer, lk_token token,
                    char out[LK_TOKEN_LABEL]) {
  char *text;
  size_t used = 0;
  *out = '\0';
  if (lk_tokenizer_decode(tokenizer, &token, 1, &text) != LK_OK) return;
  for (const char *at = text; *at && used + sizeof "␣" < LK_TOKEN_LABEL; at++) {
    char plain[2] = {*at, '\0'};
    const char *shown = *at == ' ' ? "␣" : *at == '\n' ? "↵" : plain;
    strcpy(out + used, shown);
    used += strlen(shown);
  }
  lk_free(text);
}

#include "interchange/gguf_tokens.h"
#include "interchange/gguf.h"
#include "interchange/tokenizer_json.h"
#include "lockstep/characters.h"
#include "lockstep/memory.h"
#include <string.h>

/* llama-vocab.cpp: dbrx is cl100k's without the exceptions that Llama's own has. */
const char *const lk_gguf_patterns[LK_PATTERN_COUNT] = {[LK_PATTERN_gpt2] = "gpt-2",
                                                        [LK_PATTERN_cl100k] = "dbrx",
                                                        [LK_PATTERN_qwen2] = "qwen2"};

static const cJSON *member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

static int is_type(const cJSON *step, const char *type) {
  const cJSON *own = member(step, "type");
  return cJSON_IsString(own) && !strcmp(own->valuestring, type);
}

/* A split by a pattern that is known, then bytes; or bytes, with GPT-2's within. */
static const char *find_pattern(const cJSON *cut, int has_merges) {
  const cJSON *steps = member(cut, "pretokenizers");
  int count = cJSON_GetArraySize(steps);
  if (is_type(cut, "Sequence") && count == 1) cut = cJSON_GetArrayItem(steps, 0);
  if (is_type(cut, "ByteLevel") && (cJSON_IsTrue(member(cut, "use_regex")) || !has_merges))
    return lk_gguf_patterns[LK_PATTERN_gpt2];
  if (!is_type(cut, "Sequence") || count != 2) return NULL;
  const cJSON *regex = member(member(cJSON_GetArrayItem(steps, 0), "pattern"), "Regex");
  for (int k = 0; cJSON_IsString(regex) && k < LK_PATTERN_COUNT; k++)
    if (!strcmp(regex->valuestring, lk_pattern_expression(k))) return lk_gguf_patterns[k];
  return NULL;
}

/* A byte's name is its own in ASCII that prints, so such characters are bytes. */
static lk_status check_characters(const lk_tokenizer *tokenizer) {
  const uint32_t *table = lk_characters_table(tokenizer);
  for (int id = 2; table && id < lk_tokenizer_size(tokenizer); id++)
    if (table[id] <= ' ' || table[id] >= 127)
      return lk_fail(LK_USAGE,
                     "llama.cpp splits texts to bytes, and the model's tokens are "
                     "characters such as U+%04X; export it with --format hf, or "
                     "train with --tokenizer bytes",
                     (unsigned)table[id]);
  return LK_OK;
}

static lk_status take_merges(lk_gguf_tokens *t) {
  const cJSON *merge, *merges = member(member(t->json, "model"), "merges");
  LK_TRY(LK_NEW(t->merges, (size_t)cJSON_GetArraySize(merges)));
  cJSON_ArrayForEach(merge, merges)
      LK_TRY(lk_copy_text(&t->merges[t->merge_count++], merge->valuestring));
  return LK_OK;
}

static lk_status take_names(lk_gguf_tokens *t) {
  const cJSON *token;
  LK_TRY(LK_NEW(t->names, t->count));
  LK_TRY(LK_NEW(t->types, t->count));
  cJSON_ArrayForEach(token, member(member(t->json, "model"), "vocab")) {
    t->names[token->valueint] = token->string;
    t->types[token->valueint] = LK_GGUF_NORMAL;
  }
  cJSON_ArrayForEach(token, member(t->json, "added_tokens")) {
    int id = member(token, "id")->valueint;
    t->names[id] = member(token, "content")->valuestring;
    t->types[id] = cJSON_IsTrue(member(token, "special")) ? LK_GGUF_CONTROL : LK_GGUF_USER;
  }
  for (size_t i = 0; i < t->count; i++)
    if (!t->names[i]) return lk_fail(LK_INTERNAL, "id %zu of the tokenizer has no name", i);
  return LK_OK;
}

static lk_status parse(lk_gguf_tokens *t, const lk_tokenizer *tokenizer) {
  char *text;
  size_t size;
  LK_TRY(lk_tokenizer_json_write(tokenizer, &text, &size));
  t->json = cJSON_ParseWithLength(text, size);
  lk_free(text);
  return t->json ? LK_OK : lk_fail(LK_INTERNAL, "the tokenizer: out of memory");
}

lk_status lk_gguf_tokens_make(lk_gguf_tokens *t, const lk_tokenizer *tokenizer) {
  *t = (lk_gguf_tokens){.count = (size_t)lk_tokenizer_size(tokenizer),
                        .end = lk_tokenizer_end(tokenizer),
                        .pad = lk_tokenizer_pad(tokenizer)};
  LK_TRY(check_characters(tokenizer));
  LK_TRY(parse(t, tokenizer));
  LK_TRY(take_names(t));
  LK_TRY(take_merges(t));
  const cJSON *cut = member(t->json, "pre_tokenizer");
  t->pattern = cJSON_IsNull(cut) ? lk_gguf_patterns[LK_PATTERN_gpt2]
                                 : find_pattern(cut, t->merge_count > 0);
  int merges_all = !cJSON_IsTrue(member(member(t->json, "model"), "ignore_merges"));
  if (t->pattern && merges_all) return LK_OK;
  return lk_fail(LK_USAGE, "llama.cpp does not cut texts as this tokenizer does; export it "
                           "with --format hf, or train a tokenizer with --pattern gpt2");
}

void lk_gguf_tokens_free(lk_gguf_tokens *t) {
  for (size_t i = 0; t->merges && i < t->merge_count; i++)
    lk_free(t->merges[i]);
  lk_free(t->merges);
  lk_free(t->names);
  lk_free(t->types);
  cJSON_Delete(t->json);
}

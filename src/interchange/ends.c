#include "interchange/ends.h"
#include "lockstep/bpe.h"
#include "lockstep/status.h"
#include <limits.h>
#include <stdlib.h>

static int id_of(double number) {
  return number >= 0 && number <= INT_MAX && number == (int)number ? (int)number : -1;
}

static int id_in(const cJSON *object, const char *key) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
  if (cJSON_IsArray(item)) item = cJSON_GetArrayItem(item, 0);
  return cJSON_IsNumber(item) ? id_of(item->valuedouble) : -1;
}

lk_ends lk_ends_of_config(const cJSON *config) {
  const cJSON *ends = cJSON_GetObjectItemCaseSensitive(config, LK_END_KEY);
  return (lk_ends){id_in(config, "bos_token_id"), id_in(config, LK_END_KEY),
                   cJSON_IsArray(ends) ? cJSON_GetArraySize(ends) : 1};
}

static int id_said(const lk_tensor_file *file, const char *key) {
  const char *said = lk_tensor_file_says(file, key);
  char *end;
  double number = said ? strtod(said, &end) : -1;
  return said && !*end ? id_of(number) : -1;
}

lk_ends lk_ends_of_gguf(const lk_tensor_file *file) {
  return (lk_ends){id_said(file, "tokenizer.ggml.bos_token_id"),
                   id_said(file, "tokenizer.ggml.eos_token_id"), 1};
}

lk_ends lk_ends_of_own(const lk_tensor_file *file) {
  return (lk_ends){-1, id_said(file, LK_END_KEY), 1};
}

void lk_ends_mark(cJSON *tokenizer, int end) {
  cJSON *token;
  cJSON_ArrayForEach(token, cJSON_GetObjectItemCaseSensitive(tokenizer, "added_tokens")) {
    const cJSON *special = cJSON_GetObjectItemCaseSensitive(token, "special");
    if (end < 0 || id_in(token, "id") != end || !cJSON_IsTrue(special)) continue;
    cJSON_DeleteItemFromObjectCaseSensitive(token, LK_BPE_END);
    cJSON_AddTrueToObject(token, LK_BPE_END);
  }
}

void lk_ends_compare(const lk_ends *ends, const lk_tokenizer *tokenizer, const char *path) {
  int end = (int)lk_tokenizer_end(tokenizer);
  if (ends->end >= 0 && ends->end != end)
    lk_say("%s: eos_token_id is %d, which is no special token of the tokenizer; here %d "
           "ends a text",
           path, ends->end, end);
  if (ends->count > 1)
    lk_say("%s: eos_token_id is a list of %d; here only %d ends a text", path, ends->count,
           end);
  if (ends->begin >= 0 && ends->begin != end)
    lk_say("%s: bos_token_id is %d; here a text begins with what ends one, %d", path,
           ends->begin, end);
}

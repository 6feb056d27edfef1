/* A tokenizer out of GGUF: the tokenizer.json that it was made of, as far as it goes. */
#include "interchange/file.h"
#include "interchange/gguf.h"
#include "interchange/tokenizer_json.h"
#include "lockstep/memory.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static lk_status refuse(const lk_tensor_file *file, const char *what, const char *said) {
  return lk_tensor_file_refuse(file,
                               "its tokenizer's %s is %.32s, which is not read; give the "
                               "tokenizer.json that it was made of with --tokenizer",
                               what, said ? said : "not there");
}

/* llama.cpp cuts as GPT-2 does for these, too. */
static int is_as_gpt2(const char *pattern) {
  static const char *const names[] = {"mpt", "olmo", "jais"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(pattern, names[i])) return 1;
  return 0;
}

static cJSON *add_step(cJSON *steps, const char *type) {
  cJSON *step = cJSON_CreateObject();
  cJSON_AddStringToObject(step, "type", type);
  cJSON_AddItemToArray(steps, step);
  return step;
}

static lk_status add_pattern(cJSON *json, const lk_tensor_file *file) {
  const char *said = lk_tensor_file_says(file, "tokenizer.ggml.pre");
  cJSON *cut = cJSON_AddObjectToObject(json, "pre_tokenizer"), *steps, *step;
  int kind = 0;
  if (said && is_as_gpt2(said)) said = lk_gguf_patterns[LK_PATTERN_gpt2];
  while (said && kind < LK_PATTERN_COUNT && strcmp(lk_gguf_patterns[kind], said) != 0)
    kind++;
  if (!said || kind == LK_PATTERN_COUNT) return refuse(file, "pattern", said);
  cJSON_AddStringToObject(cut, "type", "Sequence");
  steps = cJSON_AddArrayToObject(cut, "pretokenizers");
  step = add_step(steps, "Split");
  cJSON_AddStringToObject(cJSON_AddObjectToObject(step, "pattern"), "Regex",
                          lk_pattern_expression(kind));
  cJSON_AddStringToObject(step, "behavior", "Isolated");
  step = add_step(steps, "ByteLevel");
  cJSON_AddFalseToObject(step, "add_prefix_space");
  cJSON_AddFalseToObject(step, "use_regex");
  return LK_OK;
}

static void add_added(cJSON *list, const char *text, uint64_t id, int is_special) {
  cJSON *token = cJSON_CreateObject();
  cJSON_AddNumberToObject(token, "id", (double)id);
  cJSON_AddStringToObject(token, "content", text);
  cJSON_AddBoolToObject(token, "special", is_special);
  cJSON_AddItemToArray(list, token);
}

static lk_status add_tokens(cJSON *json, const lk_tensor_file *file, int ids) {
  uint64_t count, typed;
  const char *text = lk_gguf_texts(file, "tokenizer.ggml.tokens", &count);
  const char *key = "tokenizer.ggml.token_type", *said = lk_tensor_file_says(file, key);
  const uint8_t *types = lk_gguf_array(file, key, LK_GGUF_I32, &typed);
  cJSON *added = cJSON_AddArrayToObject(json, "added_tokens");
  cJSON *vocabulary =
      cJSON_AddObjectToObject(cJSON_GetObjectItemCaseSensitive(json, "model"), "vocab");
  if (!text || count > (uint64_t)ids || (types && typed != count))
    return refuse(file, "list of tokens", "none of the model's");
  if (said && !types) return refuse(file, "types of tokens", said);
  for (uint64_t i = 0; i < count; i++, text += strlen(text) + 1) {
    int type = types ? types[4 * i] : LK_GGUF_NORMAL;
    if (type == LK_GGUF_NORMAL)
      cJSON_AddNumberToObject(vocabulary, text, (double)i);
    else if (type == LK_GGUF_CONTROL || type == LK_GGUF_UNUSED || type == LK_GGUF_USER)
      add_added(added, text, i, type != LK_GGUF_USER);
    else
      return refuse(file, "type of a token", "none of text");
  }
  return LK_OK;
}

/* Each makes one of the tokens. Without them every byte would be one. */
static lk_status add_merges(cJSON *json, const lk_tensor_file *file, int ids) {
  uint64_t count;
  const char *key = "tokenizer.ggml.merges", *text = lk_gguf_texts(file, key, &count);
  cJSON *merges =
      cJSON_AddArrayToObject(cJSON_GetObjectItemCaseSensitive(json, "model"), "merges");
  if (!text) return refuse(file, "list of merges", lk_tensor_file_says(file, key));
  if (count > (uint64_t)ids) return refuse(file, "list of merges", "too long");
  for (uint64_t i = 0; i < count; i++, text += strlen(text) + 1)
    cJSON_AddItemToArray(merges, cJSON_CreateString(text));
  return LK_OK;
}

/* An added token, and whether merges need it. */
typedef struct {
  const char *text;
  double id;
  int is_made;
} added;

static int by_text(const void *one, const void *other) {
  return strcmp(((const added *)one)->text, ((const added *)other)->text);
}

/* Of a merge, which is two texts with a blank between, and an added token. */
static int by_made(const void *merge, const void *token) {
  const char *made = merge, *text = ((const added *)token)->text;
  size_t left = strcspn(made, " ");
  int order = strncmp(made, text, left);
  return order ? order : strcmp(made + left + (made[left] == ' '), text + left);
}

/* Those that texts have, by their texts. */
static size_t list_added(const cJSON *tokens, added *list) {
  size_t count = 0;
  const cJSON *token;
  cJSON_ArrayForEach(token, tokens) {
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(token, "special"))) continue;
    const char *text = cJSON_GetObjectItemCaseSensitive(token, "content")->valuestring;
    double id = cJSON_GetObjectItemCaseSensitive(token, "id")->valuedouble;
    list[count++] = (added){text, id, strlen(text) == 1};
  }
  qsort(list, count, sizeof *list, by_text);
  return count;
}

/* A token has one type here: one that is added and is a byte, or what a merge makes, is of
 * the vocabulary, too. */
static lk_status share_added(cJSON *json) {
  const cJSON *tokens = cJSON_GetObjectItemCaseSensitive(json, "added_tokens"), *merge;
  const cJSON *model = cJSON_GetObjectItemCaseSensitive(json, "model");
  cJSON *vocabulary = cJSON_GetObjectItemCaseSensitive(model, "vocab");
  added *list;
  LK_TRY(LK_NEW(list, (size_t)cJSON_GetArraySize(tokens)));
  size_t count = list_added(tokens, list);
  cJSON_ArrayForEach(merge, cJSON_GetObjectItemCaseSensitive(model, "merges")) {
    added *made = bsearch(merge->valuestring, list, count, sizeof *list, by_made);
    if (made) made->is_made = 1;
  }
  for (size_t i = 0; i < count; i++)
    if (list[i].is_made) cJSON_AddNumberToObject(vocabulary, list[i].text, list[i].id);
  lk_free(list);
  return LK_OK;
}

static lk_status describe(cJSON *json, const lk_tensor_file *file, int ids) {
  const char *kind = lk_tensor_file_says(file, "tokenizer.ggml.model");
  if (!kind || strcmp(kind, "gpt2") != 0) return refuse(file, "kind", kind);
  cJSON_AddStringToObject(cJSON_AddObjectToObject(json, "model"), "type", "BPE");
  LK_TRY(add_tokens(json, file, ids));
  LK_TRY(add_merges(json, file, ids));
  LK_TRY(share_added(json));
  return add_pattern(json, file);
}

lk_status lk_gguf_tokenizer(lk_tokenizer **out, const lk_tensor_file *file, int ids,
                            int end) {
  cJSON *json = cJSON_CreateObject();
  lk_status status = describe(json, file, ids);
  if (status == LK_OK)
    status = lk_tokenizer_json_take(out, json, lk_tensor_file_path(file), ids, end);
  cJSON_Delete(json);
  return status;
}

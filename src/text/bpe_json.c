#include "text/bpe_json.h"
#include "lockstep/byte_level.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

const cJSON *lk_json_member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

int64_t lk_json_id(const cJSON *value) {
  double number = cJSON_IsNumber(value) ? value->valuedouble : -1;
  return number >= 0 && number < LK_MOST_IDS && number == (double)(int64_t)number
             ? (int64_t)number
             : -1;
}

lk_status lk_json_most_id(const cJSON *vocabulary, const char *place, int64_t *most) {
  const cJSON *token;
  cJSON_ArrayForEach(token, vocabulary) {
    int64_t id = lk_json_id(token);
    if (id < 0)
      return lk_fail(LK_BAD_DATA, "%s: '%s' has no id from 0 to %d", place, token->string,
                     LK_MOST_IDS - 1);
    if (id > *most) *most = id;
  }
  return LK_OK;
}

lk_status lk_json_check_ids(int64_t most, size_t tokens) {
  if (most < (int64_t)tokens) return LK_OK;
  return lk_fail(LK_BAD_DATA, "id %lld of %zu tokens: ids must have no gaps",
                 (long long)most, tokens);
}

static int is_there(const lk_bpe *bpe, lk_token id, const char *text) {
  size_t size;
  if (bpe->tokens[id].kind == LK_BPE_TEXT) return 0;
  const char *bytes = lk_bpe_bytes(bpe, id, &size);
  return size == strlen(text) && !memcmp(bytes, text, size);
}

/* One that is also an added token is of the vocabulary, too, unless no text has it. */
static lk_status add_bytes(lk_bpe *bpe, lk_token id, const char *written, const char *bytes,
                           size_t size) {
  if (is_there(bpe, id, written)) {
    int same = size == strlen(written) && !memcmp(bytes, written, size);
    if (same && bpe->tokens[id].kind == LK_BPE_ADDED) lk_bpe_share(bpe, id);
    return LK_OK;
  }
  if (size) return lk_bpe_add(bpe, id, LK_BPE_TEXT, bytes, size);
  return lk_fail(LK_BAD_DATA, "'%s' is not written as the bytes of a token are", written);
}

static lk_status add_token(lk_bpe *bpe, const cJSON *token, const char *place) {
  size_t size = strlen(token->string);
  int64_t id = lk_json_id(token);
  char *bytes;
  assert(id >= 0 && id < bpe->base.size);
  LK_TRY(LK_NEW(bytes, size));
  size = lk_byte_level_read(token->string, size, bytes);
  lk_status status = add_bytes(bpe, (lk_token)id, token->string, bytes, size);
  lk_free(bytes);
  return status == LK_BAD_DATA ? lk_fail(status, "%s: %s", place, lk_message()) : status;
}

lk_status lk_bpe_add_vocabulary(lk_bpe *bpe, const cJSON *vocabulary, const char *place) {
  const cJSON *token;
  cJSON_ArrayForEach(token, vocabulary) LK_TRY(add_token(bpe, token, place));
  return LK_OK;
}

/* The id of a token as it is written; -1: there is none. */
static int64_t find_written(const lk_bpe *bpe, const char *text, size_t size, char *bytes) {
  size = lk_byte_level_read(text, size, bytes);
  return size ? lk_bpe_find(bpe, bytes, size) : -1;
}

lk_status lk_bpe_join_written(lk_bpe *bpe, const char *left, size_t left_size,
                              const char *right, size_t right_size) {
  char *bytes;
  LK_TRY(LK_NEW(bytes, left_size + right_size));
  int64_t one = find_written(bpe, left, left_size, bytes),
          other = find_written(bpe, right, right_size, bytes);
  lk_free(bytes);
  if (one >= 0 && other >= 0) return lk_bpe_join(bpe, (lk_token)one, (lk_token)other);
  return lk_fail(LK_BAD_DATA, "merge %zu: '%.*s' is no token", bpe->merge_count,
                 (int)(one < 0 ? left_size : right_size), one < 0 ? left : right);
}

lk_status lk_bpe_join_line(lk_bpe *bpe, const char *line, size_t size) {
  const char *blank = memchr(line, ' ', size);
  if (!blank)
    return lk_fail(LK_BAD_DATA, "merge %zu: '%.*s' is not two tokens with a blank between",
                   bpe->merge_count, (int)size, line);
  size_t left = (size_t)(blank - line);
  return lk_bpe_join_written(bpe, line, left, blank + 1, size - left - 1);
}

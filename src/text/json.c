#include "lockstep/json.h"
#include "lockstep/memory.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static int is_blank(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Where a zero is, which would cut a text off, as it is or written as one; the size where
 * there is none. */
static size_t find_zero(const char *bytes, size_t size) {
  static const char written[] = "\\u0000";
  size_t length = sizeof written - 1, at = 0;
  while (at < size && bytes[at]) {
    if (size - at >= length && !memcmp(bytes + at, written, length)) return at;
    at += bytes[at] == '\\' ? 2 : 1; /* what is escaped begins no other escape */
  }
  return at < size ? at : size;
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static lk_status check_keys(const cJSON *object) {
  size_t count = 0;
  const char **names;
  const cJSON *item;
  lk_status status = LK_OK;
  LK_TRY(LK_NEW(names, (size_t)cJSON_GetArraySize(object)));
  cJSON_ArrayForEach(item, object) names[count++] = item->string;
  qsort(names, count, sizeof *names, by_name);
  for (size_t i = 1; i < count && status == LK_OK; i++)
    if (!by_name(&names[i - 1], &names[i]))
      status = lk_fail(LK_BAD_DATA, "has the key '%.80s' twice in an object", names[i]);
  lk_free(names);
  return status;
}

/* Which of two values counts, programs do not agree on. cJSON bounds the depth. */
static lk_status check_all_keys(const cJSON *item) {
  const cJSON *child;
  if (cJSON_IsObject(item)) LK_TRY(check_keys(item));
  cJSON_ArrayForEach(child, item) if (child->child) LK_TRY(check_all_keys(child));
  return LK_OK;
}

static lk_status parse(cJSON **out, const char *bytes, size_t size) {
  const char *end = NULL;
  size_t zero = find_zero(bytes, size);
  if (zero < size)
    return lk_fail(LK_BAD_DATA, "has a zero in a text, at byte %zu", zero + 1);
  *out = cJSON_ParseWithLengthOpts(bytes, size, &end, 0);
  if (cJSON_IsObject(*out))
    while (end < bytes + size && is_blank(*end))
      end++;
  if (cJSON_IsObject(*out) && end == bytes + size) return check_all_keys(*out);
  return lk_fail(LK_BAD_DATA, "is no object of JSON: wrong at byte %zu, or cut short",
                 end ? (size_t)(end - bytes) + 1 : 1);
}

lk_status lk_json_parse(cJSON **out, const char *bytes, size_t size) {
  *out = NULL;
  lk_status status = parse(out, bytes, size);
  if (status == LK_OK) return LK_OK;
  cJSON_Delete(*out);
  *out = NULL;
  return status;
}

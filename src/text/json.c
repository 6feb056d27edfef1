#include "lockstep/json.h"
#include <cjson/cJSON.h>

static int is_blank(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

lk_status lk_json_parse(cJSON **out, const char *bytes, size_t size) {
  const char *end = NULL;
  *out = cJSON_ParseWithLengthOpts(bytes, size, &end, 0);
  if (cJSON_IsObject(*out))
    while (end < bytes + size && is_blank(*end))
      end++;
  if (cJSON_IsObject(*out) && end == bytes + size) return LK_OK;
  cJSON_Delete(*out);
  *out = NULL;
  return lk_fail(LK_BAD_DATA, "is no object of JSON: wrong at byte %zu, or cut short",
                 end ? (size_t)(end - bytes) + 1 : 1);
}

#include "interchange/json.h"
#include "lockstep/file.h"
#include "lockstep/json.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <string.h>

/* cJSON may make 32 times as much of it. */
enum { MOST = 32 << 20 };

static lk_status parse(cJSON **out, const char *path, const char *bytes, size_t size) {
  LK_TRY(lk_text_check(bytes, size, path));
  lk_status status = lk_json_parse(out, bytes, size);
  return status == LK_BAD_DATA ? lk_fail(status, "%s: %s", path, lk_message()) : status;
}

lk_status lk_json_read(cJSON **out, const char *path) {
  char *bytes;
  size_t size;
  *out = NULL;
  LK_TRY(lk_file_read_small(path, MOST, &bytes, &size));
  lk_status status = parse(out, path, bytes, size);
  lk_free(bytes);
  return status;
}

lk_status lk_json_write(const char *path, cJSON *object) {
  char *text = object ? cJSON_Print(object) : NULL;
  cJSON_Delete(object);
  if (!text) return lk_fail(LK_INTERNAL, "%s: out of memory", path);
  size_t size = strlen(text);
  text[size] = '\n'; /* in the place of the zero */
  lk_status status = lk_file_write(path, text, size + 1);
  cJSON_free(text);
  return status;
}

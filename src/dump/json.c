/* JSON lines as pages. CirrusSearch's dumps have two lines a page: {"index": {"_id": …}},
 * then the page itself. */
#include "dump/bytes.h"
#include "dump/lines.h"
#include "dump/reader.h"
#include "lockstep/memory.h"
#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON makes 64 bytes of each value, if it has two bytes only. */
static const size_t most_memory = 256 << 20;

typedef struct {
  lk_lines lines;
  lk_bytes calls;
  cJSON *object; /* of the page that was read */
  int64_t id;    /* of the one that comes, by the line before; -1: there was none */
  int is_awaited;
} json;

static lk_status open_json(lk_dump *dump) {
  json *state;
  LK_TRY(LK_NEW(state, 1));
  dump->state = state;
  state->id = -1;
  lk_lines_open(&state->lines, dump->stream, dump->options.longest);
  return LK_OK;
}

/* What this thread may still ask for, while it parses a line; cJSON's hooks are the
 * process's. */
static _Thread_local size_t allowed = SIZE_MAX;

static void *get(size_t size) {
  if (size > allowed) allowed = 0;
  if (!allowed) return NULL;
  allowed -= size;
  return malloc(size);
}

static void set_hooks(void) {
  cJSON_InitHooks(&(cJSON_Hooks){get, free});
}

/* Whether it was too much for one object is told. */
static int parse_bounded(json *state, const char *line, size_t size, const char **end) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, set_hooks);
  allowed = most_memory;
  state->object = cJSON_ParseWithLengthOpts(line, size + 1, end, 1);
  int was_too_much = !allowed;
  allowed = SIZE_MAX;
  return was_too_much;
}

/* The 16 bits of the \uXXXX at `at`; -1: there is none. */
static int escaped(const char *at, const char *end) {
  char digits[5] = "";
  if (end - at < 6 || memcmp(at, "\\u", 2) != 0) return -1;
  memcpy(digits, at + 2, 4);
  return strspn(digits, "0123456789abcdefABCDEF") == 4 ? (int)strtol(digits, NULL, 16) : -1;
}

/* A NUL would end the text early, and half a pair of surrogates is refused by cJSON: each
 * becomes what stands for a character that is none. What has no four digits, which cJSON
 * takes for a NUL, becomes an escape that it refuses. */
static void replace_escapes(char *line, size_t size) {
  char *end = line + size, *at = line;
  while ((at = memchr(at, '\\', (size_t)(end - at))) && at + 1 < end) {
    int unit = escaped(at, end), surrogate = unit >> 11 == 0xD800 >> 11;
    int pair = unit >> 10 == 0xD800 >> 10 && escaped(at + 6, end) >> 10 == 0xDC00 >> 10;
    if (unit < 0 && at[1] == 'u') at[1] = 'x';
    if (!unit || (surrogate && !pair)) memcpy(at, "\\ufffd", 6);
    at += unit < 0 ? 2 : pair ? 12 : 6;
  }
}

static lk_status parse(json *state, char *line, size_t size) {
  const char *end = NULL;
  LK_TRY(lk_lines_check(&state->lines, line, size));
  replace_escapes(line, size);
  int was_too_much = parse_bounded(state, line, size, &end);
  if (cJSON_IsObject(state->object)) return LK_OK;
  if (was_too_much)
    return lk_lines_refuse(&state->lines, "has too many values for one object of JSON");
  char what[160];
  snprintf(
      what, sizeof what,
      "is no object of JSON: wrong at byte %zu, or cut short; each line must have one, "
      "as `jq -c` writes them",
      end ? (size_t)(end - line) + 1 : 1);
  return lk_lines_refuse(&state->lines, what);
}

static int64_t number_of(const cJSON *value) {
  char *end;
  if (cJSON_IsNumber(value)) return (int64_t)value->valuedouble;
  if (!cJSON_IsString(value) || !*value->valuestring) return -1;
  int64_t number = strtoll(value->valuestring, &end, 10);
  return *end ? -1 : number;
}

static const cJSON *member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_of(const cJSON *object, const char *name) {
  const char *text = cJSON_GetStringValue(member(object, name));
  return text ? text : "";
}

static lk_status refuse_field(const lk_dump *dump, const json *state) {
  char what[160];
  int is_there = member(state->object, dump->options.field) != NULL;
  snprintf(what, sizeof what, "%s '%.60s'%s; --field names the one with the text",
           is_there ? "the field" : "has no field", dump->options.field,
           is_there ? " is no text" : "");
  return lk_lines_refuse(&state->lines, what);
}

/* "Template:A", "Modul:B", … of every template and module that the page came to use. */
static lk_status tell_calls(lk_dump *dump, json *state) {
  const cJSON *one;
  lk_bytes *calls = &state->calls;
  lk_bytes_clear(calls);
  cJSON_ArrayForEach(one, member(state->object, "template")) {
    const char *name = cJSON_GetStringValue(one);
    if (!name) continue;
    LK_TRY(lk_bytes_append(calls, "{{", 2));
    LK_TRY(lk_bytes_append(calls, name, strlen(name)));
    LK_TRY(lk_bytes_append(calls, "}}", 2));
  }
  dump->page.calls = lk_bytes_text(calls);
  return LK_OK;
}

static lk_status tell(lk_dump *dump, json *state) {
  const cJSON *object = state->object, *space = member(object, "namespace");
  const char *text = cJSON_GetStringValue(member(object, dump->options.field));
  int64_t id = state->is_awaited ? state->id : number_of(member(object, "id"));
  if (!text) return refuse_field(dump, state);
  dump->page.title = text_of(object, dump->options.title);
  dump->page.text = text;
  dump->page.size = strlen(text);
  dump->page.id = id;
  dump->page.space = cJSON_IsNumber(space) ? space->valueint : 0;
  dump->page.line = state->lines.number;
  dump->site.database = text_of(object, "wiki");
  dump->site.language = text_of(object, "language");
  return tell_calls(dump, state);
}

/* The line before a page of CirrusSearch, which has no field of the page. */
static int is_announcement(const lk_dump *dump, const cJSON *object) {
  return cJSON_IsObject(member(object, "index")) && !member(object, dump->options.field);
}

/* The next line that is not empty, as state->object; NULL behind the last. */
static lk_status read_object(lk_dump *dump, json *state) {
  char *line;
  size_t size;
  dump->site.database = dump->site.language = ""; /* they were the object's */
  cJSON_Delete(state->object);
  state->object = NULL;
  do
    LK_TRY(lk_lines_next(&state->lines, &line, &size));
  while (line && !size);
  return line ? parse(state, line, size) : LK_OK;
}

static lk_status refuse_cut(const json *state) {
  return lk_lines_refuse(&state->lines, "is the last one and announces a page: the file is "
                                        "cut short");
}

static lk_status next(lk_dump *dump, int *there) {
  json *state = dump->state;
  state->is_awaited = 0;
  LK_TRY(read_object(dump, state));
  if (state->object && is_announcement(dump, state->object)) {
    state->id = number_of(member(member(state->object, "index"), "_id"));
    state->is_awaited = 1;
    LK_TRY(read_object(dump, state));
    if (!state->object) return refuse_cut(state);
  }
  *there = state->object != NULL;
  return *there ? tell(dump, state) : LK_OK;
}

static void close_json(lk_dump *dump) {
  json *state = dump->state;
  if (!state) return;
  cJSON_Delete(state->object);
  lk_lines_close(&state->lines);
  lk_bytes_free(&state->calls);
  lk_free(state);
}

const lk_reader lk_reader_json = {LK_DUMP_JSON, open_json, next, close_json, NULL};

#include "interchange/tokenizer_json.h"
#include "interchange/ends.h"
#include "interchange/json.h"
#include "lockstep/bpe.h"
#include "lockstep/byte_level.h"
#include "lockstep/characters.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/store.h"
#include "lockstep/text.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static void add_special(cJSON *list, lk_token id, const char *content) {
  static const char *const no[] = {"single_word", "lstrip", "rstrip", "normalized"};
  cJSON *item = cJSON_CreateObject();
  cJSON_AddNumberToObject(item, "id", id);
  cJSON_AddStringToObject(item, "content", content);
  for (size_t i = 0; i < sizeof no / sizeof *no; i++)
    cJSON_AddFalseToObject(item, no[i]);
  cJSON_AddTrueToObject(item, "special");
  cJSON_AddItemToArray(list, item);
}

/* The name of a token that texts have. */
static void name_token(const lk_tokenizer *tokenizer, lk_token id, char name[5]) {
  const uint32_t *table = lk_characters_table(tokenizer);
  if (table)
    lk_utf8_encode(table[id], name);
  else
    lk_byte_level_write((unsigned char)(id - 2), name);
}

static void add_model(cJSON *json, const lk_tokenizer *tokenizer) {
  static const char *const none[] = {"dropout", "continuing_subword_prefix",
                                     "end_of_word_suffix"};
  static const char *const no[] = {"fuse_unk", "byte_fallback", "ignore_merges"};
  char name[5];
  int unknown = lk_characters_table(tokenizer)
                    ? lk_characters_id(tokenizer, LK_UNKNOWN_CODE_POINT)
                    : -1;
  cJSON *model = cJSON_AddObjectToObject(json, "model");
  cJSON_AddStringToObject(model, "type", "BPE");
  lk_utf8_encode(LK_UNKNOWN_CODE_POINT, name);
  cJSON_AddItemToObject(model, "unk_token",
                        unknown < 0 ? cJSON_CreateNull() : cJSON_CreateString(name));
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    cJSON_AddNullToObject(model, none[i]);
  for (size_t i = 0; i < sizeof no / sizeof *no; i++)
    cJSON_AddFalseToObject(model, no[i]);
  cJSON *vocabulary = cJSON_AddObjectToObject(model, "vocab");
  for (lk_token id = 0; id < (lk_token)lk_tokenizer_size(tokenizer); id++) {
    if (!lk_tokenizer_is_text(tokenizer, id)) continue;
    name_token(tokenizer, id, name);
    cJSON_AddNumberToObject(vocabulary, name, id);
  }
  cJSON_AddArrayToObject(model, "merges");
}

static cJSON *step(const char *type) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "type", type);
  return object;
}

static cJSON *byte_level(void) {
  cJSON *object = step("ByteLevel");
  cJSON_AddFalseToObject(object, "add_prefix_space");
  cJSON_AddTrueToObject(object, "trim_offsets");
  cJSON_AddFalseToObject(object, "use_regex");
  return object;
}

/* A tokenizer without merges: a character, or a byte, is a token. */
static cJSON *describe(const lk_tokenizer *tokenizer) {
  int is_bytes = !lk_characters_table(tokenizer);
  char name[5];
  cJSON *json = cJSON_CreateObject();
  cJSON_AddStringToObject(json, "version", "1.0");
  cJSON_AddNullToObject(json, "truncation");
  cJSON_AddNullToObject(json, "padding");
  cJSON *added = cJSON_AddArrayToObject(json, "added_tokens");
  lk_utf8_encode(LK_PAD_CODE_POINT, name);
  add_special(added, lk_tokenizer_pad(tokenizer), name);
  lk_utf8_encode(LK_MASK_CODE_POINT, name);
  add_special(added, lk_tokenizer_mask(tokenizer), name);
  cJSON_AddItemToObject(json, "normalizer",
                        lk_tokenizer_composes(tokenizer) ? step("NFC")
                                                         : cJSON_CreateNull());
  cJSON_AddItemToObject(json, "pre_tokenizer",
                        is_bytes ? byte_level() : cJSON_CreateNull());
  cJSON_AddNullToObject(json, "post_processor");
  cJSON_AddItemToObject(json, "decoder", is_bytes ? byte_level() : step("Fuse"));
  add_model(json, tokenizer);
  return json;
}

lk_status lk_tokenizer_json_write(const lk_tokenizer *tokenizer, char **text,
                                  size_t *size) {
  if (!strcmp(lk_tokenizer_name(tokenizer), "bpe"))
    return lk_bpe_write_json(tokenizer, text, size);
  cJSON *json = describe(tokenizer);
  char *printed = cJSON_Print(json);
  cJSON_Delete(json);
  if (!printed) return lk_fail(LK_INTERNAL, "tokenizer.json: out of memory");
  lk_status status = lk_copy_text(text, printed);
  *size = strlen(printed);
  cJSON_free(printed);
  return status;
}

/* Tokens that a model has and its tokenizer.json has not: at most as many as it has, for
 * the model may be a stranger's. */
static lk_status fill(cJSON *json, const char *path, int ids) {
  const cJSON *vocabulary = cJSON_GetObjectItemCaseSensitive(
                  cJSON_GetObjectItemCaseSensitive(json, "model"), "vocab"),
              *item;
  cJSON *added = cJSON_GetObjectItemCaseSensitive(json, "added_tokens");
  double most = -1;
  char name[48];
  if (!cJSON_IsObject(vocabulary)) return LK_OK; /* what it is, its reader says */
  cJSON_ArrayForEach(item, vocabulary) if (item->valuedouble > most) most =
      item->valuedouble;
  cJSON_ArrayForEach(item, added) {
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(item, "id");
    if (cJSON_IsNumber(id) && id->valuedouble > most) most = id->valuedouble;
  }
  if (most >= ids)
    return lk_fail(LK_BAD_DATA, "%s: has the id %.0f, and the model only %d of them", path,
                   most, ids);
  if (most + 1 < ids / 2)
    return lk_fail(LK_BAD_DATA,
                   "%s: has ids up to %.0f, and the model %d of them; give the tokenizer "
                   "that it was trained with",
                   path, most, ids);
  if (!cJSON_IsArray(added) && most + 1 < ids)
    added = cJSON_AddArrayToObject(json, "added_tokens");
  for (int id = (int)most + 1; id < ids; id++) {
    snprintf(name, sizeof name, "<|unused_%d|>", id);
    add_special(added, (lk_token)id, name);
  }
  return LK_OK;
}

static int is_type(const cJSON *step, const char *type) {
  const cJSON *own = cJSON_GetObjectItemCaseSensitive(step, "type");
  return cJSON_IsString(own) && !strcmp(own->valuestring, type);
}

/* The form that describe() gives to a characters tokenizer. */
static int is_of_characters(const cJSON *json) {
  const cJSON *model = cJSON_GetObjectItemCaseSensitive(json, "model");
  return is_type(cJSON_GetObjectItemCaseSensitive(json, "decoder"), "Fuse") &&
         is_type(model, "BPE") &&
         cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(model, "vocab")) &&
         !cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(model, "merges")) &&
         cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(json, "pre_tokenizer"));
}

/* Nonzero for none and for NFC. */
static int read_normalizer(const cJSON *json, int *composes) {
  const cJSON *normalizer = cJSON_GetObjectItemCaseSensitive(json, "normalizer");
  *composes = is_type(normalizer, "NFC");
  return *composes || !normalizer || cJSON_IsNull(normalizer);
}

static lk_status take_character(uint32_t *table, int ids, const char *text,
                                const cJSON *id) {
  uint32_t code_point = 0;
  size_t size = strlen(text);
  int length = size ? lk_text_next(text, size, &code_point) : 0;
  if ((size_t)length != size || !cJSON_IsNumber(id) || id->valueint < 0 ||
      id->valueint >= ids)
    return lk_fail(LK_BAD_DATA, "'%.32s' is no character with an id of the model", text);
  table[id->valueint] = code_point;
  return LK_OK;
}

static lk_status collect_characters(const cJSON *json, int ids, uint32_t *table) {
  const cJSON *item, *model = cJSON_GetObjectItemCaseSensitive(json, "model");
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(model, "vocab"))
      LK_TRY(take_character(table, ids, item->string, item));
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "added_tokens")) {
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(item, "content");
    LK_TRY(take_character(table, ids, cJSON_IsString(content) ? content->valuestring : "",
                          cJSON_GetObjectItemCaseSensitive(item, "id")));
  }
  return LK_OK;
}

/* What stands for characters that have no id: here U+FFFD where that has one, for each. */
static int has_our_unknown(const lk_tokenizer *tokenizer, const cJSON *json) {
  const cJSON *model = cJSON_GetObjectItemCaseSensitive(json, "model");
  const char *said =
      cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(model, "unk_token"));
  char name[5] = "";
  if (lk_characters_id(tokenizer, LK_UNKNOWN_CODE_POINT) >= 0)
    lk_utf8_encode(LK_UNKNOWN_CODE_POINT, name);
  return !strcmp(said ? said : "", name) &&
         !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(model, "fuse_unk"));
}

static lk_status read_characters(lk_tokenizer **out, const cJSON *json, const char *path,
                                 int ids) {
  lk_tokenizer_image image = {.kind = "characters", .size = (size_t)ids * sizeof(uint32_t)};
  uint32_t *table;
  if (!read_normalizer(json, &image.composes))
    return lk_fail(LK_BAD_DATA, "%s: its normalizer is another than none and NFC", path);
  LK_TRY(LK_NEW(table, (size_t)ids));
  image.bytes = table;
  lk_status status = collect_characters(json, ids, table);
  if (status == LK_OK) status = lk_tokenizer_restore(out, &image);
  if (status == LK_OK && !has_our_unknown(*out, json))
    status = lk_fail(LK_BAD_DATA, "its unk_token must be U+FFFD where that is a token, and "
                                  "none else, without fuse_unk");
  lk_free(table);
  return status == LK_BAD_DATA ? lk_fail(status, "%s: %s", path, lk_message()) : status;
}

/* A text stays whole and becomes bytes: where it is cut before does not matter, for nothing
 * is merged. */
static int cuts_to_bytes(const cJSON *json) {
  const cJSON *step = cJSON_GetObjectItemCaseSensitive(json, "pre_tokenizer"), *before;
  if (is_type(step, "Sequence")) {
    const cJSON *steps = cJSON_GetObjectItemCaseSensitive(step, "pretokenizers");
    step = cJSON_GetArrayItem(steps, cJSON_GetArraySize(steps) - 1);
    cJSON_ArrayForEach(before, steps) {
      const cJSON *how = cJSON_GetObjectItemCaseSensitive(before, "behavior");
      if (before == step) break;
      if (!cJSON_IsString(how) || strcmp(how->valuestring, "Isolated") != 0) return 0;
    }
  }
  return is_type(step, "ByteLevel") &&
         cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(step, "add_prefix_space"));
}

/* The ids and names of what no text has. */
static int adds_the_same(const cJSON *one, const cJSON *other) {
  const cJSON *here = cJSON_GetObjectItemCaseSensitive(one, "added_tokens");
  const cJSON *there = cJSON_GetObjectItemCaseSensitive(other, "added_tokens");
  int count = cJSON_GetArraySize(here), same = cJSON_GetArraySize(there) == count;
  for (int i = 0; i < count && same; i++) {
    const cJSON *a = cJSON_GetArrayItem(here, i), *b = cJSON_GetArrayItem(there, i);
    same = cJSON_Compare(cJSON_GetObjectItemCaseSensitive(a, "id"),
                         cJSON_GetObjectItemCaseSensitive(b, "id"), 1) &&
           cJSON_Compare(cJSON_GetObjectItemCaseSensitive(a, "content"),
                         cJSON_GetObjectItemCaseSensitive(b, "content"), 1) &&
           cJSON_Compare(cJSON_GetObjectItemCaseSensitive(a, "special"),
                         cJSON_GetObjectItemCaseSensitive(b, "special"), 1);
  }
  return same;
}

/* One whose tokens are those that describe() gives to bytes; NULL: it has others. */
static lk_status read_bytes(lk_tokenizer **out, const cJSON *json) {
  const cJSON *model = cJSON_GetObjectItemCaseSensitive(json, "model");
  const cJSON *merges = cJSON_GetObjectItemCaseSensitive(model, "merges");
  int composes;
  *out = NULL;
  if (cJSON_GetArraySize(merges) || !read_normalizer(json, &composes) ||
      !cuts_to_bytes(json))
    return LK_OK;
  LK_TRY(lk_tokenizer_create(out, "bytes", composes));
  cJSON *own = describe(*out);
  const cJSON *own_model = cJSON_GetObjectItemCaseSensitive(own, "model");
  int same = adds_the_same(own, json) &&
             cJSON_Compare(cJSON_GetObjectItemCaseSensitive(own_model, "vocab"),
                           cJSON_GetObjectItemCaseSensitive(model, "vocab"), 1);
  cJSON_Delete(own);
  if (same) return LK_OK;
  lk_tokenizer_free(*out);
  *out = NULL;
  return LK_OK;
}

static lk_status read_json(lk_tokenizer **out, cJSON *json, const char *path, int ids,
                           int end) {
  if (lk_bpe_check_parts(json) != LK_OK)
    return lk_fail(LK_BAD_DATA, "%s: %s", path, lk_message());
  LK_TRY(read_bytes(out, json));
  if (*out) return LK_OK;
  if (is_of_characters(json)) return read_characters(out, json, path, ids);
  LK_TRY(fill(json, path, ids));
  lk_ends_mark(json, end);
  char *text = cJSON_PrintUnformatted(json);
  if (!text) return lk_fail(LK_INTERNAL, "%s: out of memory", path);
  lk_status status = lk_bpe_read_json(out, text, strlen(text), path);
  cJSON_free(text);
  return status;
}

static lk_status check_size(lk_tokenizer *tokenizer, const char *name, int ids) {
  if (lk_tokenizer_size(tokenizer) == ids) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: has %d ids, and the model %d; give the tokenizer that it "
                 "was trained with",
                 name, lk_tokenizer_size(tokenizer), ids);
}

/* One of another size is none. */
static lk_status keep(lk_tokenizer **out, lk_status status, const char *name, int ids) {
  if (status == LK_OK) status = check_size(*out, name, ids);
  if (status == LK_OK) return LK_OK;
  lk_tokenizer_free(*out);
  *out = NULL;
  return status;
}

lk_status lk_tokenizer_json_take(lk_tokenizer **out, cJSON *json, const char *name, int ids,
                                 int end) {
  *out = NULL;
  return keep(out, read_json(out, json, name, ids, end), name, ids);
}

/* What a checkpoint or a corpus has, as a tokenizer.json; *json is NULL for other files. */
static lk_status read_stored(cJSON **json, const char *name, int *end) {
  lk_tokenizer *stored;
  char *text = NULL;
  size_t size;
  *json = NULL;
  LK_TRY(lk_tokenizer_read_stored(&stored, name, 0));
  if (!stored) return LK_OK;
  lk_status status = lk_tokenizer_json_write(stored, &text, &size);
  if (*end < 0) *end = (int)lk_tokenizer_end(stored);
  lk_tokenizer_free(stored);
  LK_TRY(status);
  *json = cJSON_ParseWithLength(text, size);
  lk_free(text);
  return *json ? LK_OK : lk_fail(LK_INTERNAL, "%s: out of memory", name);
}

lk_status lk_tokenizer_json_read(lk_tokenizer **out, const char *name, int ids, int end) {
  cJSON *json;
  *out = NULL;
  if (!strcmp(name, "bytes"))
    return keep(out, lk_tokenizer_create(out, name, 0), name, ids);
  LK_TRY(read_stored(&json, name, &end));
  if (!json) LK_TRY(lk_json_read(&json, name));
  lk_status status = lk_tokenizer_json_take(out, json, name, ids, end);
  cJSON_Delete(json);
  return status;
}

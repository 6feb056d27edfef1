/* What a GGUF file says of itself: numbers, texts and arrays of them under keys. */
#include "interchange/gguf_head.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(name, bytes) bytes,
static const uint8_t widths[] = {LK_GGUF_TYPES(BYTES)};

static lk_status take_type(const lk_gguf_reading *r, const char *key, lk_gguf_type *type) {
  uint64_t number;
  LK_TRY(lk_gguf_take_number(r, 4, &number));
  *type = (lk_gguf_type)number;
  if (number < LK_GGUF_TYPE_COUNT) return LK_OK;
  return lk_tensor_file_refuse(r->file, "'%.80s' is of no type that is known: %" PRIu64,
                               key, number);
}

static double real_at(const uint8_t *bytes, unsigned width) {
  uint64_t bits = lk_gguf_number(bytes, width);
  uint32_t narrow = (uint32_t)bits;
  float single;
  double wide;
  memcpy(&single, &narrow, sizeof single);
  memcpy(&wide, &bits, sizeof wide);
  return width == sizeof single ? (double)single : wide;
}

static void show_number(char to[LK_GGUF_SHOWN], const uint8_t *bytes, lk_gguf_type type) {
  uint64_t number = lk_gguf_number(bytes, widths[type]);
  int unused = 64 - 8 * widths[type]; /* of a signed number's bits */
  assert(type != LK_GGUF_TEXT && type != LK_GGUF_ARRAY);
  switch (type) {
  case LK_GGUF_BOOL:
    snprintf(to, LK_GGUF_SHOWN, "%s", number ? "true" : "false");
    break;
  case LK_GGUF_F32:
  case LK_GGUF_F64:
    snprintf(to, LK_GGUF_SHOWN, "%.9g", real_at(bytes, widths[type]));
    break;
  case LK_GGUF_I8:
  case LK_GGUF_I16:
  case LK_GGUF_I32:
  case LK_GGUF_I64:
    snprintf(to, LK_GGUF_SHOWN, "%" PRId64, (int64_t)(number << unused) >> unused);
    break;
  default:
    snprintf(to, LK_GGUF_SHOWN, "%" PRIu64, number);
  }
}

/* The lengths before the texts go, so that these lie end to end. */
static lk_status take_texts(const lk_gguf_reading *r, lk_gguf_value *v) {
  const char *text;
  char *end = (char *)r->head->bytes + r->head->at;
  v->elements = end;
  for (uint64_t i = 0; i < v->count; i++) {
    uint64_t before = r->head->at, size;
    LK_TRY(lk_gguf_take_text(r, &text));
    size = r->head->at - before - 8;
    if (strlen(text) != size)
      return lk_tensor_file_refuse(r->file, "a text at byte %" PRIu64 " has a zero",
                                   before);
    assert(end < text);
    memmove(end, text, size + 1);
    end += size + 1;
  }
  return LK_OK;
}

static lk_status take_array(const lk_gguf_reading *r, const char *key, lk_gguf_value *v) {
  uint8_t *bytes;
  LK_TRY(take_type(r, key, &v->of));
  LK_TRY(lk_gguf_take_number(r, 8, &v->count));
  if (v->of == LK_GGUF_ARRAY)
    return lk_tensor_file_refuse(r->file, "'%.80s' has arrays in an array", key);
  snprintf(v->shown, LK_GGUF_SHOWN, "%" PRIu64 " %s", v->count,
           v->of == LK_GGUF_TEXT ? "texts" : "numbers");
  if (v->of == LK_GGUF_TEXT) return take_texts(r, v);
  if (v->count > r->head->room)
    return lk_tensor_file_refuse(r->file, "'%.80s' has %" PRIu64 " elements", key,
                                 v->count);
  LK_TRY(lk_gguf_take(r, v->count * widths[v->of], &bytes));
  v->elements = bytes;
  return LK_OK;
}

static lk_status take_value(const lk_gguf_reading *r, lk_gguf_value *v,
                            lk_file_fact *fact) {
  lk_gguf_type type;
  uint8_t *bytes;
  LK_TRY(take_type(r, fact->key, &type));
  fact->value = v->shown;
  if (type == LK_GGUF_TEXT) return lk_gguf_take_text(r, &fact->value);
  if (type == LK_GGUF_ARRAY) return take_array(r, fact->key, v);
  LK_TRY(lk_gguf_take(r, widths[type], &bytes));
  show_number(v->shown, bytes, type);
  return LK_OK;
}

static int by_key(const void *one, const void *other) {
  return strcmp(((const lk_file_fact *)one)->key, ((const lk_file_fact *)other)->key);
}

static lk_status check_keys(const lk_tensor_file *file) {
  lk_file_fact *sorted;
  size_t count = (size_t)file->facts_count;
  lk_status status = LK_OK;
  LK_TRY(LK_NEW(sorted, count + 1));
  memcpy(sorted, file->facts, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, by_key);
  for (size_t i = 1; i < count && status == LK_OK; i++)
    if (!by_key(&sorted[i - 1], &sorted[i]))
      status = lk_tensor_file_refuse(file, "'%.80s' is there twice", sorted[i].key);
  lk_free(sorted);
  return status;
}

lk_status lk_gguf_take_facts(const lk_gguf_reading *r, uint64_t count) {
  lk_tensor_file *file = r->file;
  LK_TRY(LK_NEW(file->facts, count));
  LK_TRY(LK_NEW(r->head->values, count));
  while ((uint64_t)file->facts_count < count) {
    lk_file_fact *fact = &file->facts[file->facts_count];
    LK_TRY(lk_gguf_take_name(r, &fact->key));
    LK_TRY(take_value(r, &r->head->values[file->facts_count], fact));
    file->facts_count++;
  }
  return check_keys(file);
}

const void *lk_gguf_array(const lk_tensor_file *file, const char *key, lk_gguf_type type,
                          uint64_t *count) {
  const lk_gguf_head *h = file->held;
  assert(file->format == LK_GGUF);
  *count = 0;
  for (int i = 0; i < file->facts_count; i++) {
    const lk_gguf_value *v = &h->values[i];
    if (strcmp(file->facts[i].key, key) || file->facts[i].value != v->shown) continue;
    if (v->of != type || !v->elements) return NULL;
    *count = v->count;
    return v->elements;
  }
  return NULL;
}

const char *lk_gguf_texts(const lk_tensor_file *file, const char *key, uint64_t *count) {
  return lk_gguf_array(file, key, LK_GGUF_TEXT, count);
}

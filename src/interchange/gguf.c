/* Reading GGUF: facts, the list of tensors, and their numbers, each at a multiple of the
 * alignment (gguf.h). */
#include "interchange/gguf.h"
#include "interchange/file.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A vocabulary of 256 thousand tokens and its merges have some 15 MB. */
enum {
  MOST_HEAD = 128 << 20,
  STEP = 1 << 20,
  MOST_FACTS = 1 << 16,
  MOST_TENSORS = 1 << 17
};
enum { SMALLEST_FACT = 13, SMALLEST_TENSOR = 24, SHOWN = 48, MOST_DIMENSIONS = 4 };

/* A fact's value as it is: an array's elements, or none. */
typedef struct {
  lk_gguf_type of;
  uint64_t count;
  const void *elements; /* in the head */
  char shown[SHOWN];    /* of what is no text */
} value;

/* The head, all before the numbers. A text in it takes the place of its own length, so that
 * a zero has room behind it. */
typedef struct {
  uint8_t *bytes; /* [room] */
  uint64_t room, have, at;
  value *values; /* [facts_count] */
} head;

typedef struct {
  lk_tensor_file *file;
  head *head;
  uint32_t alignment;
} reading;

static void release(void *held) {
  head *h = held;
  lk_free(h->bytes);
  lk_free(h->values);
  lk_free(h);
}

/* The next `size` bytes of the head. */
static lk_status take(const reading *r, uint64_t size, uint8_t **bytes) {
  head *h = r->head;
  assert(h->at <= h->have && h->have <= h->room);
  *bytes = h->bytes + h->at;
  if (size > h->room - h->at)
    return lk_tensor_file_refuse(r->file, h->room < MOST_HEAD
                                              ? "cut short in its head; fetch it again"
                                              : "its head has more than 128 MB");
  if (size > h->have - h->at) {
    uint64_t more = h->at + size - h->have;
    more = more > STEP ? more : STEP;
    more = more < h->room - h->have ? more : h->room - h->have;
    LK_TRY(lk_tensor_file_bytes(r->file, h->have, h->bytes + h->have, more));
    h->have += more;
  }
  h->at += size;
  return LK_OK;
}

static uint64_t number_at(const uint8_t *bytes, unsigned width) {
  uint64_t number = 0;
  assert(width >= 1 && width <= sizeof number);
  while (width--)
    number = number << 8 | bytes[width];
  return number;
}

static lk_status take_number(const reading *r, unsigned width, uint64_t *number) {
  uint8_t *bytes;
  LK_TRY(take(r, width, &bytes));
  *number = number_at(bytes, width);
  return LK_OK;
}

/* A text with its zero, in the head. */
static lk_status take_text(const reading *r, const char **text) {
  uint64_t size;
  uint8_t *bytes;
  LK_TRY(take_number(r, 8, &size));
  LK_TRY(take(r, size, &bytes));
  char *start = (char *)bytes - 1;
  assert(bytes + size ==
         r->head->bytes + r->head->at); /* the byte before is its length's */
  memmove(start, bytes, size);
  start[size] = 0;
  *text = start;
  return LK_OK;
}

/* A name: UTF-8 without a zero. */
static lk_status take_name(const reading *r, const char **name) {
  uint64_t before = r->head->at;
  LK_TRY(take_text(r, name));
  if (strlen(*name) == r->head->at - before - 8 && **name)
    return lk_text_check(*name, strlen(*name), lk_tensor_file_path(r->file));
  return lk_tensor_file_refuse(r->file, "a name at byte %" PRIu64 " is none", before);
}

#define BYTES(name, bytes) bytes,
static const uint8_t widths[] = {LK_GGUF_TYPES(BYTES)};

static lk_status take_type(const reading *r, const char *key, lk_gguf_type *type) {
  uint64_t number;
  LK_TRY(take_number(r, 4, &number));
  *type = (lk_gguf_type)number;
  if (number < LK_GGUF_TYPE_COUNT) return LK_OK;
  return lk_tensor_file_refuse(r->file, "'%.80s' is of no type that is known: %" PRIu64,
                               key, number);
}

static double real_at(const uint8_t *bytes, unsigned width) {
  uint64_t bits = number_at(bytes, width);
  uint32_t narrow = (uint32_t)bits;
  float single;
  double wide;
  memcpy(&single, &narrow, sizeof single);
  memcpy(&wide, &bits, sizeof wide);
  return width == sizeof single ? (double)single : wide;
}

static void show_number(char to[SHOWN], const uint8_t *bytes, lk_gguf_type type) {
  uint64_t number = number_at(bytes, widths[type]);
  int unused = 64 - 8 * widths[type]; /* of a signed number's bits */
  assert(type != LK_GGUF_TEXT && type != LK_GGUF_ARRAY);
  switch (type) {
  case LK_GGUF_BOOL:
    snprintf(to, SHOWN, "%s", number ? "true" : "false");
    break;
  case LK_GGUF_F32:
  case LK_GGUF_F64:
    snprintf(to, SHOWN, "%.9g", real_at(bytes, widths[type]));
    break;
  case LK_GGUF_I8:
  case LK_GGUF_I16:
  case LK_GGUF_I32:
  case LK_GGUF_I64:
    snprintf(to, SHOWN, "%" PRId64, (int64_t)(number << unused) >> unused);
    break;
  default:
    snprintf(to, SHOWN, "%" PRIu64, number);
  }
}

/* The lengths before the texts go, so that these lie end to end. */
static lk_status take_texts(const reading *r, value *v) {
  const char *text;
  char *end = NULL;
  for (uint64_t i = 0; i < v->count; i++) {
    uint64_t before = r->head->at, size;
    LK_TRY(take_text(r, &text));
    size = r->head->at - before - 8;
    if (strlen(text) != size)
      return lk_tensor_file_refuse(r->file, "a text at byte %" PRIu64 " has a zero",
                                   before);
    if (!end) v->elements = end = (char *)r->head->bytes + before;
    assert(end < text);
    memmove(end, text, size + 1);
    end += size + 1;
  }
  return LK_OK;
}

static lk_status take_array(const reading *r, const char *key, value *v) {
  uint8_t *bytes;
  LK_TRY(take_type(r, key, &v->of));
  LK_TRY(take_number(r, 8, &v->count));
  if (v->of == LK_GGUF_ARRAY)
    return lk_tensor_file_refuse(r->file, "'%.80s' has arrays in an array", key);
  snprintf(v->shown, SHOWN, "%" PRIu64 " %s", v->count,
           v->of == LK_GGUF_TEXT ? "texts" : "numbers");
  if (v->of == LK_GGUF_TEXT) return take_texts(r, v);
  if (v->count > MOST_HEAD)
    return lk_tensor_file_refuse(r->file, "'%.80s' has %" PRIu64 " elements", key,
                                 v->count);
  LK_TRY(take(r, v->count * widths[v->of], &bytes));
  v->elements = bytes;
  return LK_OK;
}

static lk_status take_value(const reading *r, value *v, lk_file_fact *fact) {
  lk_gguf_type type;
  uint8_t *bytes;
  LK_TRY(take_type(r, fact->key, &type));
  fact->value = v->shown;
  if (type == LK_GGUF_TEXT) return take_text(r, &fact->value);
  if (type == LK_GGUF_ARRAY) return take_array(r, fact->key, v);
  LK_TRY(take(r, widths[type], &bytes));
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

static lk_status take_facts(reading *r, uint64_t count) {
  lk_tensor_file *file = r->file;
  LK_TRY(LK_NEW(file->facts, count));
  LK_TRY(LK_NEW(r->head->values, count));
  while ((uint64_t)file->facts_count < count) {
    lk_file_fact *fact = &file->facts[file->facts_count];
    LK_TRY(take_name(r, &fact->key));
    LK_TRY(take_value(r, &r->head->values[file->facts_count], fact));
    file->facts_count++;
  }
  return check_keys(file);
}

static lk_status take_sizes(const reading *r, lk_file_tensor *tensor) {
  uint64_t rank;
  LK_TRY(take_number(r, 4, &rank));
  if (rank > MOST_DIMENSIONS)
    return lk_tensor_file_refuse(r->file, "tensor '%.80s' has %" PRIu64 " dimensions",
                                 tensor->name, rank);
  tensor->rank = (int)rank;
  for (int d = tensor->rank; d--;) /* the fastest is first */
    LK_TRY(take_number(r, 8, &tensor->size[d]));
  return LK_OK;
}

/* `at` is from where the numbers begin. */
static lk_status take_tensor(const reading *r, lk_file_tensor *tensor) {
  uint64_t type;
  LK_TRY(take_name(r, &tensor->name));
  LK_TRY(take_sizes(r, tensor));
  LK_TRY(take_number(r, 4, &type));
  LK_TRY(take_number(r, 8, &tensor->at));
  tensor->number = lk_number_of_ggml((uint32_t)type);
  if (tensor->number == LK_NUMBER_COUNT)
    return lk_tensor_file_refuse(r->file,
                                 "tensor '%.80s' is of a type that is not known: "
                                 "%" PRIu64,
                                 tensor->name, type);
  if (!lk_tensor_measure(tensor))
    return lk_tensor_file_refuse(r->file,
                                 "tensor '%.80s' has more numbers than there can "
                                 "be, or rows that are no whole blocks",
                                 tensor->name);
  if (tensor->at % r->alignment == 0 && tensor->at <= lk_tensor_file_size(r->file))
    return LK_OK;
  return lk_tensor_file_refuse(
      r->file, "tensor '%.80s' begins at %" PRIu64 ": %s", tensor->name, tensor->at,
      tensor->at % r->alignment ? "no multiple of the alignment" : "behind the file's end");
}

static lk_status take_alignment(reading *r) {
  const char *said = lk_tensor_file_says(r->file, "general.alignment");
  r->alignment = said ? (uint32_t)strtoul(said, NULL, 10) : LK_GGUF_ALIGNMENT;
  if (r->alignment && r->alignment % 8 == 0 && r->alignment <= STEP) return LK_OK;
  return lk_tensor_file_refuse(r->file,
                               "general.alignment is %.32s, no multiple of 8 up to "
                               "%d",
                               said, STEP);
}

static lk_status take_tensors(reading *r, uint64_t count) {
  lk_tensor_file *file = r->file;
  LK_TRY(take_alignment(r));
  LK_TRY(LK_NEW(file->tensors, count));
  for (uint64_t i = 0; i < count; i++)
    LK_TRY(take_tensor(r, &file->tensors[file->count++]));
  uint64_t end = r->head->at, first = lk_align(end, r->alignment);
  assert(end <= lk_tensor_file_size(file));
  for (int i = 0; i < file->count; i++)
    file->tensors[i].at += first;
  return lk_tensor_file_check(file, count ? first : end, r->alignment);
}

static lk_status take_start(const reading *r, uint64_t *tensors, uint64_t *facts) {
  uint8_t *magic;
  uint64_t version, size = lk_tensor_file_size(r->file);
  if (size < 24) return lk_tensor_file_refuse(r->file, "too short for a GGUF file");
  LK_TRY(take(r, 4, &magic));
  if (memcmp(magic, "GGUF", 4)) return lk_tensor_file_refuse(r->file, "no GGUF file");
  LK_TRY(take_number(r, 4, &version));
  if (version != 2 && version != LK_GGUF_VERSION)
    return lk_tensor_file_refuse(r->file,
                                 "GGUF of version %" PRIu64 ", not 2 or 3; convert it anew"
                                 "%s",
                                 version, version & 0xFFFF ? "" : " (it is big-endian)");
  LK_TRY(take_number(r, 8, tensors));
  LK_TRY(take_number(r, 8, facts));
  if (*tensors <= MOST_TENSORS && *tensors <= size / SMALLEST_TENSOR &&
      *facts <= MOST_FACTS && *facts <= size / SMALLEST_FACT)
    return LK_OK;
  return lk_tensor_file_refuse(r->file,
                               "would have %" PRIu64 " facts and %" PRIu64
                               " tensors, more than it can or than are read",
                               *facts, *tensors);
}

static lk_status read_all(lk_tensor_file *file) {
  reading r = {.file = file};
  uint64_t tensors, facts, size = lk_tensor_file_size(file);
  LK_TRY(LK_NEW(r.head, 1));
  file->held = r.head;
  file->release = release;
  r.head->room = size < MOST_HEAD ? size : MOST_HEAD;
  LK_TRY(lk_allocate((void **)&r.head->bytes, r.head->room + 1, 1, "a GGUF file's head"));
  LK_TRY(take_start(&r, &tensors, &facts));
  LK_TRY(take_facts(&r, facts));
  return take_tensors(&r, tensors);
}

lk_status lk_gguf_open(lk_tensor_file **out, const char *path) {
  LK_TRY(lk_tensor_file_begin(out, path, LK_GGUF));
  lk_status status = read_all(*out);
  if (status == LK_OK) return LK_OK;
  lk_tensor_file_close(*out);
  *out = NULL;
  return status;
}

const void *lk_gguf_array(const lk_tensor_file *file, const char *key, lk_gguf_type type,
                          uint64_t *count) {
  const head *h = file->held;
  assert(file->format == LK_GGUF);
  *count = 0;
  for (int i = 0; i < file->facts_count; i++) {
    const value *v = &h->values[i];
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

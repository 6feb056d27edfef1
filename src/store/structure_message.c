/* The messages of object headers. */
#include "store/packing.h"
#include "store/structure.h"
#include <assert.h>
#include <string.h>

enum {
  NIL = 0x00,
  DATASPACE = 0x01,
  DATATYPE = 0x03,
  FILL_VALUE = 0x05,
  LAYOUT = 0x08,
  FILTERS = 0x0B,
  ATTRIBUTE = 0x0C,
  SYMBOL_TABLE = 0x11,
  CHANGE_TIME = 0x12
};

static uint64_t padded(uint64_t size) {
  return (size + 7) & ~(uint64_t)7;
}

/* Version 1, at most 3 dimensions, of fixed sizes unless it grows. */
static const char *check_space(const uint8_t *p, uint64_t size, lk_object *object) {
  static const char fault[] = "a dataspace that lockstep does not write";
  if (size < 8 || p[0] != 1 || p[1] > 3 || p[2] > 1) return fault;
  int rank = p[1], has_maxima = p[2];
  if (size < 8 + 8 * (uint64_t)rank * (1 + (uint64_t)has_maxima)) return fault;
  object->rank = rank;
  object->elements = 1;
  for (int i = 0; i < rank; i++) {
    uint64_t length = lk_image_number(p + 8 + 8 * i, 8),
             most = has_maxima ? lk_image_number(p + 8 + 8 * (rank + i), 8) : length;
    object->grows |= most == UINT64_MAX;
    if (most != length && most != UINT64_MAX) return fault;
    if (__builtin_mul_overflow(object->elements, length, &object->elements)) return fault;
  }
  return NULL;
}

/* Version and class, bits, size, offset and precision; for numbers with a point also the
 * places and sizes of exponent and mantissa, and the bias. */
static const uint8_t float32[20] = {0x11, 0x20, 0x1F, 0,    4, 0,    0,    0, 0, 0,
                                    0x20, 0,    0x17, 0x08, 0, 0x17, 0x7F, 0, 0, 0};
static const uint8_t float64[20] = {0x11, 0x20, 0x3F, 0,    8, 0,    0,    0, 0, 0,
                                    0x40, 0,    0x34, 0x0B, 0, 0x34, 0xFF, 3, 0, 0};

/* Little-endian whole numbers, of which all bits count. */
static int is_whole(const uint8_t *p, uint64_t size, uint64_t bytes) {
  static const uint8_t signed_bit = 0x08;
  return size >= 12 && p[0] == 0x10 && !(p[1] & ~signed_bit) && !p[2] && !p[3] &&
         (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) &&
         !lk_image_number(p + 8, 2) && lk_image_number(p + 10, 2) == 8 * bytes;
}

static int is_float(const uint8_t *p, uint64_t size) {
  return size >= sizeof float32 &&
         (!memcmp(p, float32, sizeof float32) || !memcmp(p, float64, sizeof float64));
}

/* Of fixed size, ended by a zero, in ASCII or UTF-8. */
static int is_text(const uint8_t *p, uint64_t bytes) {
  return p[0] == 0x13 && !(p[1] & ~0x10) && !p[2] && !p[3] && bytes > 0;
}

static const char *check_type(const uint8_t *p, uint64_t size, uint64_t *element_size) {
  if (size < 8) return "a datatype that lockstep does not write";
  *element_size = lk_image_number(p + 4, 4);
  return is_whole(p, size, *element_size) || is_float(p, size) || is_text(p, *element_size)
             ? NULL
             : "a datatype that lockstep does not write";
}

/* Version 2, with no value of its own. */
static const char *check_fill(const uint8_t *p, uint64_t size) {
  return size >= 8 && p[0] == 2 && p[1] <= 3 && p[2] <= 2 && p[3] <= 1 &&
                 !lk_image_number(p + 4, 4)
             ? NULL
             : "a fill value that lockstep does not write";
}

static const char not_in_one_piece[] = "a dataset that is not stored in one piece";

/* Dimensions of a chunk: those of the dataset, and an element's bytes. */
static const char *check_chunks(const uint8_t *p, uint64_t size, lk_object *object) {
  if (size < 19 || p[2] != 2) return not_in_one_piece;
  object->data = lk_image_number(p + 3, 8);
  object->chunk = lk_image_number(p + 11, 4);
  object->chunk_width = lk_image_number(p + 15, 4);
  return object->chunk > 0 && object->chunk <= LK_CHUNK_MOST && object->chunk_width <= 8
             ? NULL
             : "chunks that lockstep does not write";
}

/* Version 3, in one piece or in chunks of one dimension. */
static const char *check_layout(const uint8_t *p, uint64_t size, lk_object *object) {
  if (size >= 3 && p[0] == 3 && p[1] == 2) return check_chunks(p, size, object);
  if (size < 18 || p[0] != 3 || p[1] != 1) return not_in_one_piece;
  object->data = lk_image_number(p + 2, 8);
  object->data_size = lk_image_number(p + 10, 8);
  return NULL;
}

/* Version 1, two filters: shuffle with an element's bytes, deflate or zstd with its level.
 * Each has its number, the length of its name, flags and the number of its values, the name
 * and the values, padded. */
static const char *check_filters(const uint8_t *p, uint64_t size, lk_object *object) {
  static const char fault[] = "filters that lockstep does not write";
  uint64_t at = 8;
  if (size < 8 || p[0] != 1 || p[1] != 2) return fault;
  for (int i = 0; i < 2; i++) {
    if (size - at < 8) return fault;
    uint64_t number = lk_image_number(p + at, 2), name = lk_image_number(p + at + 2, 2);
    int packs = number == LK_FILTER_DEFLATE || number == LK_FILTER_ZSTD;
    if ((i ? !packs : number != LK_FILTER_SHUFFLE) || lk_image_number(p + at + 6, 2) != 1 ||
        name % 8 || size - at < 16 + name)
      return fault;
    object->filter = (int)number;
    at += 16 + name;
  }
  return NULL;
}

/* Version 1: sizes, then name, type, space, each padded, and the value. */
static const char *check_attribute(const uint8_t *p, uint64_t size) {
  static const char fault[] = "an attribute that lockstep does not write";
  lk_object object = {0};
  uint64_t element_size, bytes;
  if (size < 8 || p[0] != 1 || p[1]) return fault;
  uint64_t name = lk_image_number(p + 2, 2), type = lk_image_number(p + 4, 2),
           space = lk_image_number(p + 6, 2),
           start = 8 + padded(name) + padded(type) + padded(space);
  if (size < start || name < 2 || memchr(p + 8, 0, name) != p + 8 + name - 1) return fault;
  const uint8_t *type_at = p + 8 + padded(name), *space_at = type_at + padded(type);
  if (check_type(type_at, type, &element_size) || check_space(space_at, space, &object) ||
      object.grows)
    return fault;
  return __builtin_mul_overflow(object.elements, element_size, &bytes) ||
                 bytes > size - start
             ? fault
             : NULL;
}

static const char *check_group(const uint8_t *p, uint64_t size, lk_object *object) {
  if (size < 16) return "a group that lockstep does not write";
  object->tree = lk_image_number(p, 8);
  object->heap = lk_image_number(p + 8, 8);
  return NULL;
}

/* Nonzero the first time. */
static int once(int *seen) {
  return !(*seen)++;
}

const char *lk_structure_message(int type, const uint8_t *bytes, uint64_t size,
                                 lk_object *object) {
  assert(type >= 0 && size <= UINT16_MAX); /* two bytes each, in a header */
  if (type == NIL) return NULL;
  if (type == ATTRIBUTE) return check_attribute(bytes, size);
  if (type == FILL_VALUE) return check_fill(bytes, size);
  if (type == CHANGE_TIME)
    return size >= 8 && bytes[0] == 1 ? NULL : "a time that lockstep does not write";
  if (type == DATASPACE && once(&object->has_space))
    return check_space(bytes, size, object);
  if (type == DATATYPE && once(&object->has_type))
    return check_type(bytes, size, &object->element_size);
  if (type == LAYOUT && once(&object->has_layout)) return check_layout(bytes, size, object);
  if (type == FILTERS && once(&object->has_filters))
    return check_filters(bytes, size, object);
  if (type == SYMBOL_TABLE && once(&object->is_group))
    return check_group(bytes, size, object);
  return "an object with a part that lockstep does not write";
}

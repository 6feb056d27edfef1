#include "lockstep/normal.h"
#include "base/ascii.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
  MOST_MARKS = 1000, /* in a row */
  SAFE_MARKS = 30    /* of Unicode's stream-safe texts: UAX #15, 13 */
};

static lk_status refuse_marks(const char *name, uint64_t line) {
  char where[32] = "";
  if (line) snprintf(where, sizeof where, ", line %llu", (unsigned long long)line);
  return lk_fail(LK_BAD_DATA,
                 "%s%s: more than %d combining marks in a row cannot be brought to NFC; "
                 "remove the line",
                 name, where, MOST_MARKS);
}

static lk_status check(const char *bytes, size_t size, const char *name, uint64_t line) {
  int marks = 0;
  for (size_t at = 0; at < size;) {
    uint32_t code_point;
    int length = lk_text_next(bytes + at, size - at, &code_point);
    if (!length) {
      lk_text_place place = lk_text_place_of(bytes, at);
      place.line = line;
      return lk_text_refuse_byte(name, place, bytes[at]);
    }
    int combines =
        utf8proc_get_property((utf8proc_int32_t)code_point)->combining_class != 0;
    marks = combines ? marks + 1 : 0;
    if (marks > MOST_MARKS) return refuse_marks(name, line);
    at += (size_t)length;
  }
  return LK_OK;
}

void lk_normal_cut_marks(char *bytes, size_t *size) {
  size_t kept = 0;
  int marks = 0;
  for (size_t at = 0; at < *size;) {
    uint32_t c = 0;
    int length = lk_text_next(bytes + at, *size - at, &c);
    if (!length) length = 1;
    marks = utf8proc_get_property((utf8proc_int32_t)c)->combining_class ? marks + 1 : 0;
    if (marks <= SAFE_MARKS) memmove(bytes + kept, bytes + at, (size_t)length);
    if (marks <= SAFE_MARKS) kept += (size_t)length;
    at += (size_t)length;
  }
  *size = kept;
}

enum { FIRST_MARK = 0x300, CODE_POINTS = 0x110000 }; /* below it all stay as they are */

/* A bit for each code point that may be another one in NFC, or become one with that before
 * it: a mark, a part of a Korean syllable, one that is written in another way. */
static uint8_t may_change[CODE_POINTS / 8];
static pthread_once_t is_known = PTHREAD_ONCE_INIT;

static int stays_alone(int32_t code_point, const utf8proc_property_t *property) {
  utf8proc_uint8_t text[5], *composed = NULL;
  if (property->decomp_seqindex == UINT16_MAX || property->decomp_type) return 1;
  text[utf8proc_encode_char(code_point, text)] = 0;
  utf8proc_map(text, 0, &composed, UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  int stays = composed && !strcmp((char *)composed, (char *)text);
  free(composed);
  return stays;
}

static int joins(int32_t code_point, const utf8proc_property_t *property) {
  return property->category == UTF8PROC_CATEGORY_MN ||
         property->category == UTF8PROC_CATEGORY_MC ||
         property->category == UTF8PROC_CATEGORY_ME || property->combining_class ||
         (code_point >= 0x1100 && code_point <= 0x11FF);
}

static void learn(void) {
  for (int32_t c = FIRST_MARK; c < CODE_POINTS; c++) {
    const utf8proc_property_t *property = utf8proc_get_property(c);
    if (joins(c, property) || !stays_alone(c, property))
      may_change[c / 8] |= (uint8_t)(1 << c % 8);
  }
}

static int changes(uint32_t code_point) {
  return may_change[code_point / 8] & 1 << code_point % 8;
}

/* Where the first code point is that may change or is none: Unicode's quick check. */
static size_t find_change(const char *bytes, size_t size) {
  uint32_t c;
  pthread_once(&is_known, learn);
  for (size_t at = 0; at < size;) {
    at += lk_ascii_run(bytes + at, size - at);
    if (at == size) break;
    int length = lk_text_next(bytes + at, size - at, &c);
    if (!length || changes(c)) return at;
    at += (size_t)length;
  }
  return size;
}

int lk_normal_is_composed(const char *bytes, size_t size) {
  return find_change(bytes, size) == size;
}

/* Nonzero where nothing joins what is before it. A byte that is no character is known by
 * the 3 behind it, which may not have come; one inside a character is none by itself. */
static int is_border(const char *at, size_t size) {
  uint32_t c;
  if (lk_text_next(at, size, &c)) return !changes(c);
  return !*at || (size > 3 && !lk_text_continues(*at));
}

size_t lk_normal_cut(const char *bytes, size_t size, size_t searched) {
  size_t known = searched > 3 ? searched - 3 : 0;
  pthread_once(&is_known, learn);
  for (size_t at = size; at-- > known;)
    if (is_border(bytes + at, size - at)) return at;
  return 0;
}

/* *out is the library's, to be freed by free(); NULL where all stays as it is. */
static lk_status compose(const char *bytes, size_t size, utf8proc_uint8_t **out,
                         size_t *out_size) {
  *out = NULL;
  if (lk_normal_is_composed(bytes, size)) return LK_OK;
  LK_TRY(check(bytes, size, "", 0));
  utf8proc_ssize_t length =
      utf8proc_map((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)size, out,
                   UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  if (length < 0) return lk_fail(LK_INTERNAL, "no NFC: %s", utf8proc_errmsg(length));
  *out_size = (size_t)length;
  return LK_OK;
}

typedef struct {
  size_t begin, end;
} part;

/* The next part of a line that may not be in NFC, or its end: the characters that may
 * change, with the one before them, which they may join unless it is a NUL; or a byte that
 * is no character. */
static part find_part(const char *bytes, size_t size, size_t from) {
  size_t begin = from + find_change(bytes + from, size - from), end = begin;
  uint32_t c;
  int length;
  while (end < size && (length = lk_text_next(bytes + end, size - end, &c)) && changes(c))
    end += (size_t)length;
  if (end == begin) return (part){begin, end + (end < size)};
  if (begin > from && bytes[begin - 1]) begin--;
  while (begin > from && lk_text_continues(bytes[begin]))
    begin--;
  return (part){begin, end};
}

static void put(char **to, const void *bytes, size_t size) {
  memcpy(*to, bytes, size);
  *to += size;
}

/* Appends the line in NFC to *to; nothing grows by more than LK_NORMAL_GROWTH. Without a
 * name what cannot be brought to it stays as it is. */
static lk_status append(const char *bytes, size_t size, const char *name, uint64_t line,
                        char **to, uint64_t *changed) {
  const char *start = *to;
  for (size_t at = 0; at < size;) {
    utf8proc_uint8_t *composed;
    part next = find_part(bytes, size, at);
    size_t length = next.end - next.begin;
    const char *from = bytes + next.begin;
    put(to, bytes + at, next.begin - at);
    lk_status status = compose(from, length, &composed, &length);
    if (status == LK_BAD_DATA && name)
      return check(bytes, size, name, line); /* says where */
    if (status != LK_BAD_DATA) LK_TRY(status);
    put(to, composed ? (const char *)composed : from, length);
    free(composed);
    at = next.end;
  }
  size_t made = (size_t)(*to - start);
  *changed += made != size || memcmp(start, bytes, size) != 0;
  return LK_OK;
}

lk_status lk_normal_line(const char *bytes, size_t size, const char *name, uint64_t line,
                         char **out, size_t *out_size) {
  int growth = lk_normal_is_composed(bytes, size) ? 1 : LK_NORMAL_GROWTH;
  uint64_t changed = 0;
  LK_TRY(lk_allocate((void **)out, size, (size_t)growth, "a line in NFC"));
  char *to = *out;
  lk_status status = append(bytes, size, name, line, &to, &changed);
  *out_size = (size_t)(to - *out);
  if (status == LK_OK) return LK_OK;
  lk_free(*out);
  *out = NULL;
  return status;
}

lk_status lk_normal_bytes(const char *bytes, size_t size, char **out, size_t *out_size) {
  return lk_normal_line(bytes, size, NULL, 0, out, out_size);
}

static lk_status append_lines(const char *bytes, size_t size, const char *name,
                              uint64_t line, char **to, uint64_t *changed) {
  for (const char *end = bytes + size; bytes < end; line++) {
    const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
    size_t length = (size_t)((newline ? newline + 1 : end) - bytes);
    LK_TRY(append(bytes, length, name, line, to, changed));
    bytes += length;
  }
  return LK_OK;
}

lk_status lk_normal_lines(const char *bytes, size_t size, const char *name, uint64_t line,
                          char **out, size_t *out_size, uint64_t *changed) {
  LK_TRY(lk_allocate((void **)out, size, LK_NORMAL_GROWTH, "the text in NFC"));
  char *to = *out;
  lk_status status = append_lines(bytes, size, name, line, &to, changed);
  *out_size = (size_t)(to - *out);
  if (status == LK_OK) return LK_OK;
  lk_free(*out);
  *out = NULL;
  return status;
}

lk_status lk_normal_text(const char *bytes, size_t size, const char *name, char **out,
                         size_t *out_size, uint64_t *changed) {
  return lk_normal_lines(bytes, size, name, 1, out, out_size, changed);
}

int lk_normal_equal(const char *one, size_t one_size, const char *other,
                    size_t other_size) {
  utf8proc_uint8_t *a = NULL, *b = NULL;
  int known = compose(one, one_size, &a, &one_size) == LK_OK &&
              compose(other, other_size, &b, &other_size) == LK_OK;
  int equal = known && one_size == other_size &&
              !memcmp(a ? (const char *)a : one, b ? (const char *)b : other, one_size);
  free(a);
  free(b);
  return equal;
}

#include "lockstep/text.h"
#include "base/block.h"
#include "lockstep/characters.h"
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

int lk_text_next(const char *bytes, size_t size, uint32_t *code_point) {
  unsigned char first = (unsigned char)*bytes;
  utf8proc_int32_t value;
  if (first < 0x80) {
    *code_point = first;
    return first != 0;
  }
  /* no character has more than 4 bytes; the library's sizes are signed */
  utf8proc_ssize_t room = size < 4 ? (utf8proc_ssize_t)size : 4;
  utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)bytes, room, &value);
  *code_point = (uint32_t)value;
  return length < 0 ? 0 : (int)length;
}

int lk_text_continues(char byte) {
  return ((unsigned char)byte & 0xC0) == 0x80;
}

/* How many of so many whole blocks' bytes begin a character: at most 255, for that is what
 * a byte counts to. */
static uint64_t count_in_blocks(const char *bytes, size_t blocks) {
  lk_block counts = {0};
  uint64_t count = 0;
  for (size_t i = 0; i < blocks; i++)
    counts -= (lk_block)((lk_block_at(bytes + i * sizeof counts) & 0xC0) != 0x80);
  for (size_t i = 0; i < sizeof counts; i++)
    count += counts[i];
  return count;
}

uint64_t lk_text_count(const char *bytes, size_t size) {
  uint64_t count = 0;
  size_t at = 0;
  for (size_t blocks; (blocks = (size - at) / sizeof(lk_block));) {
    if (blocks > UINT8_MAX) blocks = UINT8_MAX;
    count += count_in_blocks(bytes + at, blocks);
    at += blocks * sizeof(lk_block);
  }
  for (; at < size; at++)
    count += !lk_text_continues(bytes[at]);
  return count;
}

lk_text_place lk_text_place_of(const char *bytes, size_t at) {
  lk_text_place place = {1, 1, 1};
  for (size_t i = 0; i < at; i++) {
    if (bytes[i] == '\n') {
      place = (lk_text_place){place.line + 1, 1, 1};
      continue;
    }
    place.byte++;
    place.character += !lk_text_continues(bytes[i + 1]);
  }
  return place;
}

/* ", line 7" or nothing, and ", byte 3". */
static void write_place(char out[64], uint64_t line, const char *unit, uint64_t number) {
  int used = 0;
  if (line) used = snprintf(out, 64, ", line %llu", (unsigned long long)line);
  snprintf(out + used, 64 - (size_t)used, ", %s %llu", unit, (unsigned long long)number);
}

lk_status lk_text_refuse_byte(const char *name, lk_text_place place, char byte) {
  char where[64];
  write_place(where, place.line, "byte", place.byte);
  if (!byte) return lk_fail(LK_BAD_DATA, "%s%s: a NUL byte; remove it", name, where);
  return lk_fail(LK_BAD_DATA, "%s%s: invalid UTF-8 (0x%02X); the text must be UTF-8", name,
                 where, (unsigned char)byte);
}

/* `é (U+00E9)`, or the number alone for what a terminal would not show. */
static void write_character(char out[32], uint32_t code_point) {
  char utf8[5] = "";
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);
  if (category < UTF8PROC_CATEGORY_ZS && category != UTF8PROC_CATEGORY_CN) {
    lk_utf8_encode(code_point, utf8);
    snprintf(out, 32, "%s (U+%04X)", utf8, (unsigned)code_point);
  } else {
    snprintf(out, 32, "U+%04X", (unsigned)code_point);
  }
}

lk_status lk_text_refuse_character(const char *name, lk_text_place place,
                                   uint32_t code_point) {
  char where[64], character[32];
  int reserved = code_point == LK_PAD_CODE_POINT || code_point == LK_MASK_CODE_POINT;
  write_place(where, place.line, "character", place.character);
  write_character(character, code_point);
  if (reserved)
    return lk_fail(LK_BAD_DATA, "%s%s: %s is reserved for %s; remove it from the text",
                   name, where, character,
                   code_point == LK_PAD_CODE_POINT ? "padding" : "masking");
  return lk_fail(LK_BAD_DATA,
                 "%s%s: %s is not in the vocabulary; remove it, or train on a corpus "
                 "that has it",
                 name, where, character);
}

lk_status lk_text_check(const char *bytes, size_t size, const char *name) {
  uint32_t code_point;
  for (size_t at = 0; at < size;) {
    int length = lk_text_next(bytes + at, size - at, &code_point);
    if (!length) return lk_text_refuse_byte(name, lk_text_place_of(bytes, at), bytes[at]);
    at += (size_t)length;
  }
  return LK_OK;
}

lk_status lk_utf8_decode(const char *bytes, size_t size, const char *name,
                         uint32_t *code_points, size_t *count) {
  *count = 0;
  LK_TRY(lk_text_check(bytes, size, name));
  for (size_t at = 0; at < size;)
    at += (size_t)lk_text_next(bytes + at, size - at, &code_points[(*count)++]);
  return LK_OK;
}

int lk_utf8_encode(uint32_t code_point, char out[5]) {
  int length =
      (int)utf8proc_encode_char((utf8proc_int32_t)code_point, (utf8proc_uint8_t *)out);
  out[length] = '\0';
  return length;
}

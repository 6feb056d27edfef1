#include "dump/utf16.h"
#include <stdint.h>

enum { HIGH = 0xd800, LOW = 0xdc00, BEHIND = 0xe000, HALF_BITS = 10 };

static uint32_t unit_at(const char *bytes, size_t i, int is_big_endian) {
  uint32_t first = (unsigned char)bytes[i], second = (unsigned char)bytes[i + 1];
  return is_big_endian ? first << 8 | second : second << 8 | first;
}

static size_t put(char *to, uint32_t code_point) {
  static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  size_t size = code_point < 0x80      ? 1
                : code_point < 0x800   ? 2
                : code_point < 0x10000 ? 3
                                       : 4;
  for (size_t i = size; i-- > 1; code_point >>= 6)
    to[i] = (char)(0x80 | (code_point & 0x3f));
  to[0] = (char)(lead[size] | code_point);
  return size;
}

/* The bytes of the character; 0 when it is not whole or is none. */
static size_t next(const char *bytes, size_t left, int is_big_endian,
                   uint32_t *code_point) {
  if (left < 2) return 0;
  uint32_t unit = unit_at(bytes, 0, is_big_endian);
  *code_point = unit;
  if (unit < HIGH || unit >= BEHIND) return 2;
  if (unit >= LOW || left < 4) return 0;
  uint32_t low = unit_at(bytes, 2, is_big_endian);
  *code_point = 0x10000 + ((unit - HIGH) << HALF_BITS) + (low - LOW);
  return low >= LOW && low < BEHIND ? 4 : 0;
}

size_t lk_utf16_convert(const char *bytes, size_t size, int is_big_endian, char *to,
                        size_t *made) {
  uint32_t code_point;
  size_t used = 0, part;
  *made = 0;
  while ((part = next(bytes + used, size - used, is_big_endian, &code_point))) {
    *made += put(to + *made, code_point);
    used += part;
  }
  return used;
}

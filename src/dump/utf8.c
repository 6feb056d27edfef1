#include "dump/utf8.h"
#include <assert.h>
#include <stdint.h>
#include <string.h>

static int is_within(unsigned char byte, unsigned least, unsigned most) {
  return byte >= least && byte <= most;
}

/* Bytes of the character of three or four that begins there; 0: it is none, or not whole.
 * The table of well-formed sequences is RFC 3629's. */
static size_t long_character(const unsigned char *b, size_t size) {
  unsigned least = *b == 0xe0   ? 0xa0
                   : *b == 0xf0 ? 0x90
                                : 0x80,
           most = *b == 0xed   ? 0x9f
                  : *b == 0xf4 ? 0x8f
                               : 0xbf;
  size_t length = *b < 0xf0 ? 3 : *b < 0xf5 ? 4 : 0;
  if (!length || length > size || !is_within(b[1], least, most)) return 0;
  for (size_t i = 2; i < length; i++)
    if (!is_within(b[i], 0x80, 0xbf)) return 0;
  return length;
}

static size_t character(const unsigned char *b, size_t size) {
  if (*b < 0x80) return *b != 0;
  if (*b >= 0xe0) return long_character(b, size);
  return size > 1 && *b >= 0xc2 && is_within(b[1], 0x80, 0xbf) ? 2 : 0;
}

/* Whether all eight are from 1 to 127: a zero borrows a high bit. */
static int are_ascii(const char *bytes) {
  uint64_t eight;
  memcpy(&eight, bytes, sizeof eight);
  return !((eight | (eight - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080));
}

size_t lk_utf8_span(const char *bytes, size_t size) {
  const unsigned char *b = (const unsigned char *)bytes;
  size_t at = 0;
  while (at < size) {
    int is_run = b[at] < 0x80 && size - at >= 8 && are_ascii(bytes + at);
    size_t length = is_run ? 8 : character(b + at, size - at);
    if (!length) break;
    at += length;
  }
  assert(at <= size);
  return at;
}

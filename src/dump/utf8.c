#include "dump/utf8.h"
#include <assert.h>
#include <stdint.h>
#include <string.h>

static int is_within(unsigned char byte, unsigned least, unsigned most) {
  return byte >= least && byte <= most;
}

/* Bytes of the character of several that begins there; 0: it is none, or not whole. The
 * table of well-formed sequences is RFC 3629's. */
static size_t character(const unsigned char *b, size_t size) {
  unsigned least = *b == 0xe0   ? 0xa0
                   : *b == 0xf0 ? 0x90
                                : 0x80,
           most = *b == 0xed   ? 0x9f
                  : *b == 0xf4 ? 0x8f
                               : 0xbf;
  size_t length = *b < 0xc2 ? 0 : *b < 0xe0 ? 2 : *b < 0xf0 ? 3 : *b < 0xf5 ? 4 : 0;
  if (!length || length > size || !is_within(b[1], least, most)) return 0;
  for (size_t i = 2; i < length; i++)
    if (!is_within(b[i], 0x80, 0xbf)) return 0;
  return length;
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
    while (size - at >= 8 && are_ascii(bytes + at))
      at += 8;
    if (at == size) break;
    size_t length = b[at] < 0x80 ? b[at] != 0 : character(b + at, size - at);
    if (!length) break;
    at += length;
  }
  assert(at <= size);
  return at;
}

#include "lockstep/byte_level.h"
#include "lockstep/text.h"
#include <assert.h>

/* What is printable in Latin-1, without blanks. */
static int is_printable(unsigned char byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

/* The others become U+0100 and so on, in order. */
static uint32_t character_of(unsigned char byte) {
  uint32_t others = 0;
  if (is_printable(byte)) return byte;
  for (unsigned i = 0; i < byte; i++)
    others += !is_printable((unsigned char)i);
  return 0x100 + others;
}

int lk_byte_level_write(unsigned char byte, char out[5]) {
  return lk_utf8_encode(character_of(byte), out);
}

static int byte_of(uint32_t character) {
  enum { OTHERS = 68 };
  uint32_t others = 0x100;
  if (character < 0x100)
    return is_printable((unsigned char)character) ? (int)character : -1;
  if (character >= 0x100 + OTHERS) return -1;
  for (int byte = 0; byte < 256; byte++)
    if (!is_printable((unsigned char)byte) && others++ == character) return byte;
  assert(0 && "as many as that");
  return -1;
}

size_t lk_byte_level_read(const char *text, size_t size, char *out) {
  size_t used = 0;
  for (size_t at = 0; at < size;) {
    uint32_t character;
    int length = lk_text_next(text + at, size - at, &character);
    int byte = length ? byte_of(character) : -1;
    if (byte < 0) return 0;
    out[used++] = (char)byte;
    at += (size_t)length;
  }
  return used;
}

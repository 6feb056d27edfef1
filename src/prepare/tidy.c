#include "prepare/tidy.h"
#include "base/block.h"
#include "lockstep/characters.h"
#include "lockstep/text.h"
#include <string.h>

typedef enum { STAYS, CONTROL, INVISIBLE, BLANK, NEWLINE, RESERVED } meaning;

static const struct {
  uint32_t first, last;
  meaning meaning;
} table[] = {{0x00, 0x08, CONTROL},
             {0x09, 0x09, BLANK},
             {0x0B, 0x0C, BLANK},
             {0x0D, 0x1F, CONTROL},
             {0x7F, 0x84, CONTROL},
             {0x85, 0x85, NEWLINE},
             {0x86, 0x9F, CONTROL},
             {0xA0, 0xA0, BLANK},
             {0xAD, 0xAD, INVISIBLE},
             {0x34F, 0x34F, INVISIBLE},
             {0x61C, 0x61C, INVISIBLE},
             {0x1680, 0x1680, BLANK},
             {0x180E, 0x180E, INVISIBLE},
             {0x2000, 0x200A, BLANK},
             {0x200B, 0x200B, INVISIBLE},
             {0x200E, 0x200F, INVISIBLE},
             {0x2028, 0x2029, NEWLINE},
             {0x202A, 0x202E, INVISIBLE},
             {0x202F, 0x202F, BLANK},
             {LK_MASK_CODE_POINT, LK_MASK_CODE_POINT, RESERVED},
             {0x205F, 0x205F, BLANK},
             {0x2060, 0x206F, INVISIBLE},
             {LK_PAD_CODE_POINT, LK_PAD_CODE_POINT, RESERVED},
             {0xE000, 0xF8FF, CONTROL},
             {0xFDD0, 0xFDEF, CONTROL},
             {0xFEFF, 0xFEFF, INVISIBLE},
             {0xFFF9, 0xFFFF, CONTROL},
             {0x1FFFE, 0x1FFFF, CONTROL},
             {0xE0000, 0xE00FF, INVISIBLE},
             {0xF0000, 0x10FFFF, CONTROL}};
enum { ROWS = sizeof table / sizeof *table };

static meaning meaning_of(uint32_t code_point) {
  for (int i = 0; i < ROWS && table[i].first <= code_point; i++)
    if (code_point <= table[i].last) return table[i].meaning;
  return STAYS;
}

/* Bytes with which a character of the table can begin: all others are passed over. */
static int may_begin(unsigned char byte) {
  static const unsigned char first[] = {0x7F, 0xC2, 0xCD, 0xD8, 0xE1, 0xE2,
                                        0xEE, 0xEF, 0xF0, 0xF3, 0xF4};
  return (byte < ' ' && byte != '\n') || memchr(first, byte, sizeof first) != NULL;
}

static const unsigned char *marks(void) {
  static _Thread_local unsigned char marked[256], is_made;
  for (int i = 0; i < 256 && !is_made; i++)
    marked[i] = (unsigned char)may_begin((unsigned char)i);
  is_made = 1;
  return marked;
}

/* Where of a block the table has characters, and others that are no ASCII. */
static lk_block are_unusual(lk_block c) {
  return (lk_block)(((c < ' ') & (c != '\n')) | (c >= 0x7F));
}

/* Where the first byte is that may begin a character of the table. */
static size_t find_first(const char *text, size_t from, size_t size) {
  const unsigned char *marked = marks();
  while (from < size && !marked[(unsigned char)text[from]]) {
    size_t run = size - from < sizeof(lk_block)
                     ? 0
                     : lk_block_first(are_unusual(lk_block_at(text + from)));
    from += run ? run : 1;
  }
  return from;
}

/* What takes the character's place is appended. */
static char *replace(char *to, const char *from, int length, meaning m,
                     lk_prepare_changes *changes) {
  if (m == STAYS) {
    memmove(to, from, (size_t)length);
    return to + length;
  }
  changes->controls += m == CONTROL;
  changes->invisible += m == INVISIBLE;
  changes->reserved += m == RESERVED;
  changes->spaces += m == BLANK || m == NEWLINE;
  if (m == BLANK) *to++ = ' ';
  if (m == NEWLINE) *to++ = '\n';
  return to;
}

void lk_tidy(char *text, size_t *size, lk_prepare_changes *changes) {
  char *to = text;
  for (size_t at = 0; at < *size;) {
    size_t run = find_first(text, at, *size);
    if (to != text + at) memmove(to, text + at, run - at);
    to += run - at;
    at = run;
    if (at == *size) break;
    uint32_t code_point = 0;
    int length = lk_text_next(text + at, *size - at, &code_point);
    to = replace(to, text + at, length, meaning_of(code_point), changes);
    at += length ? (size_t)length : 1;
  }
  *size = (size_t)(to - text);
}

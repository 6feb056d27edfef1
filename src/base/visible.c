#include "lockstep/visible.h"
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

enum { PIECE = 16 }; /* room for what one character becomes */

/* The directional controls reorder what stands around them. */
static int turns_direction(utf8proc_int32_t code_point) {
  switch (utf8proc_get_property(code_point)->bidi_class) {
  case UTF8PROC_BIDI_CLASS_LRE:
  case UTF8PROC_BIDI_CLASS_LRO:
  case UTF8PROC_BIDI_CLASS_RLE:
  case UTF8PROC_BIDI_CLASS_RLO:
  case UTF8PROC_BIDI_CLASS_PDF:
  case UTF8PROC_BIDI_CLASS_LRI:
  case UTF8PROC_BIDI_CLASS_RLI:
  case UTF8PROC_BIDI_CLASS_FSI:
  case UTF8PROC_BIDI_CLASS_PDI:
    return 1;
  default:
    return 0;
  }
}

static int is_acted_on(utf8proc_int32_t code_point) {
  utf8proc_category_t category = utf8proc_category(code_point);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP || turns_direction(code_point);
}

/* The pictures of the ASCII controls stand in Unicode from U+2400 on, DEL's at U+2421. */
static void show(utf8proc_int32_t code_point, char piece[PIECE]) {
  utf8proc_int32_t picture = code_point == 0x7F ? 0x2421 : 0x2400 + code_point;
  if (code_point < 0x80)
    piece[utf8proc_encode_char(picture, (utf8proc_uint8_t *)piece)] = '\0';
  else
    snprintf(piece, PIECE, "<U+%04X>", (unsigned)code_point);
}

/* The next character of a text that has one, as it is printed; returns its bytes. */
static size_t take_character(const char *text, const char *kept, char piece[PIECE]) {
  utf8proc_int32_t code_point;
  utf8proc_ssize_t length =
      utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &code_point);
  if (length <= 0) {
    snprintf(piece, PIECE, "\\x%02X", (unsigned char)*text);
    return 1;
  }
  if (is_acted_on(code_point) && !(code_point < 0x80 && strchr(kept, code_point)))
    show(code_point, piece);
  else
    snprintf(piece, PIECE, "%.*s", (int)length, text);
  return (size_t)length;
}

char *lk_visible(char *out, size_t room, const char *text, const char *kept) {
  char piece[PIECE];
  size_t used = 0;
  while (*text) {
    text += take_character(text, kept, piece);
    size_t length = strlen(piece);
    if (used + length >= room) break;
    memcpy(out + used, piece, length);
    used += length;
  }
  out[used] = '\0';
  return out;
}

void lk_print_visible(const char *text, const char *kept) {
  char piece[PIECE];
  while (*text) {
    text += take_character(text, kept, piece);
    fputs(piece, stdout);
  }
}

void lk_print_line(const char *text) {
  lk_print_visible(text, "");
  putchar('\n');
}

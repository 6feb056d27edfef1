#include "base/digit.h"
#include <utf8proc.h>

static int is_decimal(utf8proc_int32_t character) {
  return utf8proc_category(character) == UTF8PROC_CATEGORY_ND;
}

/* Unicode has the digits of a script one behind the other, from zero to nine, and next to
 * them at most more such tens. */
int lk_digit_of(const char *text, size_t length, size_t *bytes) {
  utf8proc_int32_t character, first;
  utf8proc_ssize_t room = length < 4 ? (utf8proc_ssize_t)length : 4;
  utf8proc_ssize_t size =
      utf8proc_iterate((const utf8proc_uint8_t *)text, room, &character);
  *bytes = size > 0 ? (size_t)size : 1;
  if (size < 1 || !is_decimal(character)) return -1;
  for (first = character; is_decimal(first - 1);)
    first--;
  return (int)(character - first) % 10;
}

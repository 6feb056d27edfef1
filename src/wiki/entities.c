#include "wiki/entities.h"
#include "wiki/entity_list.h"
#include <stdlib.h>
#include <utf8proc.h>

static int compare(const void *key, const void *entity) {
  return strcmp(key, ((const lk_entity *)entity)->name);
}

static uint32_t named(lk_piece name) {
  char key[LK_ENTITY_NAME] = "";
  if (name.size >= sizeof key) return 0;
  memcpy(key, name.at, name.size);
  const lk_entity *found =
      bsearch(key, entities, sizeof entities / sizeof *entities, sizeof *entities, compare);
  return found ? found->character : 0;
}

/* "#233" or "#xE9". */
static uint32_t numbered(lk_piece text) {
  int base = text.size > 1 && (text.at[1] | 0x20) == 'x' ? 16 : 10;
  uint32_t number = 0;
  size_t at = base == 16 ? 2 : 1;
  if (at == text.size) return 0;
  for (; at < text.size; at++) {
    char c = text.at[at] | 0x20;
    int letter = base == 16 && c >= 'a' && c <= 'f';
    if (!letter && !lk_is_digit(text.at[at])) return 0;
    number = number * (uint32_t)base + (uint32_t)(letter ? c - 'a' + 10 : c - '0');
    if (number > 0x10FFFF) return 0;
  }
  return number < 0x20 && number != '\t' && number != '\n' ? 0 : number;
}

size_t lk_entity_decode(lk_piece rest, char out[4], size_t *out_size) {
  size_t length = 1, most = rest.size < LK_ENTITY_NAME + 2 ? rest.size : LK_ENTITY_NAME + 2;
  assert(rest.size && *rest.at == '&');
  while (length < most && (lk_is_letter(rest.at[length]) || lk_is_digit(rest.at[length]) ||
                           rest.at[length] == '#'))
    length++;
  if (length < 2 || length == most || rest.at[length] != ';') return 0;
  lk_piece name = {rest.at + 1, length - 1};
  uint32_t character = *name.at == '#' ? numbered(name) : named(name);
  if (!character || !utf8proc_codepoint_valid((utf8proc_int32_t)character)) return 0;
  *out_size =
      (size_t)utf8proc_encode_char((utf8proc_int32_t)character, (utf8proc_uint8_t *)out);
  return length + 1;
}

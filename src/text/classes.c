#include "lockstep/characters.h"
#include <utf8proc.h>

static lk_class class_of(uint32_t code_point) {
  switch (utf8proc_category((utf8proc_int32_t)code_point)) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LT:
    return LK_CLASS_CAPITAL;
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_MC:
    return LK_CLASS_LETTER;
  case UTF8PROC_CATEGORY_ND:
    return LK_CLASS_DIGIT;
  default:
    return LK_CLASS_OTHER;
  }
}

void lk_tokenizer_classes(const lk_tokenizer *tokenizer, uint8_t *classes) {
  const uint32_t *table = lk_characters_table(tokenizer);
  for (int id = 0; id < lk_tokenizer_size(tokenizer); id++)
    classes[id] = (uint8_t)class_of(table[id]);
}

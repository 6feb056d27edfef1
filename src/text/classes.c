#include "lockstep/text.h"
#include <utf8proc.h>

lk_class lk_text_class(uint32_t code_point) {
  if (code_point == ' ') return LK_CLASS_SPACE;
  if (code_point == '.') return LK_CLASS_STOP;
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

int lk_text_is_space(uint32_t code_point) {
  uint32_t c = code_point;
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F) || c == 0x85 ||
         category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

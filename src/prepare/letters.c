#include "prepare/letters.h"
#include "lockstep/text.h"
#include "prepare/scripts.h"
#include <assert.h>
#include <utf8proc.h>

typedef struct {
  uint64_t characters, letters;
} tally;

static int is_letter(utf8proc_category_t category) {
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

static int is_blank(uint32_t code_point, utf8proc_category_t category) {
  return (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP) ||
         (code_point >= '\t' && code_point <= '\r');
}

/* A text stays in a range for long. */
static void count(tally *to, uint32_t code_point, uint64_t scripts,
                  lk_script_range *range) {
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);
  if (is_blank(code_point, category)) return;
  to->characters++;
  if (!is_letter(category)) return;
  if (scripts != LK_SCRIPT_ANY && (code_point < range->first || code_point > range->last))
    *range = lk_scripts_at(code_point);
  to->letters += scripts == LK_SCRIPT_ANY || (range->scripts & scripts);
}

double lk_letters_share(const char *text, size_t size, const char *language) {
  uint64_t scripts = lk_scripts_of_language(language);
  lk_script_range range = lk_scripts_at(0);
  tally of = {0, 0};
  for (size_t at = 0; at < size;) {
    uint32_t code_point = 0;
    int length = lk_text_next(text + at, size - at, &code_point);
    if (length) count(&of, code_point, scripts, &range);
    at += length ? (size_t)length : 1;
  }
  assert(of.letters <= of.characters);
  return of.characters ? (double)of.letters / (double)of.characters : 0;
}

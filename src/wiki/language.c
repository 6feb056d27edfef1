/* Codes of languages, which dumps write in other ways than Wikipedia's addresses. */
#include "wiki/site.h"
#include <ctype.h>

/* What MediaWiki says in a dump (xml:lang), and older codes, with what our rows say. */
static const struct {
  const char *said, *row;
} codes[] = {{"nb", "no"},
             {"gsw", "als"},
             {"bho", "bh"},
             {"zh-yue", "yue"},
             {"zh-min-nan", "nan"},
             {"zh-classical", "zh"},
             {"lzh", "zh"},
             {"be-x-old", "be-tarask"},
             {"be-tarask", "be-tarask"}};

lk_status lk_wiki_language(char **out, const char *said) {
  char *code;
  LK_TRY(lk_copy_text(out, said));
  for (code = *out; *code; code++)
    *code = *code == '_' ? '-' : (char)tolower((unsigned char)*code);
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    if (strcmp(*out, codes[i].said)) continue;
    lk_free(*out);
    return lk_copy_text(out, codes[i].row);
  }
  (*out)[strcspn(*out, "-")] = '\0';
  return LK_OK;
}

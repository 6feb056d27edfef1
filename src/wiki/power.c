/* What stands raised behind a number: a power, an ordinal's ending, an hour, a note. */
#include "wiki/wiki.h"

/* Behind the name in {{mvar|n}}, whose letters are those of formulas. */
static size_t template_size(lk_piece raised) {
  static const char *const names[] = {"{{mvar|", "{{math|", "{{var|"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t size = strlen(names[i]);
    if (raised.size > size && !memcmp(raised.at, names[i], size)) return size;
  }
  return 0;
}

/* A digit, or a sign before something. */
static int begins_number(lk_piece text) {
  static const char *const minus[] = {"-", "–", "−", "&minus;", "&ndash;", "&#"};
  if (lk_is_digit(*text.at)) return 1;
  for (size_t i = 0; i < sizeof minus / sizeof *minus; i++) {
    size_t size = strlen(minus[i]);
    if (text.size > size && !memcmp(text.at, minus[i], size)) return 1;
  }
  return *text.at == '+' && text.size > 1 && lk_is_digit(text.at[1]);
}

/* 19<sup>th</sup>, 1<sup>er</sup>, 2<sup>a</sup>. */
static int is_ordinal(const char *letters) {
  return lk_word_is_among(letters, "e a o st nd rd th er re ra ro do da de me mo te to vo");
}

/* n, ''ab'', k+1, but no letter alone that times and notes have. */
static int begins_formula(lk_piece text, int italic) {
  char letters[4] = "";
  size_t size = 0;
  while (size < text.size && size < 3 && lk_is_letter(text.at[size]))
    letters[size] = text.at[size], size++;
  if (!size || size == 3 || is_ordinal(letters)) return 0;
  int alone = size == text.size || strchr("<}'", text.at[size]);
  if (alone && !italic) return size == 1 && strchr("ijknpqtxyzN", *letters);
  return alone || strchr("0123456789+-*/&\xE2", text.at[size]);
}

int lk_wiki_is_power(char before, lk_piece raised) {
  enum { LONGEST = 40 };
  size_t skip = template_size(raised);
  lk_piece text = {raised.at + skip, raised.size - skip};
  while (text.size && *text.at == '\'')
    text.at++, text.size--;
  if (!lk_is_digit(before) || !text.size) return 0;
  int spaced = raised.size > LONGEST || memchr(raised.at, ' ', raised.size);
  return begins_number(text) || (!spaced && begins_formula(text, text.at != raised.at));
}

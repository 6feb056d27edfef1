/* What stands raised behind a number: a power, an ordinal's ending, an hour, a note. */
#include "base/digit.h"
#include "wiki/entities.h"

/* Behind the name in {{mvar|n}}, whose letters are those of formulas. */
static size_t template_size(lk_piece raised) {
  static const char *const names[] = {"{{mvar|", "{{math|", "{{var|"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t size = strlen(names[i]);
    if (raised.size > size && !memcmp(raised.at, names[i], size)) return size;
  }
  return 0;
}

static size_t digit_size(lk_piece text) {
  size_t bytes;
  return text.size && lk_digit_of(text.at, text.size, &bytes) >= 0 ? bytes : 0;
}

static int ends_digit(lk_piece text) {
  size_t last = text.size, first = last > 4 ? last - 4 : 0;
  while (last > first && ((unsigned char)text.at[--last] & 0xC0) == 0x80)
    continue;
  return digit_size((lk_piece){text.at + last, text.size - last}) > 0;
}

/* The bytes of the minus that the text begins with, which may be an entity; 0: none. */
static size_t minus_size(lk_piece text) {
  static const char *const minus[] = {"-", "–", "−"};
  char character[4];
  lk_piece sign = text;
  size_t bytes = *text.at == '&' ? lk_entity_decode(text, character, &sign.size) : 0;
  if (bytes) sign.at = character;
  for (size_t i = 0; i < sizeof minus / sizeof *minus; i++) {
    size_t size = strlen(minus[i]);
    if (sign.size >= size && !memcmp(sign.at, minus[i], size)) return bytes ? bytes : size;
  }
  return 0;
}

/* A digit, or a sign before something, but no charge: 2−, 3+. */
static int begins_number(lk_piece text) {
  size_t sign = minus_size(text), size = digit_size(text);
  int digits = size > 0;
  if (sign) return text.size > sign;
  if (*text.at == '+') return digit_size((lk_piece){text.at + 1, text.size - 1}) > 0;
  for (; size; size = digit_size(text))
    text.at += size, text.size -= size;
  if (!digits || !text.size) return digits;
  return text.size != (*text.at == '+' ? 1 : minus_size(text));
}

/* 19<sup>th</sup>, 1<sup>er</sup>, 2<sup>a</sup> */
static int is_ordinal(const char *letters) {
  return lk_word_is_among(letters, "e a o st nd rd th er re ra ro do da de me mo te to vo");
}

/* 2<sup>n</sup>; in Catalan this is 2nd, and 4<sup>t</sup> 4th. */
static int is_power_alone(const char *language, const char *letters) {
  const char *powers =
      strcmp(language, "ca") ? "i j k n p q t x y z N" : "i j k p q x y z N";
  return lk_word_is_among(letters, powers);
}

/* n, ''ab'', k+1, but no letter alone that times and notes have. */
static int begins_formula(const char *language, lk_piece text, int italic) {
  char letters[4] = "";
  size_t size = 0;
  while (size < text.size && size < 3 && lk_is_letter(text.at[size]))
    letters[size] = text.at[size], size++;
  if (!size || size == 3 || is_ordinal(letters)) return 0;
  int alone = size == text.size || strchr("<}'", text.at[size]);
  if (alone && !italic) return is_power_alone(language, letters);
  return alone || strchr("0123456789+-*/&\xE2", text.at[size]);
}

int lk_wiki_is_power(const char *language, lk_piece before, lk_piece raised) {
  enum { LONGEST = 40 };
  size_t skip = template_size(raised);
  lk_piece text = {raised.at + skip, raised.size - skip};
  while (text.size && *text.at == '\'')
    text.at++, text.size--;
  if (!text.size || !ends_digit(before)) return 0;
  int spaced = raised.size > LONGEST || memchr(raised.at, ' ', raised.size);
  return begins_number(text) ||
         (!spaced && begins_formula(language, text, text.at != raised.at));
}

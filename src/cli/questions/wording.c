#include "cli/questions/wording.h"
#include "base/digit.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <assert.h>
#include <string.h>
#include <utf8proc.h>

/* What ends the first place of several, the slash last, which "n/a" has; and what is no
 * part of a text at its ends. */
static const char *const ends[] = {",",  ";", "(", "[",   "|",   "，",  "；", "（",
                                   "、", "،", "؛", " – ", " — ", " - ", "/"};
static const char *const separators[] = {" ", "・", "·", ",", "、", "،", "，", "-",
                                         "–", "—",  "/", ";", "；", "؛", "|",  ":"};

enum {
  ENDS = sizeof ends / sizeof *ends,
  SLASH = ENDS - 1,
  SEPARATORS = sizeof separators / sizeof *separators
};

/* How long the member is that the text begins with, 0: none. */
static size_t begins_with(lk_words_of text, const char *const list[], int count) {
  for (int i = 0; i < count; i++) {
    size_t size = strlen(list[i]);
    if (text.size >= size && !memcmp(text.at, list[i], size)) return size;
  }
  return 0;
}

/* How long the separator is that the text ends with, 0: none. */
static size_t ends_with_separator(lk_words_of text) {
  for (int i = 0; i < SEPARATORS; i++) {
    size_t size = strlen(separators[i]);
    if (text.size >= size && !memcmp(text.at + text.size - size, separators[i], size))
      return size;
  }
  return 0;
}

static lk_words_of trim(lk_words_of text) {
  size_t size;
  while ((size = begins_with(text, separators, SEPARATORS)))
    text.at += size, text.size -= size;
  while ((size = ends_with_separator(text)))
    text.size -= size;
  return text;
}

lk_words_of lk_wording_name(const char *title) {
  size_t size = strlen(title), open = 0;
  int ascii = size && title[size - 1] == ')';
  int wide = size > 3 && !memcmp(title + size - 3, "）", 3);
  for (size_t at = 1; (ascii || wide) && at < size; at++)
    if (title[at] == '(' || !strncmp(title + at, "（", 3)) {
      open = at;
      break;
    }
  if (strpbrk(title, "\t\n\r")) return (lk_words_of){title, 0};
  lk_words_of name = {title, open ? open : size};
  while (name.size && name.at[name.size - 1] == ' ')
    name.size--;
  return name;
}

static int has_letter(lk_words_of text) {
  for (size_t at = 0; at < text.size;) {
    uint32_t character;
    int bytes = lk_text_next(text.at + at, text.size - at, &character);
    if (!bytes) return 0;
    lk_class class = lk_text_class(character);
    if (class == LK_CLASS_LETTER || class == LK_CLASS_CAPITAL) return 1;
    at += (size_t)bytes;
  }
  return 0;
}

/* Where the last digit ends, of any script, 0: there is none. */
static size_t digit_end(lk_words_of text) {
  size_t end = 0, bytes;
  for (size_t at = 0; at < text.size; at += bytes)
    if (lk_digit_of(text.at + at, text.size - at, &bytes) >= 0) end = at + bytes;
  return end;
}

/* The first number of four digits, from *from on; 0: there is none, else where it ends. */
static size_t year_end(lk_words_of text, size_t *from) {
  size_t digits = 0, at = 0, bytes;
  *from = 0;
  for (; at < text.size; at += bytes) {
    int digit = lk_digit_of(text.at + at, text.size - at, &bytes) >= 0;
    if (!digit && digits == 4) return at;
    digits = digit ? digits + 1 : 0;
    if (!digit) *from = at + bytes;
  }
  return digits == 4 ? at : 0;
}

/* How long the bracket is that the text begins with, 0: none. */
static size_t bracket_size(lk_words_of text) {
  static const char *const openers[] = {"(", "[", "（"}, *const closers[] = {")", "]",
                                                                             "）"};
  for (int i = 0; i < 3; i++) {
    size_t skip = begins_with(text, &openers[i], 1);
    while (skip && skip < text.size &&
           !begins_with((lk_words_of){text.at + skip, text.size - skip}, &closers[i], 1))
      skip++;
    if (skip) return skip < text.size ? skip + strlen(closers[i]) : skip;
  }
  return 0;
}

/* Cuts what is before one of the first `count` ends off a line, and what is before that,
 * brackets too. */
static lk_words_of part_until(lk_words_of *line, int count) {
  size_t skip, size = 0;
  while ((skip = begins_with(*line, separators, SEPARATORS)) ||
         (skip = bracket_size(*line)))
    line->at += skip, line->size -= skip;
  while (size < line->size &&
         !begins_with((lk_words_of){line->at + size, line->size - size}, ends, count))
    size++;
  lk_words_of part = {line->at, size};
  line->at += size, line->size -= size;
  return trim(part);
}

/* Cuts the next place off a line. */
static lk_words_of next_part(lk_words_of *line) {
  return part_until(line, ENDS);
}

/* Whether it ends with a number that a day may have. */
static int ends_with_day(lk_words_of text) {
  enum { LAST = 31 };
  int number = 0;
  for (size_t at = 0, bytes; at < text.size; at += bytes) {
    int digit = lk_digit_of(text.at + at, text.size - at, &bytes);
    if (digit < 0)
      number = 0;
    else if (number <= LAST)
      number = number * 10 + digit;
  }
  return number >= 1 && number <= LAST;
}

/* "4 January": a number and one word; but "29 Palms". */
static int is_day_and_month(const lk_wiki_site *site, lk_words_of part) {
  const char *blank = memchr(part.at, ' ', part.size);
  if (!blank) return 0;
  lk_words_of day = {part.at, (size_t)(blank - part.at)},
              month = {blank + 1, part.size - day.size - 1};
  return !has_letter(day) && ends_with_day(day) && !memchr(month.at, ' ', month.size) &&
         lk_wiki_may_be_month(site, month.at, month.size);
}

/* "1 January 1950"; "1950"; "January 1" or "1 January" before ", 1950", also where a place
 * is right behind it: the year is no part of that. */
static int is_date(const lk_wiki_site *site, lk_words_of part, lk_words_of *rest) {
  size_t from, digits = digit_end(part);
  if (!digits) return 0;
  if (year_end(part, &from) || !has_letter(part)) return 1;
  lk_words_of behind = *rest, next = next_part(&behind);
  size_t year = year_end(next, &from);
  int year_first = year && !from;
  if (digits < part.size && !(year_first && is_day_and_month(site, part))) return 0;
  if (digit_end(next) && !has_letter(next)) return 1;
  if (!year_first) return 0;
  const char *end = rest->at + rest->size, *place = next.at + year;
  *rest = (lk_words_of){place, (size_t)(end - place)};
  return 1;
}

/* The first place of a line, behind dates; nothing if it says that nobody knows. Stores the
 * first date, unless there is one already. */
static lk_words_of first_of_line(const lk_wiki_site *site, lk_words_of line,
                                 lk_words_of *date) {
  while (line.size) {
    lk_words_of all = line, part = next_part(&line);
    if (is_date(site, part, &line)) {
      if (!date->size && has_letter(part)) *date = part;
      continue;
    }
    int unknown =
        lk_wording_is_unknown(part) || lk_wording_is_unknown(part_until(&all, SLASH));
    return unknown ? (lk_words_of){part.at, 0} : part;
  }
  return line;
}

/* Cuts the first line off the text. */
static lk_words_of next_line(lk_words_of *text) {
  const char *end = memchr(text->at, '\n', text->size);
  lk_words_of line = {text->at, end ? (size_t)(end - text->at) : text->size};
  size_t skip = line.size + (end != NULL);
  text->at += skip, text->size -= skip;
  return line;
}

lk_words_of lk_wording_first(const lk_wiki_site *site, const char *text, size_t size,
                             lk_words_of *date) {
  lk_words_of rest = {text, size};
  *date = (lk_words_of){text, 0};
  while (rest.size) {
    lk_words_of place = first_of_line(site, next_line(&rest), date);
    if (has_letter(place)) return place;
  }
  return (lk_words_of){text, 0};
}

/* "in", "près": a short word without a capital, of a script that has some. Georgian has
 * none at the beginning of a word. */
static int is_preposition(lk_words_of word) {
  enum { LONGEST = 4 };
  int characters = 0;
  for (size_t at = 0; at < word.size; characters++) {
    uint32_t character;
    int bytes = lk_text_next(word.at + at, word.size - at, &character);
    utf8proc_int32_t c = (utf8proc_int32_t)character;
    if (!bytes || utf8proc_tolower(c) != c || (!at && utf8proc_totitle(c) == c)) return 0;
    at += (size_t)bytes;
  }
  return characters > 0 && characters <= LONGEST;
}

int lk_wording_leads_on(lk_words_of words, lk_words_of text) {
  size_t last = words.size;
  if (words.size >= text.size || memcmp(words.at, text.at, words.size)) return 0;
  while (last && words.at[last - 1] != ' ')
    last--;
  return is_preposition((lk_words_of){words.at + last, words.size - last});
}

lk_status lk_wording_whole(const char *text, size_t size, char **out) {
  lk_words_of rest = {text, size};
  size_t used = 0;
  *out = NULL;
  if (!has_letter(rest)) return LK_OK;
  LK_TRY(LK_NEW(*out, 2 * size + 1));
  while (rest.size) {
    lk_words_of line = trim(next_line(&rest));
    if (!line.size) continue;
    if (used) memcpy(*out + used, ", ", 2);
    used += used ? 2 : 0;
    memcpy(*out + used, line.at, line.size);
    used += line.size;
    assert(used <= 2 * size);
  }
  if (!lk_wording_is_unknown((lk_words_of){*out, used})) return LK_OK;
  lk_free(*out);
  *out = NULL;
  return LK_OK;
}

lk_status lk_wording_check(const char *form) {
  const char *name = strstr(form, "%s");
  if (!name || strstr(name + 2, "%s"))
    return lk_fail(LK_USAGE,
                   "questions: --form must have one %%s, where the name stands, as in "
                   "\"Where was %%s born?\", not '%s'",
                   form);
  if (strpbrk(form, "\t\n\r"))
    return lk_fail(LK_USAGE, "questions: --form must be a line without tabs");
  return LK_OK;
}

lk_status lk_wording_ask(const char *form, lk_words_of name, char **out) {
  const char *place = strstr(form, "%s");
  assert(place);
  size_t before = (size_t)(place - form), after = strlen(place + 2);
  LK_TRY(LK_NEW(*out, before + name.size + after + 1));
  memcpy(*out, form, before);
  memcpy(*out + before, name.at, name.size);
  memcpy(*out + before + name.size, place + 2, after);
  return LK_OK;
}

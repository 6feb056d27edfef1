/* Dates, by the language of the site. */
#include "base/digit.h"
#include "wiki/call.h"
#include "wiki/date_list.h"
#include "wiki/site.h"
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

enum { LANGUAGES = sizeof languages / sizeof *languages, ENGLISH = LANGUAGES - 1 };

/* English for languages that have none. */
static int row_of(const char *language) {
  int row = 0;
  while (row < ENGLISH && !lk_word_is_among(language, languages[row].codes))
    row++;
  return row;
}

/* A whole small number in the digits of any script, or 0. */
static int number_of(lk_piece text) {
  enum { MOST = 9999 };
  int number = 0;
  for (size_t at = 0, bytes; at < text.size && number <= MOST; at += bytes) {
    int digit = lk_digit_of(text.at + at, text.size - at, &bytes);
    if (digit < 0) return 0;
    number = number * 10 + digit;
  }
  return number <= MOST ? number : 0;
}

/* A number without zeros before it; other text as it is. */
static lk_piece without_zeros(lk_piece text) {
  size_t bytes;
  if (!number_of(text)) return text;
  while (!lk_digit_of(text.at, text.size, &bytes))
    text.at += bytes, text.size -= bytes;
  return text;
}

/* A month's name, from its number or as it was given. */
static lk_piece month_of(int row, lk_piece given) {
  const char *at = languages[row].months;
  int number = number_of(given);
  if (number < 1 || number > 12) return given;
  while (--number)
    at = strchr(at, '|') + 1;
  return (lk_piece){at, strcspn(at, "|")};
}

typedef struct {
  lk_piece year, month, day;
} date_parts;

static lk_status put_with(lk_wiki_call *call, lk_piece text, const char *after) {
  if (!text.size) return LK_OK;
  LK_TRY(lk_call_put(call, without_zeros(text)));
  return lk_call_put_text(call, after);
}

enum { YEAR_FIRST = sizeof year_first / sizeof *year_first };

static int year_first_row(const char *language) {
  int row = YEAR_FIRST;
  while (row-- && !lk_word_is_among(language, year_first[row].codes))
    continue;
  return row;
}

/* `months`: the language's row of them. */
static lk_status put_year_first(lk_wiki_call *call, date_parts date, int row, int months) {
  const char *between = year_first[row].between, *behind = year_first[row].day;
  int last = year_first[row].order == MONTH_IS_LAST;
  lk_piece month = date.month;
  if (year_first[row].order != MONTH_IS_NUMBER) month = month_of(months, month);
  LK_TRY(put_with(call, date.year, year_first[row].year));
  if (date.year.size) LK_TRY(lk_call_put_text(call, between));
  if (last) LK_TRY(put_with(call, date.day, behind));
  if (last && date.day.size) LK_TRY(lk_call_put_text(call, between));
  LK_TRY(put_with(call, month, number_of(month) ? year_first[row].month : ""));
  if (last || !date.day.size) return LK_OK;
  LK_TRY(lk_call_put_text(call, between));
  return put_with(call, date.day, behind);
}

/* 1990-05-02, for languages whose months are not known. */
static lk_status put_digits(lk_wiki_call *call, date_parts date) {
  enum { LONGEST = 12 }; /* a number and what stands behind it */
  char text[3 * LONGEST];
  int year = number_of(date.year), day = number_of(date.day);
  snprintf(text, sizeof text, "%d-%02d-%02d", year, number_of(date.month), day);
  if (!day) *strrchr(text, '-') = '\0';
  return lk_call_put_text(call, year ? text : strchr(text, '-') + 1);
}

/* May 2, 1990 */
static lk_status put_month_first(lk_wiki_call *call, date_parts date, lk_piece month) {
  LK_TRY(lk_call_put(call, month));
  if (date.day.size || date.year.size) LK_TRY(lk_call_put_text(call, " "));
  LK_TRY(put_with(call, date.day, date.year.size ? ", " : ""));
  return lk_call_put(call, date.year);
}

/* "1er" in French. */
static lk_status put_day(lk_wiki_call *call, lk_piece text, int row) {
  int number = number_of(text);
  const char *ordinal = number ? languages[row].ordinal : "";
  if (number == 1 && !strcmp(languages[row].codes, "fr")) ordinal = "er";
  return put_with(call, text, ordinal);
}

static lk_status put_day_first(lk_wiki_call *call, date_parts date, lk_piece month,
                               int row) {
  LK_TRY(put_day(call, date.day, row));
  if (date.day.size) LK_TRY(lk_call_put_text(call, languages[row].of));
  LK_TRY(lk_call_put(call, month));
  if (date.year.size) LK_TRY(lk_call_put_text(call, languages[row].of_year));
  return lk_call_put(call, date.year);
}

/* `day_first`: an English date in that order. */
static lk_status put_date(lk_wiki_call *call, date_parts date, int day_first) {
  const char *language = lk_wiki_site_language(call->parser->site);
  int row = row_of(language), first = year_first_row(language);
  if (!date.month.size) return lk_call_put(call, date.year);
  if (first >= 0) return put_year_first(call, date, first, row);
  lk_piece month = month_of(row, date.month);
  int english = lk_word_is_among(language, languages[ENGLISH].codes);
  if (row == ENGLISH && !english && number_of(date.month)) return put_digits(call, date);
  if (english && !day_first) return put_month_first(call, date, month);
  return put_day_first(call, date, month, row);
}

static int wants_day_first(const lk_wiki_call *call) {
  lk_piece given = lk_call_first(call, lk_piece_of("df,format"));
  return given.size && (*given.at == 'y' || *given.at == 'd' || *given.at == '1');
}

/* 1990-05-02; nonzero if it is one. */
static int split_iso(lk_piece text, date_parts *date) {
  if (text.size != 10 || text.at[4] != '-' || text.at[7] != '-') return 0;
  *date = (date_parts){{text.at, 4}, {text.at + 5, 2}, {text.at + 8, 2}};
  return number_of(date->year) && number_of(date->month) && number_of(date->day);
}

/* Words instead of numbers stay as they are. */
static lk_status put_given(lk_wiki_call *call, int day_first) {
  date_parts date = {lk_call_first(call, lk_piece_of("year,1")),
                     lk_call_first(call, lk_piece_of("month,2")),
                     lk_call_first(call, lk_piece_of("day,3"))};
  if (split_iso(date.year, &date)) return put_date(call, date, day_first);
  if (!number_of(date.year)) return lk_call_put(call, date.year);
  if (!number_of(date.day)) date.day.size = 0;
  if (number_of(date.year) <= 31 && number_of(date.day) > 31) {
    lk_piece day = date.year;
    date.year = date.day;
    date.day = day;
  }
  return put_date(call, date, day_first);
}

/* {{birth date|1990|5|2}} */
lk_status lk_call_date(lk_wiki_call *call) {
  return put_given(call, wants_day_first(call));
}

/* The three arguments from `place` on. */
static date_parts numbered(const lk_wiki_call *call, int place) {
  return (date_parts){lk_call_numbered(call, place), lk_call_numbered(call, place + 1),
                      lk_call_numbered(call, place + 2)};
}

/* How many whole years lie between; below 0 where the second is the earlier one. */
static int years_between(date_parts one, date_parts other) {
  int years = number_of(other.year) - number_of(one.year),
      months = number_of(other.month) - number_of(one.month),
      days = number_of(other.day) - number_of(one.day);
  return years - (months < 0 || (!months && days < 0));
}

/* {{사망일과 나이|1900|1|2|1980|3|4}}: a death is the later one of two dates. */
lk_status lk_call_death(lk_wiki_call *call) {
  date_parts one = numbered(call, 1), other = numbered(call, 4);
  int second = number_of(one.year) && years_between(one, other) >= 0;
  return put_date(call, second ? other : one, wants_day_first(call));
}

/* {{没年齢|1900|1|2|1980|3|4}} is 80歳没. */
lk_status lk_call_age(lk_wiki_call *call) {
  char text[32];
  date_parts birth = numbered(call, 1), death = numbered(call, 4);
  int known = number_of(birth.year) && number_of(death.year);
  int age = years_between(birth, death);
  if (!known || age < 0) return LK_OK;
  snprintf(text, sizeof text, "%d歳没", age);
  return lk_call_put_text(call, text);
}

/* {{fecha|2|5|1990}}, {{date|mai|1990}}, {{date|1990|en science}}, {{date|2 mai 1990}} */
lk_status lk_call_date_from_day(lk_wiki_call *call) {
  date_parts date = {lk_call_numbered(call, 3), lk_call_numbered(call, 2),
                     lk_call_numbered(call, 1)};
  int one = number_of(date.day), other = number_of(date.month);
  if (split_iso(date.day, &date)) return put_date(call, date, 1);
  if (!number_of(date.year)) date.year.size = 0;
  if (one > 31 && other && other <= 12) return lk_call_date(call);
  if (one > 31 || (!date.month.size && !date.year.size)) return lk_call_put(call, date.day);
  if (other > 31) /* a month and a year */
    date = (date_parts){date.month, date.day, {date.day.at, 0}};
  return put_date(call, date, 1);
}

/* {{as of|2010|5|31|lc=y|df=US}} */
lk_status lk_call_as_of(lk_wiki_call *call) {
  lk_piece alt = lk_call_named(call, lk_piece_of("alt"));
  if (alt.size) return lk_call_put(call, alt);
  int small = lk_call_named(call, lk_piece_of("lc")).size > 0;
  int since = lk_call_named(call, lk_piece_of("since")).size > 0;
  const char *language = lk_wiki_site_language(call->parser->site);
  for (size_t i = 0; i < sizeof as_of / sizeof *as_of; i++)
    if (lk_word_is_among(language, as_of[i].codes))
      LK_TRY(lk_call_put_text(call, as_of[i].words[since * 2 + small]));
  lk_piece order = lk_call_named(call, lk_piece_of("df"));
  return put_given(call, !order.size || !strchr("UuMm", *order.at));
}

/* A character in small letters, cut off the text; 0 at its end. */
static utf8proc_int32_t next_small(lk_piece *text) {
  utf8proc_int32_t character;
  utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)text->at,
                                            (utf8proc_ssize_t)text->size, &character);
  if (bytes < 1) return 0;
  text->at += bytes, text->size -= (size_t)bytes;
  return utf8proc_tolower(character);
}

/* "Jan" and "январь" of января: of a long word the last letter may differ. */
static int is_month(lk_piece word, lk_piece month) {
  int same = 0;
  utf8proc_int32_t character;
  while ((character = next_small(&word)) && character == next_small(&month))
    same++;
  return character ? same >= 4 && !word.size : same >= 3;
}

/* Also "abril" of d'abril. */
static int is_month_of(int row, lk_piece word) {
  for (const char *at = languages[row].months; *at;) {
    size_t size = strcspn(at, "|"), article = strcspn(at, " '|");
    size_t skip = article < size && article <= 2 ? article + 1 : 0;
    if (is_month(word, (lk_piece){at, size}) ||
        is_month(word, (lk_piece){at + skip, size - skip}))
      return 1;
    at += size + (at[size] == '|');
  }
  return 0;
}

int lk_wiki_may_be_month(const lk_wiki_site *site, const char *word, size_t size) {
  const char *language = lk_wiki_site_language(site);
  int row = row_of(language);
  utf8proc_int32_t first;
  if (utf8proc_iterate((const utf8proc_uint8_t *)word, (utf8proc_ssize_t)size, &first) < 1)
    return 0;
  int known = row != ENGLISH || lk_word_is_among(language, languages[ENGLISH].codes);
  int cased = utf8proc_totitle(first) != first || utf8proc_tolower(first) != first;
  lk_piece name = {word, size - (word[size - 1] == '.')};
  return !known || !cased || is_month_of(row, name) || is_month_of(ENGLISH, name);
}

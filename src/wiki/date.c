/* Dates, by the language of the site. */
#include "wiki/call.h"
#include "wiki/site.h"
#include <stdio.h>
#include <stdlib.h>

/* What stands behind the day's number, between the parts; the months as in a date. */
static const struct {
  const char *language, *ordinal, *of, *months;
} languages[] = {
    {"de", ".", " ",
     "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"},
    {"fr", "", " ",
     "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|"
     "décembre"},
    {"es", "", " de ",
     "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
     "diciembre"},
    {"pt", "", " de ",
     "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|"
     "dezembro"},
    {"it", "", " ",
     "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|"
     "novembre|dicembre"},
    {"nl", "", " ",
     "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|"
     "december"},
    {"sv", "", " ",
     "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|"
     "december"},
    {"pl", "", " ",
     "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|"
     "listopada|grudnia"},
    {"ru", "", " ",
     "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"},
    {"uk", "", " ",
     "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|"
     "грудня"},
    {"bg", "", " ",
     "януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември"},
    {"en", "", " ",
     "January|February|March|April|May|June|July|August|September|October|November|"
     "December"}};

enum { LANGUAGES = sizeof languages / sizeof *languages };

static int row_of(const char *language) {
  int row = 0;
  while (row < LANGUAGES - 1 && strcmp(languages[row].language, language))
    row++;
  return row;
}

/* A whole small number, or 0. */
static int number_of(lk_piece text) {
  int number = 0;
  if (!text.size || text.size > 4) return 0;
  for (size_t i = 0; i < text.size; i++) {
    if (!lk_is_digit(text.at[i])) return 0;
    number = number * 10 + (text.at[i] - '0');
  }
  return number;
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
  LK_TRY(lk_call_put(call, text));
  return lk_call_put_text(call, after);
}

/* Chinese, Japanese and Korean. */
static lk_status put_year_first(lk_wiki_call *call, date_parts date, int korean) {
  LK_TRY(put_with(call, date.year, korean ? "년 " : "年"));
  LK_TRY(put_with(call, date.month, korean ? "월 " : "月"));
  return put_with(call, date.day, korean ? "일" : "日");
}

/* May 2, 1990 */
static lk_status put_month_first(lk_wiki_call *call, date_parts date, lk_piece month) {
  LK_TRY(lk_call_put(call, month));
  LK_TRY(lk_call_put_text(call, " "));
  LK_TRY(put_with(call, date.day, date.year.size ? ", " : ""));
  return lk_call_put(call, date.year);
}

static lk_status put_day_first(lk_wiki_call *call, date_parts date, lk_piece month,
                               int row) {
  const char *of = languages[row].of;
  char day[16];
  int number = number_of(date.day);
  snprintf(day, sizeof day, "%d%s", number, languages[row].ordinal);
  if (number)
    LK_TRY(lk_call_put_text(call, day));
  else
    LK_TRY(lk_call_put(call, date.day));
  if (date.day.size) LK_TRY(lk_call_put_text(call, of));
  LK_TRY(lk_call_put(call, month));
  if (date.year.size) LK_TRY(lk_call_put_text(call, of));
  return lk_call_put(call, date.year);
}

/* `day_first`: an English date in that order. */
static lk_status put_date(lk_wiki_call *call, date_parts date, int day_first) {
  const char *language = lk_wiki_site_language(call->parser->site);
  int row = row_of(language), korean = !strcmp(language, "ko");
  if (!date.month.size) return lk_call_put(call, date.year);
  if (korean || !strcmp(language, "ja") || !strcmp(language, "zh"))
    return put_year_first(call, date, korean);
  lk_piece month = month_of(row, date.month);
  if (row == LANGUAGES - 1 && !day_first) return put_month_first(call, date, month);
  return put_day_first(call, date, month, row);
}

static int wants_day_first(const lk_wiki_call *call) {
  lk_piece given = lk_call_first(call, lk_piece_of("df,format"));
  return given.size && (*given.at == 'y' || *given.at == 'd' || *given.at == '1');
}

/* {{birth date|1990|5|2}}; words instead of numbers stay as they are. */
lk_status lk_call_date(lk_wiki_call *call) {
  date_parts date = {lk_call_first(call, lk_piece_of("year,1")),
                     lk_call_first(call, lk_piece_of("month,2")),
                     lk_call_first(call, lk_piece_of("day,3"))};
  if (!number_of(date.year)) return lk_call_put(call, date.year);
  if (!number_of(date.day)) date.day.size = 0;
  return put_date(call, date, wants_day_first(call));
}

/* {{fecha|2|5|1990}} */
lk_status lk_call_date_from_day(lk_wiki_call *call) {
  date_parts date = {lk_call_numbered(call, 3), lk_call_numbered(call, 2),
                     lk_call_numbered(call, 1)};
  if (number_of(date.day) > 31) return lk_call_date(call);
  return put_date(call, date, 1);
}

/* {{as of|2010|5|lc=y}} */
lk_status lk_call_as_of(lk_wiki_call *call) {
  lk_piece alt = lk_call_named(call, lk_piece_of("alt"));
  if (alt.size) return lk_call_put(call, alt);
  int small = lk_call_named(call, lk_piece_of("lc")).size > 0;
  int since = lk_call_named(call, lk_piece_of("since")).size > 0;
  const char *words[] = {"As of ", "as of ", "Since ", "since "};
  LK_TRY(lk_call_put_text(call, words[since * 2 + small]));
  return lk_call_date(call);
}

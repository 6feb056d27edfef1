#include "wiki/call.h"
#include "wiki/site.h"

/* {{frac|2}}, {{frac|1|2}}, {{frac|3|1|2}} */
lk_status lk_call_fraction(lk_wiki_call *call) {
  lk_piece first = lk_call_numbered(call, 1), second = lk_call_numbered(call, 2),
           third = lk_call_numbered(call, 3);
  if (third.size) {
    LK_TRY(lk_call_put(call, first));
    LK_TRY(lk_call_put_text(call, " "));
    first = second, second = third;
  }
  if (!first.size) return lk_call_put_text(call, "/");
  if (!second.size) second = first, first = lk_piece_of("1");
  LK_TRY(lk_call_put(call, first));
  LK_TRY(lk_call_put_text(call, "/"));
  return lk_call_put(call, second);
}

/* {{su|p=+|b=2}}: one above the other. */
lk_status lk_call_over(lk_wiki_call *call) {
  lk_piece above = lk_call_first(call, lk_piece_of("p,1")),
           below = lk_call_first(call, lk_piece_of("b,2"));
  LK_TRY(lk_call_put(call, above));
  if (above.size && below.size) LK_TRY(lk_call_put_text(call, "/"));
  return lk_call_put(call, below);
}

/* {{ordinal|5}} is 5th. */
lk_status lk_call_ordinal(lk_wiki_call *call) {
  lk_piece number = lk_call_numbered(call, 1);
  char last = number.size ? number.at[number.size - 1] : ' ';
  int teen = number.size > 1 && number.at[number.size - 2] == '1';
  const char *ending = "th";
  if (!teen && last >= '1' && last <= '3')
    ending = last == '1' ? "st" : last == '2' ? "nd" : "rd";
  LK_TRY(lk_call_put(call, number));
  return lk_is_digit(last) ? lk_call_put_text(call, ending) : LK_OK;
}

/* {{siglo|V|a|s}} is siglo V a. C.; the word is not there without the s. */
lk_status lk_call_century(lk_wiki_call *call) {
  lk_piece era = lk_call_numbered(call, 2), word = lk_call_numbered(call, 3);
  if (lk_piece_is(word, "s")) LK_TRY(lk_call_put_text(call, "siglo "));
  if (lk_piece_is(word, "S")) LK_TRY(lk_call_put_text(call, "Siglo "));
  LK_TRY(lk_call_put(call, lk_call_numbered(call, 1)));
  if (lk_piece_is(era, "a")) return lk_call_put_text(call, " a. C.");
  return lk_piece_is(era, "d") ? lk_call_put_text(call, " d. C.") : LK_OK;
}

/* How a language writes numbers, as MediaWiki has it (separatorTransformTable,
 * minimumGroupingDigits, digitGroupingPattern); digits stay as they are. */
typedef struct {
  const char *thousands, *decimal;
  size_t least; /* digits of a number that is grouped */
  size_t group; /* digits of a group before the last, which has three */
} number_style;

static number_style style_of(const char *language) {
  static const char points[] =
      "de nl da id tr az el hr sl bs sh sr mk sq ro ca gl vi eu is "
      "br fo jv ku fy lb nds als bar";
  static const char spaces[] =
      "fr it sv cs sk hu fi no nn eo lt lv be be-tarask oc af la kk ba tt "
      "cv sah tg ky uz tk hsb dsb";
  static const char few[] = "es pl pt ru uk bg et hy"; /* 1234 but 12 345 */
  static const char pairs[] = "as bh bn gom gu hi kn mai ml mr ne new or pa sa ta te";
  if (lk_word_is_among(language, points)) return (number_style){".", ",", 4, 3};
  if (lk_word_is_among(language, few)) return (number_style){" ", ",", 5, 3};
  if (lk_word_is_among(language, spaces)) return (number_style){" ", ",", 4, 3};
  return (number_style){",", ".", 4, lk_word_is_among(language, pairs) ? 2 : 3};
}

/* Whether a group ends before as many digits as are left. */
static int ends_group(number_style style, size_t left) {
  return left >= 3 && (left - 3) % style.group == 0;
}

static size_t digits_from(lk_piece text, size_t at) {
  while (at < text.size && lk_is_digit(text.at[at]))
    at++;
  return at;
}

static size_t sign_size(lk_piece number) {
  if (number.size && (*number.at == '-' || *number.at == '+')) return 1;
  return number.size > 3 && !memcmp(number.at, "−", 3) ? 3 : 0;
}

lk_status lk_call_put_grouped(lk_wiki_call *call, lk_piece number) {
  number_style style = style_of(lk_wiki_site_language(call->parser->site));
  size_t sign = sign_size(number), digits = digits_from(number, sign);
  int fraction = digits < number.size && number.at[digits] == '.';
  if (digits_from(number, digits + (size_t)fraction) < number.size)
    return lk_call_put(call, number);
  int grouped = digits - sign >= style.least;
  for (size_t i = 0; i < number.size; i++) {
    if (grouped && i > sign && i < digits && ends_group(style, digits - i))
      LK_TRY(lk_call_put_text(call, style.thousands));
    if (i == digits)
      LK_TRY(lk_call_put_text(call, style.decimal));
    else
      LK_TRY(lk_call_put(call, (lk_piece){number.at + i, 1}));
  }
  return LK_OK;
}

/* 1.234 has a group where points part them; 1.5, 0.123 and 1234.567 do not. */
lk_status lk_call_put_given(lk_wiki_call *call, lk_piece number) {
  number_style style = style_of(lk_wiki_site_language(call->parser->site));
  size_t sign = sign_size(number), point = digits_from(number, sign), before = point - sign;
  int three = number.size == point + 4 && number.at[point] == '.';
  int grouped = *style.thousands == '.' && three && before >= 1 && before <= 3 &&
                number.at[sign] != '0';
  return grouped ? lk_call_put(call, number) : lk_call_put_grouped(call, number);
}

/* {{formatnum:1234.5}} */
lk_status lk_call_number(lk_wiki_call *call) {
  lk_piece number = lk_call_numbered(call, 1), how = lk_call_numbered(call, 2);
  if (lk_piece_is(how, "R") || lk_piece_is(how, "NOSEP")) return lk_call_put(call, number);
  return lk_call_put_grouped(call, number);
}

/* {{unité|1234|km}}, {{unité|3|m|2}}, {{unité|50|hab|km|-2}} */
lk_status lk_call_quantity(lk_wiki_call *call) {
  LK_TRY(lk_call_put_grouped(call, lk_call_numbered(call, 1)));
  lk_piece third = lk_call_numbered(call, 3);
  int power = third.size && (lk_is_digit(*third.at) || *third.at == '-');
  return lk_call_render(call, power ? "[ $2][$3][⋅$4][$5]" : "[ $2][⋅$3][$4]");
}

/* 10{{sup|6}} is 10^6, km{{sup|2}} km2. */
lk_status lk_call_power(lk_wiki_call *call) {
  lk_piece power = lk_call_numbered(call, 1);
  if (lk_wiki_is_power(lk_wiki_site_language(call->parser->site), call->before, power))
    LK_TRY(lk_call_put_text(call, "^"));
  return lk_call_put(call, power);
}

/* The error of a value or the end of its range: ±0.2, +1−2, (4), –20. */
static lk_status put_error(lk_wiki_call *call) {
  lk_piece error = lk_call_numbered(call, 2);
  if (!error.size) return LK_OK;
  if (*error.at == '(') return lk_call_put(call, error);
  if (*error.at == '+') return lk_call_render(call, "$2[$3]");
  if (lk_piece_is(error, "-") || lk_piece_is(error, "–"))
    return lk_call_render(call, "–$3");
  if (!lk_is_digit(*error.at) && *error.at != '.') return lk_call_render(call, " $2[ $3]");
  return lk_call_render(call, "±$2");
}

/* {{val|1.5|0.2|e=6|u=km}} */
lk_status lk_call_value(lk_wiki_call *call) {
  int number = lk_call_numbered(call, 1).size > 0;
  LK_TRY(lk_call_render(call, "[${p}][$1]"));
  LK_TRY(put_error(call));
  LK_TRY(lk_call_render(call, number ? "[×10^${e}]" : "[10^${e}]"));
  return lk_call_render(call, "[ ${u,ul,up}][/${per,upl}][${s}]");
}

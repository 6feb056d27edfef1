#include "wiki/call.h"
#include "wiki/site.h"
#include <stdio.h>

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

/* Between thousands, and before decimals. */
static void separators(const char *language, const char **thousands, const char **decimal) {
  static const char points[] = " de es it pt nl da id tr el hr sl sr ro ca gl vi ";
  static const char commas[] = " en ja zh ko th he simple ";
  char padded[24];
  snprintf(padded, sizeof padded, " %.20s ", language);
  *thousands = strstr(commas, padded) ? "," : strstr(points, padded) ? "." : " ";
  *decimal = strstr(commas, padded) ? "." : ",";
}

/* {{formatnum:1234.5}}; what is no plain number stays as it is. */
lk_status lk_call_number(lk_wiki_call *call) {
  const char *thousands, *decimal;
  lk_piece number = lk_call_numbered(call, 1), raw = lk_call_numbered(call, 2);
  size_t sign = number.size && *number.at == '-', digits = sign;
  separators(lk_wiki_site_language(call->parser->site), &thousands, &decimal);
  while (digits < number.size && lk_is_digit(number.at[digits]))
    digits++;
  int plain = digits == number.size || number.at[digits] == '.';
  if (!plain || lk_piece_is(raw, "R")) return lk_call_put(call, number);
  for (size_t i = 0; i < number.size; i++) {
    if (i > sign && i < digits && (digits - i) % 3 == 0)
      LK_TRY(lk_call_put_text(call, thousands));
    if (i == digits)
      LK_TRY(lk_call_put_text(call, decimal));
    else
      LK_TRY(lk_call_put(call, (lk_piece){number.at + i, 1}));
  }
  return LK_OK;
}

/* {{val|1.5|0.2|e=6|u=km}} */
lk_status lk_call_value(lk_wiki_call *call) {
  return lk_call_render(call, "[${p}][$1][±$2][×10^${e}][ ${u,ul,up}][/${per,upl}][${s}]");
}

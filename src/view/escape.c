#include "view/escape.h"
#include "lockstep/memory.h"
#include "lockstep/visible.h"
#include <assert.h>
#include <math.h>
#include <string.h>

static lk_status make_visible(char **out, const char *text) {
  size_t room = LK_VISIBLE_MOST * strlen(text) + 1;
  LK_TRY(LK_NEW(*out, room));
  lk_visible(*out, room, text, "\n\t");
  return LK_OK;
}

static const char *entity_of(char c) {
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  default:
    return NULL;
  }
}

lk_status lk_print_html(FILE *to, const char *text) {
  char *shown;
  LK_TRY(make_visible(&shown, text));
  for (const char *at = shown; *at; at++) {
    const char *entity = entity_of(*at);
    if (entity)
      fputs(entity, to);
    else
      fputc(*at, to);
  }
  lk_free(shown);
  return LK_OK;
}

lk_status lk_print_json(FILE *to, const char *text) {
  char *shown;
  LK_TRY(make_visible(&shown, text));
  fputc('"', to);
  for (const char *at = shown; *at; at++)
    if (strchr("\"\\<>&\n\t", *at))
      fprintf(to, "\\u%04x", (unsigned)*at);
    else
      fputc(*at, to);
  fputc('"', to);
  lk_free(shown);
  return LK_OK;
}

void lk_print_number(FILE *to, double value, int digits) {
  assert(digits > 0 && digits <= 17);
  if (isfinite(value))
    fprintf(to, "%.*g", digits, value);
  else
    fputs("null", to);
}

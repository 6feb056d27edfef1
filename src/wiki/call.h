/* A template with its arguments, while it is rendered. */
#ifndef LOCKSTEP_WIKI_CALL_H
#define LOCKSTEP_WIKI_CALL_H

#include "wiki/wiki.h"

/* `bytes` is what was rendered of the arguments, up to `end`; `most` is how long the result
 * may become, so that a rendering which repeats an argument cannot make it grow with each
 * level; `missing` is set by an argument that is not there. */
typedef struct {
  const lk_wikitext *parser;
  const char *bytes;
  size_t end;
  const lk_wiki_argument *arguments;
  size_t count, most;
  lk_piece name;   /* the template's, as it is written */
  lk_piece before; /* the call */
  lk_wiki_text *to;
  int missing;
} lk_wiki_call;

/* The value of an argument, trimmed; nothing if it is not there. */
lk_piece lk_call_named(const lk_wiki_call *call, lk_piece name);
lk_piece lk_call_numbered(const lk_wiki_call *call, int number);

/* The first that is there of some names with commas between: "df,1". */
lk_piece lk_call_first(const lk_wiki_call *call, lk_piece names);

/* Appends to the result. */
lk_status lk_call_put(lk_wiki_call *call, lk_piece text);
lk_status lk_call_put_text(lk_wiki_call *call, const char *text);

/* number.c: appends a number, grouped; what is no plain number stays as it is. */
lk_status lk_call_put_grouped(lk_wiki_call *call, lk_piece number);

/* The same of a number that may be written as the site's language does already. */
lk_status lk_call_put_given(lk_wiki_call *call, lk_piece number);

/* pattern.c: one of the renderings of lockstep/wikitext.h. */
lk_status lk_call_render(lk_wiki_call *call, const char *rendering);

/* LK_BAD_DATA: a rendering that is built in, and is not there. */
lk_status lk_call_check(const char *rendering);

/* Built in; called by name with an @. */
lk_status lk_call_convert(lk_wiki_call *call); /* convert.c */
lk_status lk_call_convert_to_symbols(lk_wiki_call *call);
lk_status lk_call_density(lk_wiki_call *call);
lk_status lk_call_music(lk_wiki_call *call); /* music.c */
lk_status lk_call_date(lk_wiki_call *call);  /* date.c: year, month, day */
lk_status lk_call_date_from_day(lk_wiki_call *call);
lk_status lk_call_as_of(lk_wiki_call *call);
lk_status lk_call_death(lk_wiki_call *call);
lk_status lk_call_age(lk_wiki_call *call);
lk_status lk_call_fraction(lk_wiki_call *call); /* number.c */
lk_status lk_call_over(lk_wiki_call *call);
lk_status lk_call_number(lk_wiki_call *call);
lk_status lk_call_ordinal(lk_wiki_call *call);
lk_status lk_call_century(lk_wiki_call *call);
lk_status lk_call_quantity(lk_wiki_call *call);
lk_status lk_call_power(lk_wiki_call *call);
lk_status lk_call_value(lk_wiki_call *call);
lk_status lk_call_list(lk_wiki_call *call); /* pattern.c */
lk_status lk_call_items(lk_wiki_call *call);
lk_status lk_call_join(lk_wiki_call *call);
lk_status lk_call_spaced(lk_wiki_call *call);
lk_status lk_call_page(lk_wiki_call *call);
lk_status lk_call_fields(lk_wiki_call *call);
lk_status lk_call_flag(lk_wiki_call *call);

/* function.c: #if, #ifeq, #ifexpr, #expr, #switch, plural. */
lk_status lk_call_if(lk_wiki_call *call);
lk_status lk_call_if_equal(lk_wiki_call *call);
lk_status lk_call_if_expression(lk_wiki_call *call);
lk_status lk_call_expression(lk_wiki_call *call);
lk_status lk_call_switch(lk_wiki_call *call);
lk_status lk_call_plural(lk_wiki_call *call);

#endif

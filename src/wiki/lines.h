/* The third pass: lines of what was rendered. */
#ifndef LOCKSTEP_WIKI_LINES_H
#define LOCKSTEP_WIKI_LINES_H

#include "wiki/wiki.h"

/* A line while it is written. `from` is where its text begins, behind a list's mark. */
typedef struct {
  lk_wikitext *parser;
  lk_wiki_text *out;
  size_t from;
  const char *text;  /* that it is made of */
  const char *split; /* the ''' there that is an apostrophe and '' */
  int quotes_seen;
  int hole; /* something was left out just before; LK_WIKI_NOTE: notes alone */
} lk_wiki_line;

/* holes.c: mends what is around a hole, before the text at rest.at is written; returns how
 * many bytes of it to pass over. */
size_t lk_wiki_mend(lk_wiki_line *line, lk_piece rest);

/* The same at the line's end. */
void lk_wiki_mend_end(lk_wiki_line *line);

/* quotes.c: passes over a run of apostrophes; those that are no markup are written. */
lk_status lk_wiki_quotes(lk_wiki_line *line, lk_piece rest, size_t *skip);

/* Writes text of a line without markup: no quotes, entities, holes. */
lk_status lk_wiki_inline(lk_wiki_line *line, lk_piece text);

#endif

/* Two apostrophes are italics, three bold, five both. */
#include "wiki/lines.h"

static size_t run_at(lk_piece rest) {
  size_t run = 0;
  while (run < rest.size && rest.at[run] == '\'')
    run++;
  return run;
}

/* Which of several ''' is an apostrophe before '': one behind a single letter (l'''état''),
 * behind a word, behind a blank, in this order. */
static int likeness(const char *start, const char *at) {
  if (at == start || at[-1] == ' ') return 1;
  return at - start == 1 || at[-2] == ' ' ? 3 : 2;
}

/* As MediaWiki does: if both bold and italics are left open, one of them is none. */
static const char *find_split(lk_piece rest, const char *start) {
  const char *best = NULL;
  int bold = 0, italic = 0, liked = 0;
  while (rest.size) {
    const char *at = memchr(rest.at, '\'', rest.size);
    if (!at) break;
    rest.size -= (size_t)(at - rest.at);
    rest.at = at;
    size_t run = run_at(rest);
    italic += run == 2 || run >= 5;
    bold += run >= 3;
    int like = run == 3 || run == 4 ? likeness(start, at) : 0;
    if (like > liked) best = at, liked = like;
    rest.at += run, rest.size -= run;
  }
  return bold % 2 && italic % 2 ? best : NULL;
}

lk_status lk_wiki_quotes(lk_wiki_line *line, lk_piece rest, size_t *skip) {
  size_t run = run_at(rest), shown = 0;
  assert(run > 0);
  if (run > 1 && !line->quotes_seen) {
    line->quotes_seen = 1;
    line->split = find_split(rest, line->text);
    line->parser->counts->steps += rest.size;
  }
  if (run == 1 || run == 4) shown = 1;
  if (run > 5) shown = run - 5;
  if (rest.at == line->split) shown++;
  *skip = run;
  while (shown--)
    LK_TRY(lk_wiki_append_byte(line->out, '\''));
  return LK_OK;
}

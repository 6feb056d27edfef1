/* What the passes over a page share: scan.c finds the marks, render.c follows them, lines.c
 * makes lines of what that leaves. */
#ifndef LOCKSTEP_WIKI_WIKI_H
#define LOCKSTEP_WIKI_WIKI_H

#include "lockstep/memory.h"
#include "lockstep/wikitext.h"
#include "wiki/names.h"
#include <assert.h>
#include <string.h>

/* How deep what is kept may stand in what is kept, as in MediaWiki: each level may copy its
 * content once. */
enum { LK_WIKI_DEPTH = 40 };

typedef enum {
  LK_MARK_TEMPLATE,  /* {{ */
  LK_MARK_PARAMETER, /* {{{ */
  LK_MARK_LINK,      /* [[ */
  LK_MARK_ADDRESS,   /* [https: */
  LK_MARK_TABLE,     /* {|, <table> */
  LK_MARK_VARIANT,   /* -{ */
  LK_MARK_KINDS,     /* the ones above have another half */
  LK_MARK_CLOSE,
  LK_MARK_TAG,
  LK_MARK_DROPPED, /* a comment, a tag with all that is in it */
  LK_MARK_LITERAL, /* <nowiki> */
  LK_MARK_STRAY    /* half a pair */
} lk_mark_kind;

/* A mark goes from `at` to `next`, its other half from `close` to `end`, which is 0 when
 * there is none. */
typedef struct {
  uint32_t at, next, close, end;
  uint8_t kind, opener, tag;
} lk_mark;

typedef struct {
  lk_mark *at;
  size_t count, room;
} lk_marks;

/* A mark that waits for its other half; `below` is the next one of its kind down the stack.
 */
typedef struct {
  uint32_t mark;
  int32_t below;
} lk_open_mark;

typedef struct {
  lk_open_mark *at;
  size_t count, room;
} lk_open_marks;

/* An argument in the rendered text: from `from` to the next one, its value from `value` if
 * it has a name. */
typedef struct {
  size_t from, value;
} lk_wiki_argument;

typedef struct {
  lk_wiki_argument *at;
  size_t count, room;
} lk_wiki_arguments;

/* What the render pass is in the middle of. */
typedef struct {
  lk_mark_kind kind;
  size_t from;      /* of what it rendered so far */
  size_t arguments; /* the first of its own */
  uint32_t at, end; /* in the page */
  const char *rendering;
  lk_piece name; /* of a template */
  int piped;
} lk_wiki_frame;

struct lk_wikitext {
  const lk_wiki_site *site;
  lk_wiki_options options;
  lk_wiki_names templates;  /* how they are rendered */
  lk_wiki_names beginnings; /* the same of names that begin so, */
  lk_wiki_names endings;    /* and that end so */
  int variants;             /* the site's language has some: -{ is a mark */

  const char *title, *page;
  uint32_t size;
  lk_wiki_counts *counts;

  lk_marks marks;
  lk_open_marks open;
  lk_wiki_text rendered, scratch;
  size_t repeats; /* bytes that templates of this page may still say again */
  int reading;    /* a bracket is open that <rt> began */
  size_t rows; /* from where on in `rendered` those of a table that nothing closes may be */
  lk_wiki_arguments arguments;
  lk_wiki_frame frames[LK_WIKI_DEPTH];
  int depth;
};

/* Makes room for `more` elements behind `count`. */
lk_status lk_wiki_grow(void **pointer, size_t *room, size_t count, size_t more,
                       size_t size);

/* Room for one more element of a list with at, count and room. */
#define LK_WIKI_ROOM(list)                                                                 \
  ((list)->count < (list)->room ? LK_OK                                                    \
                                : lk_wiki_grow((void **)&(list)->at, &(list)->room,        \
                                               (list)->count, 1, sizeof *(list)->at))

static inline lk_status lk_wiki_append(lk_wiki_text *text, const char *bytes, size_t size) {
  if (text->room - text->size < size)
    LK_TRY(lk_wiki_grow((void **)&text->bytes, &text->room, text->size, size, 1));
  if (size) memcpy(text->bytes + text->size, bytes, size);
  text->size += size;
  return LK_OK;
}

static inline lk_status lk_wiki_append_byte(lk_wiki_text *text, char byte) {
  return lk_wiki_append(text, &byte, 1);
}

/* Apostrophes on both sides of a mark are two runs: ''a''<b>''c''</b>. */
static inline lk_status lk_wiki_seam(lk_wiki_text *text, lk_piece next) {
  int touch =
      next.size && *next.at == '\'' && text->size && text->bytes[text->size - 1] == '\'';
  return touch ? lk_wiki_append_byte(text, LK_WIKI_SEAM) : LK_OK;
}

static inline lk_status lk_wiki_join(lk_wiki_text *text, lk_piece next) {
  LK_TRY(lk_wiki_seam(text, next));
  return lk_wiki_append(text, next.at, next.size);
}

/* wikitext.c: scans this page for the passes that follow. LK_BAD_DATA: it has 2 GB. */
lk_status lk_wiki_begin(lk_wikitext *parser, const char *title, const char *page,
                        size_t size, lk_wiki_counts *counts);

/* scan.c: all marks of the page, paired. */
lk_status lk_wiki_scan(lk_wikitext *parser);

/* render.c: the page with its marks followed, into parser->rendered. */
lk_status lk_wiki_render(lk_wikitext *parser);
lk_status lk_wiki_hole(lk_wikitext *parser);

/* power.c: whether what is raised behind a text is a number's power. */
int lk_wiki_is_power(const char *language, lk_piece before, lk_piece raised);

/* lines.c: what was rendered, line by line, behind *text. */
lk_status lk_wiki_lines(lk_wikitext *parser, lk_wiki_text *text);

#endif

/* The pages of what a Wikipedia is fetched as: MediaWiki's XML, JSON lines, plain text; one
 * after the other, in memory that depends on the longest page alone. */
#ifndef LOCKSTEP_DUMP_H
#define LOCKSTEP_DUMP_H

#include "lockstep/clean.h"
#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

typedef enum {
  LK_DUMP_XML,  /* MediaWiki's export, of any version, or its <page> elements alone */
  LK_DUMP_JSON, /* an object a line; CirrusSearch's lines of {"index": …} among them */
  LK_DUMP_TEXT,
  LK_DUMP_INDEX /* of a multistream dump: lines of offset:page:title, and no pages */
} lk_dump_kind;

typedef enum {
  LK_DOCUMENTS_LINE,       /* a document a line */
  LK_DOCUMENTS_BLANK_LINE, /* they are separated by lines without characters */
  LK_DOCUMENTS_FILE        /* the file is one */
} lk_documents;

/* All zero is not valid: begin with lk_dump_defaults. The texts stay the caller's. */
typedef struct {
  int threads;            /* for bz2, from 1 */
  size_t longest;         /* bytes of a page's text, of a line: more is refused */
  const char *field;      /* of JSON: the text, which every object must have */
  const char *title;      /* of JSON: where it has one */
  lk_documents documents; /* of plain text */
} lk_dump_options;

/* One thread, 64 MiB, "text", "title", a document a line. */
lk_dump_options lk_dump_defaults(void);

typedef struct {
  int32_t key;
  char *name; /* "" for that of the articles */
} lk_dump_namespace;

/* What the XML says of its wiki before the first page: "" and nothing where it does not. */
typedef struct {
  const char *name, *database, *base; /* "Wikipedia", "enwiki", a URL */
  const char *title_case;             /* "first-letter" or "case-sensitive" */
  const char *language;               /* "en" */
  lk_dump_namespace *namespaces;
  size_t namespace_count;
} lk_dump_site;

/* Texts are valid UTF-8 without NUL, end with a zero, and are "" where there are none. */
typedef struct {
  const char *title;
  const char *text; /* of the last revision */
  size_t size;      /* of the text, in bytes */
  int64_t id;       /* -1: none */
  int32_t
      space; /* the key of the namespace; where the XML is too old to say, the title's */
  int is_redirect;      /* the XML says so; in XML of before 2009 the text alone does */
  const char *redirect; /* where to */
  const char
      *model; /* "wikitext", also where the XML is too old to say; "" of other kinds */
  const char *format; /* "text/x-wiki" */
  const char *calls; /* of CirrusSearch's lines: its templates as wikitext, "{{…}}{{…}}" */
  uint64_t line;     /* of the input or part, from 1, where the page ends */
} lk_dump_page;

typedef struct lk_dump lk_dump;

/* Opens a file, pipe or "-" and finds out by its content what it is. `path` must stay; the
 * caller closes *dump, which is NULL after a failure. LK_NO_INPUT and LK_BAD_DATA as
 * lk_text_stream_open; LK_BAD_DATA too when it has no bytes. Not collective. */
lk_status lk_dump_open(lk_dump **dump, const char *path, const lk_dump_options *options);

/* A part of an input: what begins in bytes first … end-1 of the file as it lies there,
 * packed or not. {0, UINT64_MAX} is all of it. */
typedef struct {
  uint64_t first, end;
} lk_dump_part;

/* How many parts of `size` > 0 bytes a dump whose first page was read can be read in:
 * number i is {i * size, (i + 1) * size}, but the last one ends with UINT64_MAX. 1 for a
 * pipe, for what is packed otherwise than with bz2, for UTF-16 and other encodings that the
 * XML names, JSON lines, documents of several lines, an index. */
uint64_t lk_dump_parts(const lk_dump *dump, uint64_t size);

/* Opens a part of a file. `whole` is the same input, its first page read; it tells kind and
 * site, stays open, is the caller's and not read on meanwhile; several threads may share it
 * for this. The pages of parts that cover a file, in order, are those of the file, and what
 * is wrong with it is refused by one of them at least: a page of XML belongs to the part in
 * which its <page> begins, a line of text to the part in which the byte before it lies (the
 * first line: to the first part). `path` and *dump as lk_dump_open. LK_NO_INPUT when the
 * file was written to since. LK_BAD_DATA, then or in lk_dump_next, too for a comment or
 * CDATA section with "<page" in it, and a <page> inside of another element. */
lk_status lk_dump_open_part(lk_dump **dump, const char *path,
                            const lk_dump_options *options, const lk_dump *whole,
                            lk_dump_part part);

/* Stores the next page, the dump's until the next call; NULL behind the last. An empty
 * document of plain text is left out. LK_BAD_DATA, naming the input and the line: no
 * well-formed XML or JSON, cut short, another root element, a document type, a line without
 * the field, longer than `longest`, no UTF-8. Else as lk_text_stream_read. */
lk_status lk_dump_next(lk_dump *dump, const lk_dump_page **page);

lk_dump_kind lk_dump_kind_of(const lk_dump *dump);

/* Complete once the first page was read; of JSON it is what the last page says. Owned by
 * the dump. */
const lk_dump_site *lk_dump_site_of(const lk_dump *dump);

/* What plain text lost so far: its byte order mark, and the carriage returns before the
 * ends of lines and of the text. */
lk_left_out lk_dump_left_out(const lk_dump *dump);

/* Of plain text by lines: how many there were so far, empty ones too, and whether the last
 * one ended with a newline (nonzero). */
uint64_t lk_dump_lines(const lk_dump *dump);
int lk_dump_ended_line(const lk_dump *dump);

/* What it is packed with: "bz2", "gzip", "zstd", "xz" or "plain". */
const char *lk_dump_form(const lk_dump *dump);

/* For progress, as lk_text_stream_used and lk_text_stream_size. */
uint64_t lk_dump_used(const lk_dump *dump);
uint64_t lk_dump_size(const lk_dump *dump);

/* NULL is fine. */
void lk_dump_close(lk_dump *dump);

/* The key of the namespace that a title begins with, by the site's names or, where it has
 * none, by MediaWiki's own English ones; 0 for an article's. */
int32_t lk_dump_space_of(const lk_dump_site *site, const char *title);

LK_C_END

#endif

/* Wikitext, as MediaWiki's dumps hold it, to the text that one would train on.
 *
 * The steps taken grow with the size of the page and with nothing else, whatever it holds:
 * marks are paired once over the page, nothing is searched for twice, nothing calls itself.
 * No function here is collective. A parser serves one thread. */
#ifndef LOCKSTEP_WIKITEXT_H
#define LOCKSTEP_WIKITEXT_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* Text that grows: zero it at first; the owner frees bytes with lk_free. */
typedef struct {
  char *bytes;
  size_t size, room;
} lk_wiki_text;

/* What a wiki calls things: its language, namespaces, words. */
typedef struct lk_wiki_site lk_wiki_site;

/* The site of a language's Wikipedia ("en", "zh", or as dumps say it: "nb", "pt-BR"; of
 * others dates are written in digits, 1990-05-02). It knows the names of files, categories,
 * redirects and disambiguations in many languages already. The caller owns it:
 * lk_wiki_site_free. LK_INTERNAL: out of memory. */
lk_status lk_wiki_site_create(lk_wiki_site **out, const char *language);

typedef enum {
  LK_WIKI_FILE = 6,
  LK_WIKI_TEMPLATE = 10,
  LK_WIKI_CATEGORY = 14,
  /* Words that are no namespaces, by numbers that none has. */
  LK_WIKI_REDIRECT = 1000000,       /* "#REDIRECT" */
  LK_WIKI_DISAMBIGUATION = 1000001, /* a template's name */
  LK_WIKI_MAGIC = 1000002,          /* "__NOTOC__" */
  LK_WIKI_FIELD = 1000003           /* a parameter's name: lk_wikitext_fields */
} lk_wiki_word;

/* One more name, with the number that siteinfo gives to its namespace, or one of the words
 * above. Case and underscores do not matter. Numbers that mean nothing here are passed
 * over. */
lk_status lk_wiki_site_add(lk_wiki_site *site, int number, const char *name);

void lk_wiki_site_free(lk_wiki_site *site);

/* Nonzero for what a Wikipedia's address or links to it begin with: en, zh-min-nan. */
int lk_wiki_is_language(const char *prefix, size_t size);

/* Nonzero for a month's name, or how it begins ("Jan."), in the site's language or English;
 * for any word where months are not known, or are of a script without capitals, whose
 * languages may have other calendars, too. */
int lk_wiki_may_be_month(const lk_wiki_site *site, const char *word, size_t size);

/* Whether a page is a redirect; *target[*target_size], in the page, is where to. */
int lk_wiki_is_redirect(const lk_wiki_site *site, const char *page, size_t size,
                        const char **target, size_t *target_size);

/* Whether one of the page's templates, or a word as __DISAMBIG__, says that it only tells
 * subjects of one name apart.
 */
int lk_wiki_is_disambiguation(const lk_wiki_site *site, const char *page, size_t size);

typedef struct {
  int tables;       /* nonzero: a row a line, cells between " | "; else left out */
  int infoboxes;    /* nonzero: a line "name: value" a field; else left out */
  int headings;     /* nonzero: as lines, but for empty sections; else left out */
  int lists;        /* nonzero: items as lines; else left out */
  int list_markers; /* nonzero: items begin with "- " */
  int flags;        /* nonzero: the countries that flags stand with; else left out */
} lk_wiki_options;

/* Headings, lists and flags, no tables and infoboxes. */
extern const lk_wiki_options lk_wiki_options_default;

/* What was left out of the text, or found; the caller zeroes it, pages add to it. */
typedef struct {
  uint64_t templates_kept, templates_dropped, infoboxes, links, files, categories,
      languages, addresses, tables, references, formulas, comments, galleries, tags,
      brackets, empty_sections;
  uint64_t unclosed; /* marks without their other half */
  uint64_t too_deep; /* templates, links in others, 40 deep */
  uint64_t too_long; /* pieces that templates would repeat, beyond what the page has */
  uint64_t steps;    /* bytes looked at, all passes together */
} lk_wiki_counts;

typedef struct lk_wikitext lk_wikitext;

/* A parser. The site is borrowed and must stay. The caller owns the parser:
 * lk_wikitext_free. */
lk_status lk_wikitext_create(lk_wikitext **out, const lk_wiki_site *site,
                             lk_wiki_options options);

/* How to render more templates, or known ones in another way: lines `name = rendering`,
 * `name, other name = rendering`; empty lines and those that begin with # are passed over.
 * A name that ends with * stands for all that begin with these words, one that begins with
 * it for all that end with them. Of names, case matters where up to four characters are
 * capitals without small letters, as in codes, USD, and no argument follows.
 * In a rendering stand text and
 *   $0             the template's name
 *   $1 … $9        the argument of that number
 *   ${name,2}      the first of these arguments that is there
 *   [ … ]          left out if one of the arguments in it is not there
 *   \c             the character c itself
 *   @builtin       convert, date …: see src/wiki/pattern.c
 * and nothing at all means that the template is left out. LK_BAD_DATA with the line's
 * number; `name` is the file's, for messages. */
lk_status lk_wikitext_add_templates(lk_wikitext *parser, const char *text, size_t size,
                                    const char *name);

/* Appends the text of a page of UTF-8, lines with a newline at the end and a blank line
 * between paragraphs; adds to *counts. `title` stands for {{PAGENAME}}. LK_BAD_DATA: a page
 * of 2 GB. */
lk_status lk_wikitext_parse(lk_wikitext *parser, const char *title, const char *page,
                            size_t size, lk_wiki_text *text, lk_wiki_counts *counts);

/* A named parameter of a template: wikitext, in the page, without blanks around. */
typedef struct {
  const char *name;
  size_t name_size;
  const char *value; /* which lk_wikitext_parse makes text of, like a page */
  size_t value_size;
  uint32_t call; /* which of the page's templates, from 0 */
} lk_wiki_field;

/* Zero it at first; the owner frees `at` with lk_free. */
typedef struct {
  lk_wiki_field *at;
  size_t count, room;
  uint32_t templates, infoboxes; /* the page has; none that stands in another */
} lk_wiki_fields;

/* Stores the named parameters of the page's templates, but for those that stand in other
 * templates, in the page's order; of these the ones that the site knows as LK_WIKI_FIELD,
 * or all where it knows none. They stay as long as the page does. Adds to counts->steps.
 * LK_BAD_DATA: as lk_wikitext_parse. */
lk_status lk_wikitext_fields(lk_wikitext *parser, const char *page, size_t size,
                             lk_wiki_fields *fields, lk_wiki_counts *counts);

void lk_wikitext_free(lk_wikitext *parser);

LK_C_END

#endif

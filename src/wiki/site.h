/* What a wiki calls things. */
#ifndef LOCKSTEP_WIKI_SITE_H
#define LOCKSTEP_WIKI_SITE_H

#include "wiki/wiki.h"

typedef enum {
  LK_WORD_NAMESPACE,
  LK_WORD_REDIRECT,
  LK_WORD_DISAMBIGUATION,
  LK_WORD_MAGIC,
  LK_WORD_FIELD
} lk_wiki_word_kind;

/* The namespace of files in a wiki that may be another one: of "Imagine: John Lennon" the
 * Romanian one. */
enum { LK_WIKI_FILE_ELSEWHERE = 1000 + LK_WIKI_FILE };

/* A magic word that is one in capitals alone: __INDEX__, but Python's __index__. */
enum { LK_WIKI_CAPITALS = 2 };

/* A template of disambiguations whose name may go on: Homonymie de communes. */
enum { LK_WIKI_BEGINNING = 2 };

/* The number of the namespace with that name, or 1 (or one of these) for another word of
 * that kind; 0 when there is none. */
int lk_wiki_site_find(const lk_wiki_site *site, lk_wiki_word_kind kind, lk_piece name);

/* {{Template:Name}} is {{Name}}. */
lk_piece lk_wiki_template_name(const lk_wiki_site *site, lk_piece name);

/* Nonzero if there is any word of that kind. */
int lk_wiki_site_knows(const lk_wiki_site *site, lk_wiki_word_kind kind);

/* "en", "yue" …: a code as lk_wiki_language makes it. */
const char *lk_wiki_site_language(const lk_wiki_site *site);

/* language.c: the code that rows have of a language: "no" for "nb", "pt" for "pt-BR". The
 * caller frees *out with lk_free. */
lk_status lk_wiki_language(char **out, const char *said);

/* Nonzero for the prefix of another project: wikt, s … */
int lk_wiki_is_project(lk_piece prefix);

#endif

/* A page through the steps that need no other page. Private to src/prepare. */
#ifndef LOCKSTEP_PREPARE_PAGE_H
#define LOCKSTEP_PREPARE_PAGE_H

#include "prepare/spool.h"

/* What the pages of one input have in common, and room for one of them. */
typedef struct {
  const lk_prepare_options *options;
  char language[LK_PREPARE_LANGUAGE];
  lk_wiki_site *site;
  lk_wikitext *parser; /* NULL: the pages are no wikitext */
  lk_dump_kind kind;
  int is_tidied; /* dumps are, texts stay as they are */
  int composes;
  lk_wiki_text body, text;
  lk_wiki_counts wiki;
  lk_spool_head head; /* of the page in `text` */
  lk_near_signature signature;
} lk_page_maker;

/* From what the dump says of its wiki, or its file's name; `templates` are those of
 * options->templates. composes: texts are brought to NFC. Zero *maker at first;
 * lk_page_maker_close also after a failure. */
lk_status lk_page_maker_open(lk_page_maker *maker, const lk_dump *dump, const char *path,
                             const lk_prepare_options *options, int composes,
                             const char *templates);

/* The step that takes the page, or LK_PREPARE_KEPT: then maker->text and ->head hold what
 * is left of it. It is counted in facts->report. */
lk_status lk_page_make(lk_page_maker *maker, const lk_dump_page *page,
                       lk_spool_facts *facts, lk_prepare_step *step);

void lk_page_maker_close(lk_page_maker *maker);

/* Adds a page of these sizes to what a step took, and its title, the first line of a text,
 * to the examples (NULL: not). */
void lk_prepare_take(lk_prepare_count *count, uint64_t bytes, uint64_t characters,
                     const char *title);

/* The title alone. */
void lk_prepare_show(lk_prepare_count *count, const char *title);

#endif

/* The tags of wikitext and HTML, and what becomes of them. */
#ifndef LOCKSTEP_WIKI_TAGS_H
#define LOCKSTEP_WIKI_TAGS_H

#include "wiki/wiki.h"

typedef enum {
  LK_TAG_REFERENCE, /* left out with what is in it; so are the next three */
  LK_TAG_FORMULA,
  LK_TAG_GALLERY,
  LK_TAG_DROP,
  LK_TAG_LITERAL, /* what is in it is no markup */
  LK_TAG_STRIP,   /* only the tag is left out */
  LK_TAG_LINE,    /* and a paragraph ends */
  LK_TAG_BREAK,   /* and a line ends, unless it does already */
  LK_TAG_ITEM,    /* and an item of a list begins */
  LK_TAG_TABLE,
  LK_TAG_POWER,
  LK_TAG_RUBY,   /* and what <rt> began ends */
  LK_TAG_READING /* and what is in it is put in brackets */
} lk_tag_action;

typedef struct {
  const char *name;
  lk_tag_action action;
} lk_tag;

enum { LK_TAGS = 104 };

/* The tag of that number, up to the first without a name. */
const lk_tag *lk_tag_at(int number);

/* The number of the tag whose name begins at name[size], or -1. */
int lk_tag_find(const char *name, size_t size);

#endif

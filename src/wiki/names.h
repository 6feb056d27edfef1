/* Names that are looked up whatever their case: namespaces, words, templates. */
#ifndef LOCKSTEP_WIKI_NAMES_H
#define LOCKSTEP_WIKI_NAMES_H

#include "lockstep/status.h"
#include "wiki/piece.h"

typedef struct {
  char *key;   /* owned; NULL: free */
  char *value; /* owned */
  int number;
} lk_wiki_name;

/* A hash table with open addressing. All zero, it is empty. */
typedef struct {
  lk_wiki_name *at;
  size_t count, room;
} lk_wiki_names;

/* A name as it is compared: small letters, one blank for underscores and blanks, none at
 * the ends, into key; returns its length, 0 for one that is too long. */
enum { LK_WIKI_KEY = 96 };
size_t lk_wiki_key(char key[LK_WIKI_KEY], lk_piece name);

/* Adds or replaces; copies both texts (value may be NULL). LK_BAD_DATA: no name, or too
 * long. */
lk_status lk_wiki_names_add(lk_wiki_names *names, lk_piece name, const char *value,
                            int number);

/* NULL: not there. */
const lk_wiki_name *lk_wiki_names_find(const lk_wiki_names *names, lk_piece name);

void lk_wiki_names_free(lk_wiki_names *names);

#endif

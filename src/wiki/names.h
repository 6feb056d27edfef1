/* Names that are looked up whatever their case, but for templates that are acronyms. */
#ifndef LOCKSTEP_WIKI_NAMES_H
#define LOCKSTEP_WIKI_NAMES_H

#include "lockstep/status.h"
#include "wiki/piece.h"

typedef struct {
  char *key;   /* owned; NULL: free */
  char *value; /* owned */
  int number;
} lk_wiki_name;

/* A hash table with open addressing. All zero, it is empty. Names of at most four
 * characters, capitals and no small letters among them, keep their case if `acronyms` is
 * set: redirects spell other templates in all ways, but these are codes of countries. */
typedef struct {
  lk_wiki_name *at;
  size_t count, room;
  int acronyms;
} lk_wiki_names;

/* More bytes than a name may have. */
enum { LK_WIKI_KEY = 96 };

/* Adds or replaces; copies both texts (value may be NULL). LK_BAD_DATA: no name, or too
 * long. */
lk_status lk_wiki_names_add(lk_wiki_names *names, lk_piece name, const char *value,
                            int number);

/* NULL: not there. With any_case, an acronym that is not may be a name in small letters. */
const lk_wiki_name *lk_wiki_names_find(const lk_wiki_names *names, lk_piece name,
                                       int any_case);

void lk_wiki_names_free(lk_wiki_names *names);

#endif

/* The words of a question: whom it asks about, how it is asked, what the answer is. */
#ifndef LOCKSTEP_CLI_QUESTIONS_WORDING_H
#define LOCKSTEP_CLI_QUESTIONS_WORDING_H

#include "lockstep/wikitext.h"
#include <stddef.h>

/* A run of bytes in another text. */
typedef struct {
  const char *at;
  size_t size;
} lk_words_of;

/* "Prince" of the title "Prince (musician)"; nothing where that is no line. */
lk_words_of lk_wording_name(const char *title);

/* Of a place's text, line by line: "London" of "London, England" or "London (now Ontario)".
 * Dates and brackets before a place are passed over; *date is the first of these dates.
 * Nothing where that has no letter or says that nobody knows. The site's language has
 * the months. */
lk_words_of lk_wording_first(const lk_wiki_site *site, const char *text, size_t size,
                             lk_words_of *date);

/* Whether `words`, which more of `text` follows, are none without that: "in" of "in Peru",
 * "Estado de" of "Estado de México". */
int lk_wording_leads_on(lk_words_of words, lk_words_of text);

/* All of it as one line, commas for line ends and none at its own, which is the caller's
 * (lk_free); *out is NULL where it has no letter or says that nobody knows. */
lk_status lk_wording_whole(const char *text, size_t size, char **out);

/* unknown.c: whether it is "unknown" in one of many languages. */
int lk_wording_is_unknown(lk_words_of text);

/* LK_USAGE unless the form has one %s, for the name, and is a line without tabs. */
lk_status lk_wording_check(const char *form);

/* "Where was X born?", the caller's (lk_free). */
lk_status lk_wording_ask(const char *form, lk_words_of name, char **out);

#endif

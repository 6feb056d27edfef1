/* What is no part of a text: a byte order mark, carriage returns before line ends, blanks
 * around a question or an answer. It is left out where a text is read, and counted, so that
 * it can be said; so are the documents that NFC changed. */
#ifndef LOCKSTEP_CLEAN_H
#define LOCKSTEP_CLEAN_H

#include "lockstep/linkage.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* What was left out. */
typedef struct {
  uint64_t marks;    /* byte order marks, at the start: 0 or 1 */
  uint64_t returns;  /* carriage returns before line ends and at the end */
  uint64_t blanks;   /* questions and answers that had blanks around them */
  uint64_t composed; /* documents with characters brought to NFC */
} lk_left_out;

/* Leaves out mark and carriage returns of the text's *size bytes, in place, and counts
 * them. */
void lk_clean_text(char *text, size_t *size, lk_left_out *count);

/* The same of whole lines from the middle of a text, where a mark is none. */
void lk_clean_line_ends(char *text, size_t *size, lk_left_out *count);

/* Cuts blanks, Unicode's white space and what has no width, off both ends of a
 * zero-terminated text of UTF-8, in place; returns where it starts. Adds 1 to *count (NULL:
 * none) if there were any. */
char *lk_clean_ends(char *text, uint64_t *count);

/* Nonzero when both are the same but for blanks around them, and for characters written in
 * one or in several code points. */
int lk_clean_equal(const char *one, const char *other);

/* Says on standard error what was left out of, or composed in, the text called `name`, if
 * anything was. One rank calls it, once a text. */
void lk_clean_say(const char *name, const lk_left_out *count);

LK_C_END

#endif

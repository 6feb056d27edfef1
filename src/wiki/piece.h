/* Runs of bytes: of a page, of what was rendered. */
#ifndef LOCKSTEP_WIKI_PIECE_H
#define LOCKSTEP_WIKI_PIECE_H

#include <stddef.h>
#include <string.h>

/* Between the passes: the next byte is no markup; something was left out here; what stands
 * on both sides did not touch; and a note was left out, or a comment. */
enum { LK_WIKI_LITERAL = 1, LK_WIKI_HOLE = 2, LK_WIKI_SEAM = 3, LK_WIKI_NOTE = 4 };

/* A run of bytes, in the page or in what was rendered. */
typedef struct {
  const char *at;
  size_t size;
} lk_piece;

static inline lk_piece lk_piece_of(const char *text) {
  return (lk_piece){text, strlen(text)};
}

static inline int lk_piece_is(lk_piece span, const char *text) {
  return span.size == strlen(text) && !memcmp(span.at, text, span.size);
}

/* Whether a short word is one of a list with blanks between. */
static inline int lk_word_is_among(const char *word, const char *list) {
  size_t size = strlen(word);
  for (const char *at = list; *at;) {
    size_t length = strcspn(at, " ");
    if (length == size && !memcmp(at, word, size)) return 1;
    at += length + (at[length] == ' ');
  }
  return 0;
}

static inline int lk_is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == LK_WIKI_HOLE ||
         c == LK_WIKI_NOTE;
}

static inline int lk_is_digit(char c) {
  return c >= '0' && c <= '9';
}

static inline int lk_is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Without blanks and holes at the ends. */
static inline lk_piece lk_piece_trim(lk_piece span) {
  while (span.size && lk_is_blank(*span.at))
    span.at++, span.size--;
  while (span.size && lk_is_blank(span.at[span.size - 1]))
    span.size--;
  return span;
}

#endif

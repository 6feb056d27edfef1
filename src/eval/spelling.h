/* A continuation as text while it grows: which of its bytes are whole characters, and where
 * a stop text is. */
#ifndef LOCKSTEP_EVAL_SPELLING_H
#define LOCKSTEP_EVAL_SPELLING_H

#include "lockstep/tokenizer.h"

typedef struct {
  const lk_tokenizer *tokenizer;
  const char *const *stops;
  int stop_count;
  char *bytes; /* (room) owned */
  size_t size, room;
  int stopped; /* nonzero: a stop text was found, and it and what follows cut off */
} lk_spelling;

/* Begins anew; what it owns is kept. */
void lk_spelling_clear(lk_spelling *spelling);

/* Appends a token's bytes, until a stop text has come. Pad, mask and end have none. */
lk_status lk_spelling_add(lk_spelling *spelling, lk_token token);

/* How many bytes will not change any more: the last ones may be a part of a character or of
 * a stop text. */
size_t lk_spelling_settled(const lk_spelling *spelling);

/* Bytes from … to as zero-terminated UTF-8, with U+FFFD for each that is no character's.
 * The caller owns *text: lk_free. */
lk_status lk_spelling_text(const lk_spelling *spelling, size_t from, size_t to,
                           char **text);

void lk_spelling_release(lk_spelling *spelling);

#endif

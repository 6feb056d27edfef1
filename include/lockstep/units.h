/* What losses are counted by: tokens, and the words, characters and bytes of their text,
 * which do not depend on the tokenizer. */
#ifndef LOCKSTEP_UNITS_H
#define LOCKSTEP_UNITS_H

#include "lockstep/linkage.h"
#include "lockstep/tokenizer.h"

LK_C_BEGIN

/* In the order of their names. */
typedef enum {
  LK_UNIT_TOKEN,
  LK_UNIT_WORD,
  LK_UNIT_CHARACTER,
  LK_UNIT_BYTE,
  LK_UNITS
} lk_unit;

/* "token": a literal. */
const char *lk_unit_name(lk_unit unit);

/* Adds the words, characters and bytes of a text to counts. A word is what stands between
 * white space, as Python's str.split takes a text apart. */
void lk_units_add_text(double counts[LK_UNITS], const char *bytes, size_t size);

/* Words and bytes become NAN where one of the tokens stands for characters that the
 * tokenizer lacks: which of them it is, no loss is paid for. */
void lk_units_drop_unknown(double counts[LK_UNITS], const lk_tokenizer *tokenizer,
                           const lk_token *tokens, size_t count);

/* Adds the text that tokens[count] are, and their number, and drops what is not known of
 * it. LK_INTERNAL without memory. */
lk_status lk_units_add(double counts[LK_UNITS], const lk_tokenizer *tokenizer,
                       const lk_token *tokens, size_t count);

LK_C_END

#endif

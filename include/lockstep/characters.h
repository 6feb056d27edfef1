/* UTF-8 and the character vocabulary. Id 0 is the pad, id 1 the mask, then the corpus'
 * distinct code points in code point order (the newline included). */
#ifndef LOCKSTEP_VOCABULARY_H
#define LOCKSTEP_VOCABULARY_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include "lockstep/types.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

#define LK_PAD             0
#define LK_MASK            1
#define LK_PAD_CODE_POINT  0x25A1u /* □ */
#define LK_MASK_CODE_POINT 0x2047u /* ⁇ */

/* Decodes UTF-8 into the caller's code_points, which has room for `size` of them, and
 * stores their number. LK_BAD_DATA names `name`, the line (first is 1) and the byte within
 * the line. */
lk_status lk_utf8_decode(const char *bytes, size_t size, const char *name,
                         uint32_t *code_points, size_t *count);

/* Writes one code point as UTF-8 with a zero behind it; returns the bytes without the zero.
 */
int lk_utf8_encode(uint32_t code_point, char out[5]);

typedef struct lk_tokenizer lk_tokenizer;

/* From the distinct code points of a text, in any order, repeats allowed, pad and mask not
 * among them. The caller owns *out: lk_tokenizer_free. LK_BAD_DATA for what is no
 * character. */
lk_status lk_characters_create(lk_tokenizer **out, const uint32_t *code_points,
                               size_t count);

/* From a stored table (pad and mask first, then ascending), which is checked. */
lk_status lk_characters_restore(lk_tokenizer **out, const uint32_t *table, size_t size);

/* An independent copy. */
lk_status lk_tokenizer_copy(lk_tokenizer **out, const lk_tokenizer *tokenizer);

void lk_tokenizer_free(lk_tokenizer *tokenizer);

int lk_tokenizer_size(const lk_tokenizer *tokenizer);

/* The table itself, size entries; owned by the vocabulary. */
const uint32_t *lk_characters_table(const lk_tokenizer *tokenizer);

/* The id of a code point, or -1. */
int lk_characters_id(const lk_tokenizer *tokenizer, uint32_t code_point);

/* Whether texts are brought to NFC, Unicode's composed form, before their characters are
 * looked up: what prepare --nfc chose. Not at first. */
void lk_tokenizer_compose(lk_tokenizer *tokenizer, int composes);
int lk_tokenizer_composes(const lk_tokenizer *tokenizer);

/* Nonzero when both hold the same table and compose alike. */
int lk_tokenizer_equal(const lk_tokenizer *a, const lk_tokenizer *b);

/* Encodes zero-terminated UTF-8 text of one line into tokens (room for `capacity`), storing
 * their number. LK_BAD_DATA: invalid UTF-8, a character outside the vocabulary (named, with
 * its U+ number and place in the text, in NFC where the vocabulary composes), pad or mask
 * in the text, or more than capacity characters. `name` and `line` say in the message where
 * the text is from (line 0: no line). */
lk_status lk_tokenizer_encode(const lk_tokenizer *tokenizer, const char *text,
                              const char *name, uint64_t line, lk_token *tokens,
                              size_t capacity, size_t *count);

/* Tokens as zero-terminated UTF-8 text, owned by the caller (lk_free). */
lk_status lk_tokenizer_decode(const lk_tokenizer *tokenizer, const lk_token *tokens,
                              size_t count, char **text);

/* What a character can be in a word. */
typedef enum { LK_CLASS_OTHER, LK_CLASS_LETTER, LK_CLASS_CAPITAL, LK_CLASS_DIGIT } lk_class;

/* Fills classes (one lk_class a token id, lk_tokenizer_size of them) by Unicode category.
 */
void lk_tokenizer_classes(const lk_tokenizer *tokenizer, uint8_t *classes);

LK_C_END

#endif

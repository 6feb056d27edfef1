/* The tokenizer whose tokens are characters. Id 0 is the pad, id 1 the mask, then the
 * corpus' distinct code points in code point order (the newline included). One that has
 * U+FFFD, Unicode's replacement character, takes it for every character that it lacks. */
#ifndef LOCKSTEP_CHARACTERS_H
#define LOCKSTEP_CHARACTERS_H

#include "lockstep/linkage.h"
#include "lockstep/tokenizer.h"

LK_C_BEGIN

#define LK_PAD_CODE_POINT  0x25A1u /* □ */
#define LK_MASK_CODE_POINT 0x2047u /* ⁇ */

#define LK_UNKNOWN_CODE_POINT 0xFFFDu

/* From the distinct code points of a text, in any order, repeats allowed, pad and mask not
 * among them. composes: as for lk_tokenizer_create. The caller owns *out:
 * lk_tokenizer_free. LK_BAD_DATA for what is no character. */
lk_status lk_characters_create(lk_tokenizer **out, const uint32_t *code_points,
                               size_t count, int composes);

/* From a stored table (pad and mask first, then ascending), which is checked. */
lk_status lk_characters_restore(lk_tokenizer **out, const uint32_t *table, size_t size);

/* The table itself, lk_tokenizer_size entries, owned by the tokenizer; NULL for other
 * kinds.
 */
const uint32_t *lk_characters_table(const lk_tokenizer *tokenizer);

/* The id of a code point, or -1. Of this kind only. */
int lk_characters_id(const lk_tokenizer *tokenizer, uint32_t code_point);

/* The id that stands for every character that the tokenizer lacks; -1: there is none, as in
 * other kinds. */
int lk_characters_unknown(const lk_tokenizer *tokenizer);

LK_C_END

#endif

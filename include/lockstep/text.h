/* Characters of a text, and the messages about those that cannot be used. */
#ifndef LOCKSTEP_TEXT_H
#define LOCKSTEP_TEXT_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* The character at `bytes`, of which `size` > 0 are there; returns its bytes. 0 for invalid
 * UTF-8 and for NUL, which would end a string early. */
int lk_text_next(const char *bytes, size_t size, uint32_t *code_point);

/* Nonzero for a byte inside a character, that is not its first. */
int lk_text_continues(char byte);

/* How many characters `size` bytes of UTF-8 are. */
uint64_t lk_text_count(const char *bytes, size_t size);

/* Decodes UTF-8 into the caller's code_points, which has room for `size` of them, and
 * stores their number. LK_BAD_DATA names `name`, the line (first is 1) and the byte within
 * the line. */
lk_status lk_utf8_decode(const char *bytes, size_t size, const char *name,
                         uint32_t *code_points, size_t *count);

/* Bytes as zero-terminated UTF-8, U+FFFD for each that is no part of a character. The
 * caller owns *text: lk_free. */
lk_status lk_text_repair(const char *bytes, size_t size, char **text);

/* Writes one code point as UTF-8 with a zero behind it; returns the bytes without the zero.
 */
int lk_utf8_encode(uint32_t code_point, char out[5]);

/* What a character can be in a text, by its Unicode category. Those from LK_CLASS_LETTER on
 * are parts of words. */
typedef enum {
  LK_CLASS_OTHER,
  LK_CLASS_SPACE, /* " " */
  LK_CLASS_STOP,  /* "." */
  LK_CLASS_LETTER,
  LK_CLASS_CAPITAL,
  LK_CLASS_DIGIT
} lk_class;

lk_class lk_text_class(uint32_t code_point);

/* Nonzero for white space, as Python's str.split takes a text apart. */
int lk_text_is_space(uint32_t code_point);

/* Where in a text a byte stands; all counted from 1. Read anew from the start: for messages
 * only. */
typedef struct {
  uint64_t line;
  uint64_t byte, character; /* within the line */
} lk_text_place;

lk_text_place lk_text_place_of(const char *bytes, size_t at);

/* LK_BAD_DATA: bytes that lk_text_next refused. Here and below line 0 is left out of the
 * message. */
lk_status lk_text_refuse_byte(const char *name, lk_text_place place, char byte);

/* LK_BAD_DATA: a character that is reserved (pad, mask) or not in the vocabulary. */
lk_status lk_text_refuse_character(const char *name, lk_text_place place,
                                   uint32_t code_point);

/* LK_BAD_DATA, naming line and byte, unless all of the text is UTF-8 without NUL. */
lk_status lk_text_check(const char *bytes, size_t size, const char *name);

LK_C_END

#endif

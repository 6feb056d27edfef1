/* Text to pieces, as byte-level BPE sees it: no token reaches over the end of one. How a
 * text is cut is said by a regular expression in Hugging Face's files; those that are known
 * are written out here, with Unicode's classes. Any bytes can be cut: what is no UTF-8
 * counts as signs of one byte. Not collective, no memory of its own. */
#ifndef LOCKSTEP_PIECES_H
#define LOCKSTEP_PIECES_H

#include "lockstep/linkage.h"
#include <stddef.h>

LK_C_BEGIN

/* X(name, regular expression): words with the blank before them, numbers, signs. */
#define LK_PATTERNS(X)                                                                     \
  X(gpt2, "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|"             \
          "\\s+(?!\\S)|\\s+")                                                              \
  X(cl100k, "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"      \
            " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")               \
  X(qwen2, "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"            \
           " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")
#define LK_PATTERN_ENUM(name, expression) LK_PATTERN_##name,
typedef enum { LK_PATTERNS(LK_PATTERN_ENUM) LK_PATTERN_COUNT } lk_pattern_kind;

/* The pattern's name and regular expression; NULL from LK_PATTERN_COUNT on. */
const char *lk_pattern_name(int kind);
const char *lk_pattern_expression(int kind);

/* What is a piece of its own before the pattern sees what is between: each digit (Unicode's
 * numbers), each character of the scripts that are written without blanks, in which a piece
 * would be a sentence. */
typedef struct {
  lk_pattern_kind kind;
  int digits, unspaced;
} lk_pattern;

/* As a class of regular expressions: those scripts. */
extern const char lk_pattern_unspaced[];

/* A text on its way to pieces. */
typedef struct {
  const lk_pattern *pattern;
  const char *at, *end;
  const char *until; /* of the stretch that the pattern sees; NULL: not looked for yet */
} lk_pieces;

/* Of bytes that stay, by a pattern that stays. */
lk_pieces lk_pieces_of(const lk_pattern *pattern, const char *bytes, size_t size);

/* The next piece, within the bytes; 0 behind the last. All pieces end to end are the bytes,
 * and none is empty. */
int lk_pieces_next(lk_pieces *pieces, const char **piece, size_t *size);

LK_C_END

#endif

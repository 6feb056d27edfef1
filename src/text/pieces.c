/* The patterns as code: every alternative of the regular expression in its order, each the
 * longest match that backtracking would find. */
#include "lockstep/pieces.h"
#include "lockstep/text.h"
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

typedef enum { OTHER, SPACE, LINE_END, LETTER, NUMBER, END } class;

/* A character: its class and its bytes. At the end of the stretch a class of no bytes. */
typedef struct {
  class is;
  int size;
  uint32_t code_point;
} sign;

/* What a pattern sees. */
typedef struct {
  const char *at, *end;
} stretch;

static const struct {
  const char *name, *expression;
} patterns[] = {
#define PATTERN_ROW(name, expression) {#name, expression},
    LK_PATTERNS(PATTERN_ROW)};

const char *lk_pattern_name(int kind) {
  return kind < LK_PATTERN_COUNT ? patterns[kind].name : NULL;
}

const char *lk_pattern_expression(int kind) {
  return kind < LK_PATTERN_COUNT ? patterns[kind].expression : NULL;
}

/* Unicode's White_Space is \s; the ends of lines are those of the patterns alone. */
static class class_of(uint32_t code_point) {
  if (code_point == '\n' || code_point == '\r') return LINE_END;
  if (code_point == 0x85 || (code_point >= '\t' && code_point <= '\r')) return SPACE;
  switch (utf8proc_category((utf8proc_int32_t)code_point)) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
    return LETTER;
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NL:
  case UTF8PROC_CATEGORY_NO:
    return NUMBER;
  case UTF8PROC_CATEGORY_ZS:
  case UTF8PROC_CATEGORY_ZL:
  case UTF8PROC_CATEGORY_ZP:
    return SPACE;
  default:
    return OTHER;
  }
}

static class class_of_ascii(unsigned char c) {
  static const uint8_t classes[128] = {
      ['\t'] = SPACE,         ['\n'] = LINE_END,      ['\v'] = SPACE,
      ['\f'] = SPACE,         ['\r'] = LINE_END,      [' '] = SPACE,
      ['0' ... '9'] = NUMBER, ['A' ... 'Z'] = LETTER, ['a' ... 'z'] = LETTER};
  return (class)classes[c];
}

static sign sign_at(const char *at, const char *end) {
  uint32_t code_point;
  if (at >= end) return (sign){END, 0, 0};
  unsigned char first = (unsigned char)*at;
  if (first < 0x80) return (sign){class_of_ascii(first), 1, first};
  int size = lk_text_next(at, (size_t)(end - at), &code_point);
  return size ? (sign){class_of(code_point), size, code_point} : (sign){OTHER, 1, 0};
}

/* Where the signs of a class that begin at `at` end, of at most so many. */
static const char *skip(const char *at, const char *end, class wanted, size_t most) {
  for (; most; most--) {
    if (at < end && (unsigned char)*at < 0x80) { /* the most frequent ones */
      if (class_of_ascii((unsigned char)*at) != wanted) break;
      at++;
      continue;
    }
    sign next = sign_at(at, end);
    if (next.is != wanted) break;
    at += next.size;
  }
  return at;
}

static int is_space(sign s) {
  return s.is == SPACE || s.is == LINE_END;
}

/* \s+(?!\S)|\s+, before which cl100k takes \s*[\r\n]+: up to the last end of a line. The
 * last of several blanks belongs to what comes behind them. */
static const char *match_space(stretch of, int by_lines) {
  const char *at = of.at, *last = of.at, *line = NULL;
  sign next;
  while (is_space(next = sign_at(at, of.end))) {
    last = at;
    at += next.size;
    if (next.is == LINE_END) line = at;
  }
  assert(at > of.at);
  if (by_lines && line) return line;
  return at == of.end || last == of.at ? at : last;
}

/* The letters of 's|'t|'re|'ve|'m|'ll|'d; of either case where `folds`, for which ſ is an
 * s. NULL where it is none. */
static const char *match_contraction(stretch of, int folds) {
  static const char two[][3] = {"re", "ve", "ll"};
  char letters[2] = {0};
  const char *at = of.at + 1;
  if (*of.at != '\'') return NULL;
  for (int i = 0; i < 2 && at < of.end; i++) {
    sign next = sign_at(at, of.end);
    char c = next.code_point < 0x80 ? (char)next.code_point : '\0';
    if (folds && next.is == LETTER) c = next.code_point == 0x17F ? 's' : (char)(c | 0x20);
    if (!i && c && strchr("stmd", c)) return at + next.size;
    letters[i] = c;
    at += next.size;
  }
  for (size_t i = 0; i < sizeof two / sizeof *two; i++)
    if (!memcmp(letters, two[i], 2)) return at;
  return NULL;
}

static const char *match_gpt2(stretch of) {
  const char *found = match_contraction(of, 0);
  if (found) return found;
  int blank = *of.at == ' ';
  sign next = sign_at(of.at + blank, of.end);
  if (next.is == END || is_space(next)) return match_space(of, 0);
  return skip(of.at + blank, of.end, next.is, SIZE_MAX);
}

static const char *match_cl100k(stretch of, size_t most_digits) {
  const char *found = match_contraction(of, 1);
  if (found) return found;
  sign first = sign_at(of.at, of.end), second = sign_at(of.at + first.size, of.end);
  if (first.is == LETTER) return skip(of.at, of.end, LETTER, SIZE_MAX);
  if (first.is == NUMBER) return skip(of.at, of.end, NUMBER, most_digits);
  if (first.is != LINE_END && second.is == LETTER)
    return skip(of.at + first.size, of.end, LETTER, SIZE_MAX);
  int blank = first.code_point == ' ' && second.is == OTHER;
  if (!blank && first.is != OTHER) return match_space(of, 1);
  found = skip(of.at + blank, of.end, OTHER, SIZE_MAX);
  return skip(found, of.end, LINE_END, SIZE_MAX);
}

static const char *match(lk_pattern_kind kind, stretch of) {
  switch (kind) {
  case LK_PATTERN_cl100k:
    return match_cl100k(of, 3);
  case LK_PATTERN_qwen2:
    return match_cl100k(of, 1);
  default:
    return match_gpt2(of);
  }
}

/* Thai, Lao, Tibetan, Burmese, Khmer, kana, Han in all its blocks. */
const char lk_pattern_unspaced[] =
    "[\u0E00-\u0FFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u4DBF\u4E00-\u9FFF"
    "\uF900-\uFAFF\uFF66-\uFF9F\U00020000-\U0003FFFD]";

static int is_unspaced(uint32_t c) {
  static const uint32_t blocks[][2] = {
      {0x0E00, 0x0FFF}, {0x1000, 0x109F}, {0x1780, 0x17FF},
      {0x3040, 0x30FF}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},
      {0xF900, 0xFAFF}, {0xFF66, 0xFF9F}, {0x20000, 0x3FFFD}};
  for (size_t i = 0; c >= blocks[0][0] && i < sizeof blocks / sizeof *blocks; i++)
    if (c >= blocks[i][0] && c <= blocks[i][1]) return 1;
  return 0;
}

static int is_apart(const lk_pattern *pattern, sign s) {
  return (pattern->digits && s.is == NUMBER) ||
         (pattern->unspaced && is_unspaced(s.code_point));
}

lk_pieces lk_pieces_of(const lk_pattern *pattern, const char *bytes, size_t size) {
  return (lk_pieces){pattern, bytes, bytes + size, NULL};
}

/* Up to the next character that stands apart. */
static const char *find_stretch(const lk_pieces *p) {
  const char *at = p->at;
  if (!p->pattern->digits && !p->pattern->unspaced) return p->end;
  while (at < p->end) {
    sign next = sign_at(at, p->end);
    if (is_apart(p->pattern, next)) break;
    at += next.size;
  }
  return at;
}

int lk_pieces_next(lk_pieces *pieces, const char **piece, size_t *size) {
  if (pieces->at == pieces->end) return 0;
  if (!pieces->until) pieces->until = find_stretch(pieces);
  *piece = pieces->at;
  if (pieces->at == pieces->until) {
    pieces->at += sign_at(pieces->at, pieces->end).size;
    pieces->until = NULL;
  } else {
    pieces->at = match(pieces->pattern->kind, (stretch){pieces->at, pieces->until});
  }
  assert(pieces->at > *piece && pieces->at <= pieces->end);
  *size = (size_t)(pieces->at - *piece);
  return 1;
}

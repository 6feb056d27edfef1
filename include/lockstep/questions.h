/* Question files: `question<TAB>answer` a line; the answer (with its tab) may be missing,
 * or there may be several right ones, each behind a tab. */
#ifndef LOCKSTEP_QUESTIONS_H
#define LOCKSTEP_QUESTIONS_H

#include "lockstep/clean.h"
#include "lockstep/hash.h"
#include "lockstep/linkage.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

typedef struct {
  const char *question; /* zero-terminated UTF-8, into the list's own text */
  const char *answer;   /* the first; NULL when the file has no answers */
  size_t answers;       /* right ones, each behind the zero of the one before */
  uint64_t line;        /* in the file, first is 1 */
} lk_question;

/* What a file has to have. */
typedef enum {
  LK_ONE_ANSWER_OR_NONE, /* on all lines alike */
  LK_ONE_ANSWER,
  LK_ANY_ANSWERS /* none on any line, or one and more on all */
} lk_answers_wanted;

typedef struct {
  char *text;         /* owned, the strings of the items */
  lk_question *items; /* (count), owned */
  size_t count;
  int has_answers;     /* every item has one, or none has */
  lk_sha256 sha256;    /* of the file's bytes */
  uint64_t characters; /* of the file, without what was left out */
  lk_left_out left_out;
} lk_questions;

/* Reads the file, or a pipe (lk_file_read). LK_BAD_DATA with file and line: invalid UTF-8,
 * an empty line, an empty question or answer, no line at all, and other answers than are
 * wanted. The last line
 * may lack its newline;
 * "\r\n" is read as "\n". The caller owns *out: lk_questions_free. */
lk_status lk_questions_read(lk_questions **out, const char *path, lk_answers_wanted wanted);

/* The same of the size bytes of `text`, with a zero behind them, which it takes over also
 * when it fails; `name` is for messages. */
lk_status lk_questions_parse(lk_questions **out, char *text, size_t size, const char *name,
                             lk_answers_wanted wanted);

/* Nonzero when the answer is one of the question's, to the letter, but for blanks around
 * it. */
int lk_question_is_answered(const lk_question *question, const char *answer);

void lk_questions_free(lk_questions *questions);

LK_C_END

#endif

/* A stream's lines. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_LINES_H
#define LOCKSTEP_DUMP_LINES_H

#include "dump/bytes.h"
#include "lockstep/text_stream.h"

typedef struct {
  lk_text_stream *stream; /* not owned */
  size_t longest;         /* bytes of a line */
  lk_bytes held;
  size_t begin, searched; /* of what is held: the next line, where no newline is before */
  int is_at_end;
  int is_within;    /* of a part: its first line is to be left out, which is another's */
  uint64_t place;   /* in the text, of the first byte held */
  uint64_t number;  /* of the last line, from 1, also of one that was left out */
  uint64_t given;   /* lines */
  uint64_t returns; /* carriage returns before their ends */
  int is_ended;     /* the last one, by a newline */
} lk_lines;

/* Begins to read; nothing is allocated yet. lk_lines_close at the end. */
void lk_lines_open(lk_lines *lines, lk_text_stream *stream, size_t longest);

/* The next line without its end and the carriage returns before, a zero behind it; the
 * lines' until the next call, and the caller may write to it. NULL behind the last: a line
 * belongs to the part in which the byte before it lies. Carriage returns alone at the end
 * of the text are no line. LK_BAD_DATA when it is longer than `longest`. */
lk_status lk_lines_next(lk_lines *lines, char **line, size_t *size);

void lk_lines_close(lk_lines *lines);

/* LK_BAD_DATA, naming the input and the last line. */
lk_status lk_lines_refuse(const lk_lines *lines, const char *what);

/* LK_BAD_DATA unless they are UTF-8 without NUL. */
lk_status lk_lines_check(const lk_lines *lines, const char *bytes, size_t size);

#endif

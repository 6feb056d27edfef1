/* A text that is read a piece at a time, whole lines each, so that no more of it is in
 * memory. Private to src/data. */
#ifndef LOCKSTEP_DATA_TEXT_FILE_H
#define LOCKSTEP_DATA_TEXT_FILE_H

#include "lockstep/clean.h"
#include "lockstep/input.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *name;  /* for messages */
  const char *bytes; /* that are in memory; NULL: they are in a file, which is open: */
  lk_input in;
  uint64_t size;
} lk_text_file;

/* Opens a file, no pipe; the path must stay. Errors as lk_input_open. */
lk_status lk_text_file_open(lk_text_file *text, const char *path);

/* A text in memory, which stays the caller's. */
lk_text_file lk_text_file_of(const char *bytes, size_t size, const char *name);
void lk_text_file_close(lk_text_file *text);

/* LK_NO_INPUT: the file has another size by now. */
lk_status lk_text_file_check(const lk_text_file *text);

/* LK_NO_INPUT, always: its bytes are not those of before. */
lk_status lk_text_file_refuse_change(const char *name);

/* Whole lines of a text. */
typedef struct {
  char *bytes; /* [room], owned: lk_free */
  size_t size, room;
} lk_text_piece;

/* Bytes of a piece, unless a line is longer. */
enum { LK_TEXT_PIECE = 1 << 18 };

/* Reads the piece that begins at byte `at`; its size is 0 at the end. LK_NO_INPUT: it
 * cannot be read, or became shorter. */
lk_status lk_text_piece_next(lk_text_piece *piece, const lk_text_file *text, uint64_t at);

/* Reads the piece of so many bytes that lk_text_piece_next gave there before. */
lk_status lk_text_piece_read(lk_text_piece *piece, const lk_text_file *text, uint64_t at,
                             size_t size);

/* Leaves out of a piece what is no part of a text (lockstep/clean.h). */
void lk_text_piece_clean(lk_text_piece *piece, int is_first, lk_left_out *count);

/* A line without its end; one that has none is the text's last. */
typedef struct {
  const char *bytes;
  size_t size;
  int ends;
} lk_text_line;

/* The line at byte *at of the piece, which is moved behind it; 0 at the piece's end. */
int lk_text_piece_line(const lk_text_piece *piece, size_t *at, lk_text_line *line);

#endif

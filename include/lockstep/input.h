/* What is read a part at a time: a file, a pipe, standard input. */
#ifndef LOCKSTEP_INPUT_H
#define LOCKSTEP_INPUT_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>

LK_C_BEGIN

typedef struct {
  const char *name; /* for messages; of the path that was given, which must stay */
  int descriptor;   /* -1: closed */
  size_t size;      /* 0: not known before its end */
  int is_standard;
} lk_input;

/* Opens a file, pipe, FIFO or "-" (standard input); the caller closes it. LK_NO_INPUT,
 * naming it and the reason, for what lk_file_read refuses. */
lk_status lk_input_open(lk_input *in, const char *path);

/* The next bytes, at most `room`; *part is 0 at the end. LK_NO_INPUT when the system cannot
 * read; LK_STOPPED when a signal (lk_signals_catch) came while there were no bytes. */
lk_status lk_input_read(const lk_input *in, char *bytes, size_t room, size_t *part);

/* Does nothing when it is closed. */
void lk_input_close(lk_input *in);

LK_C_END

#endif

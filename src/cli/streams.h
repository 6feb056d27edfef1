/* Standard input, output and error as a program finds them: closed, full, or with nobody at
 * the other end. */
#ifndef LOCKSTEP_CLI_STREAMS_H
#define LOCKSTEP_CLI_STREAMS_H

#include "lockstep/status.h"

/* First of all: what is closed stays unusable, but no file that is opened later takes its
 * number; a reader that has gone and a limit on the size of files become errors of the
 * write. Not collective. */
void lk_streams_prepare(void);

/* Writes what was printed so far, for a reader who waits for it. A failure is
 * lk_streams_check's, and ferror(stdout) tells of it. Not collective. */
void lk_streams_flush(void);

/* Last of all, or before work without an end: everything that was printed was written.
 * LK_IO otherwise. Not collective. */
lk_status lk_streams_check(void);

#endif

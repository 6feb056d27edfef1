/* What may be written to a terminal, decided in one place, and the one line of standard
 * error that is written over. */
#ifndef LOCKSTEP_TERMINAL_H
#define LOCKSTEP_TERMINAL_H

#include "lockstep/linkage.h"

LK_C_BEGIN

typedef struct {
  int rewrites; /* lines may be written over: it is a terminal, and TERM is not dumb */
  int colours;  /* and coloured: NO_COLOR is not set, or empty (https://no-color.org) */
  int width;    /* columns; 80 where they are not known */
  int height;   /* lines; 0 where they are not known */
} lk_terminal;

/* Of a descriptor, as it is now: windows are resized. Not collective, no failure. */
lk_terminal lk_terminal_of(int descriptor);

/* How many of a text's bytes fit into so many columns: whole characters, as wide as a
 * terminal shows them. */
int lk_terminal_fit(const char *text, int columns);

/* Shows a text in the last line of standard error, over what was shown there before and cut
 * to its width, where lk_terminal_of says that it may be. The text is visible
 * (lockstep/visible.h). The cursor stays in the line. */
void lk_terminal_show(const char *text);

/* Clears that line, if anything is shown there: before other lines go to standard error, as
 * lk_say does by itself. Any thread. */
void lk_terminal_clear(void);

LK_C_END

#endif

/* How runs stand, as lines for a terminal. Not collective. */
#ifndef LOCKSTEP_SCREEN_H
#define LOCKSTEP_SCREEN_H

#include "lockstep/linkage.h"
#include "lockstep/record.h"
#include "lockstep/terminal.h"
#include <stdio.h>

LK_C_BEGIN

enum { LK_SCREEN_MOST = 200 }; /* columns */

/* Progress, losses, speed, time left, a curve of the loss in block characters, where the
 * time goes, how the ranks of a run that goes on stand, and the last lines of the
 * history: lines of at most the terminal's width, and as above, in its colours; a picture
 * that it is too narrow for is left out. Where its height is known, ranks, notes and the
 * curve get the lines that are left, in this order. Text from files is shown, never obeyed.
 * LK_INTERNAL without memory. */
lk_status lk_screen_print(FILE *to, const lk_record *record, const lk_terminal *terminal);

/* Of several runs a line each. */
lk_status lk_screen_print_list(FILE *to, const lk_record *records, int count,
                               const lk_terminal *terminal);

LK_C_END

#endif

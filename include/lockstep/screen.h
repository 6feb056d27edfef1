/* How runs stand, as lines for a terminal. Not collective. */
#ifndef LOCKSTEP_SCREEN_H
#define LOCKSTEP_SCREEN_H

#include "lockstep/linkage.h"
#include "lockstep/record.h"
#include <stdio.h>

LK_C_BEGIN

enum { LK_SCREEN_LEAST = 30, LK_SCREEN_MOST = 200 }; /* columns */

/* Progress, losses, speed, time left, a curve of the loss in block characters, where the
 * time goes, and the last lines of the history: lines of at most `width` columns, which is
 * brought into the range above. Text from files is shown, never obeyed. LK_INTERNAL without
 * memory. */
lk_status lk_screen_print(FILE *to, const lk_record *record, int width);

/* Of several runs a line each. */
lk_status lk_screen_print_list(FILE *to, const lk_record *records, int count, int width);

LK_C_END

#endif

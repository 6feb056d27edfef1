/* Lengths of time as people read them. */
#ifndef LOCKSTEP_DURATION_H
#define LOCKSTEP_DURATION_H

#include "lockstep/linkage.h"

LK_C_BEGIN

enum { LK_DURATION_TEXT = 32 };

/* "2h03m", "4m10s", "12s" into `text`, which is returned. Not collective, no failure. */
const char *lk_duration_print(char text[LK_DURATION_TEXT], double seconds);

LK_C_END

#endif

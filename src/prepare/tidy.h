/* Characters that are no part of what a text says. Private to src/prepare. */
#ifndef LOCKSTEP_PREPARE_TIDY_H
#define LOCKSTEP_PREPARE_TIDY_H

#include "lockstep/prepare.h"

/* Leaves out of the *size bytes, in place, what has no meaning in a text (controls, private
 * and unassigned code points, U+FFFD), what has no width and turns nothing but the
 * direction, and the pad and the mask; blanks of other kinds become " ", line separators
 * newlines. Joiners and variation selectors stay: letters need them. Adds to *changes. The
 * bytes are UTF-8 without NUL. */
void lk_tidy(char *text, size_t *size, lk_prepare_changes *changes);

#endif

/* Text from files, names and hosts on a terminal: shown, never obeyed. */
#ifndef LOCKSTEP_VISIBLE_H
#define LOCKSTEP_VISIBLE_H

#include "lockstep/linkage.h"
#include <stddef.h>

LK_C_BEGIN

/* Copies a zero-terminated text into out, of which at most `room` bytes with the zero are
 * written, and returns out. A control character that is not among `kept` becomes its
 * picture (␛ for escape), other characters that a terminal would act on (C1 controls, turns
 * of the writing direction) become <U+009B>, bytes that are no UTF-8 become \x9B. No byte
 * becomes more than LK_VISIBLE_MOST. */
char *lk_visible(char *out, size_t room, const char *text, const char *kept);

enum { LK_VISIBLE_MOST = 4 };

/* Prints a text of any length to standard output the same way; lk_print_line keeps nothing
 * and adds a newline. */
void lk_print_visible(const char *text, const char *kept);
void lk_print_line(const char *text);

LK_C_END

#endif

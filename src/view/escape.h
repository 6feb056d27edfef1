/* Text from files and names inside pages: data, never markup or script. Control characters
 * and bytes that are no UTF-8 are shown (lockstep/visible.h). */
#ifndef LOCKSTEP_VIEW_ESCAPE_H
#define LOCKSTEP_VIEW_ESCAPE_H

#include "lockstep/status.h"
#include <stdio.h>

/* Between tags and inside attributes with double quotes. LK_INTERNAL without memory. */
lk_status lk_print_html(FILE *to, const char *text);

/* As a JSON string with its quotes, which neither ends a <script> nor begins a comment. */
lk_status lk_print_json(FILE *to, const char *text);

/* As JSON, with `digits` significant ones; null for what is not finite. */
void lk_print_number(FILE *to, double value, int digits);

#endif

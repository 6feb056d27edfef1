/* Outputs that a user named, looked at before the work whose result they are to hold. They
 * are written by lk_file_write. Not collective: for the process that writes them. */
#ifndef LOCKSTEP_OUTPUT_H
#define LOCKSTEP_OUTPUT_H

#include "lockstep/file.h"
#include "lockstep/linkage.h"

LK_C_BEGIN

/* The output (NULL: none) can be written, as far as can be seen: its folder is there, and
 * it is no folder itself. LK_IO otherwise; LK_USAGE when it is one of the `count` inputs,
 * under its own or another name. Inputs that are missing do not matter here. */
lk_status lk_output_check(const char *output, const char *const *inputs, int count);

/* LK_USAGE when two outputs (NULL: none) are one file, of which the second would replace
 * the first. What is written through, such as /dev/stdout, may be both. */
lk_status lk_output_check_two(const char *output, const char *other);

LK_C_END

#endif

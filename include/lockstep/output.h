/* Outputs that a user named: looked at before the work whose result they are to hold, and
 * written piece by piece; a whole one is written by lk_file_write. Not collective: for the
 * process that writes them. */
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

/* An output of any size on its way to where lk_file_write would write it. */
typedef struct lk_output lk_output;

/* Makes an empty file for its bytes: a temporary one beside what it replaces, where those
 * of processes that were killed are removed, or, for what is written through, one without a
 * name in $TMPDIR. LK_IO with the reason; else lk_output_commit or lk_output_discard ends
 * it and frees it. */
lk_status lk_output_begin(lk_output **out, const char *path);

/* To write and read that file by; owned by the output. */
int lk_output_descriptor(const lk_output *output);

/* It takes its place: replaced whole or not at all, or written through. LK_IO as
 * lk_file_write; no temporary file is left in any case. */
lk_status lk_output_commit(lk_output *output);

/* Leaves nothing behind. */
void lk_output_discard(lk_output *output);

LK_C_END

#endif

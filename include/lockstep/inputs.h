/* The dumps that a command names: files, folders, patterns, "-"; in an order that depends
 * on the names alone. */
#ifndef LOCKSTEP_INPUTS_H
#define LOCKSTEP_INPUTS_H

#include "lockstep/dump.h"

LK_C_BEGIN

/* All zero is empty. */
typedef struct {
  char **paths; /* owned, as each of them is */
  size_t count, room;
} lk_inputs;

/* Appends what an argument names: a file, a pipe or "-" itself; of a folder all files in it
 * and in its folders, sorted by name, without those whose name begins with a dot; of a
 * pattern ("enwiki-?.bz2", as a shell's) that is no file's name what it fits, sorted.
 * LK_NO_INPUT when there is none, LK_USAGE for a second "-". The caller calls
 * lk_inputs_free, also after a failure. */
lk_status lk_inputs_add(lk_inputs *inputs, const char *argument);

/* Opens number i. An index of a multistream dump, which has no pages, is first compared
 * with its dump: the one of the same name among the inputs, or beside it, or the only other
 * input. LK_BAD_DATA when it does not fit; LK_NO_INPUT when there is no dump for it,
 * or no other input. Else as lk_dump_open. The inputs must stay. */
lk_status lk_inputs_open(const lk_inputs *inputs, size_t i, const lk_dump_options *options,
                         lk_dump **dump);

void lk_inputs_free(lk_inputs *inputs);

LK_C_END

#endif

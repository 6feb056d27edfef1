/* The checkpoints of a folder. Not of a run: a link that a user gives leads to one too. */
#ifndef LOCKSTEP_RUN_LIST_H
#define LOCKSTEP_RUN_LIST_H

#include "lockstep/store.h"
#include <limits.h>

enum { LK_RUN_NAME = 64 };

/* The one name that the checkpoint of a step has: step-NNNNNN.h5. */
void lk_run_name(uint64_t step, char name[LK_RUN_NAME]);

typedef struct {
  int count;
  uint64_t *steps; /* newest first, owned */
} lk_run_list;

/* Files and links to files with such a name. What only looks like one (another number, a
 * folder, a pipe) is left out, and named on standard error where say_odd is set.
 * LK_NO_INPUT when the folder or a file's kind cannot be read. */
lk_status lk_run_list_read(lk_run_list *out, const char *folder, int say_odd);
void lk_run_list_clear(lk_run_list *list);

typedef enum {
  LK_RUN_GOOD,
  LK_RUN_DAMAGED, /* or of no use: the reason is lk_message() */
  LK_RUN_FOREIGN  /* the checkpoint of another step than its name says */
} lk_run_verdict;

/* Opens the checkpoint with that step's name and checks all of its numbers, moments too.
 * *out, the caller's, is NULL unless it is good. Anything else that stands in the way (no
 * permission, no memory, a failing disk) says nothing about the file, and is the status. */
lk_status lk_run_judge(const char *folder, uint64_t step, lk_checkpoint **out,
                       lk_run_verdict *verdict);

/* Renames it to NAME.SUFFIX, or NAME.SUFFIX-1 … where that is taken, and says so. LK_IO. */
lk_status lk_run_set_aside(const char *folder, uint64_t step, const char *suffix);

/* Nonzero when the path is a link to nothing; `target` is then what it says. */
int lk_run_dangles(const char *path, char target[PATH_MAX]);

#endif

/* Which parts there are, and the folder with what is done of them. Private to
 * src/prepare. */
#ifndef LOCKSTEP_PREPARE_PLAN_H
#define LOCKSTEP_PREPARE_PLAN_H

#include "lockstep/prepare.h"
#include <limits.h>

enum { LK_PREPARE_FOLDER = PATH_MAX - 32 }; /* room for the names of its files */

typedef struct {
  uint64_t input;
  lk_dump_part part;
  int is_whole; /* the input's only one */
} lk_prepare_part;

typedef struct {
  const lk_inputs *inputs;
  const lk_prepare_options *options;
  lk_prepare_part *parts; /* (count) in the order of the corpus */
  uint64_t count;
  uint64_t bytes;  /* of all inputs, as far as is known */
  int is_dump;     /* one of the inputs is one */
  int is_lines;    /* all are texts of a document a line */
  int is_one_text; /* the only input is a text of a document a line, not packed, no pipe */
  lk_dump *piped;  /* rank 0: the input that is a pipe, open; owned */
  char *templates; /* the text of options->templates, or NULL; owned */
  char folder[LK_PREPARE_FOLDER];
  int lock;         /* rank 0: the folder's, a descriptor; -1: it has none */
  int is_resumable; /* the folder stays when the command is stopped */
} lk_prepare_plan;

/* All ranks: rank 0 looks at the inputs, all get the plan. lk_prepare_plan_free, also after
 * a failure. */
lk_status lk_prepare_plan_make(lk_world *world, lk_prepare_plan *plan,
                               const lk_inputs *inputs, const char *output,
                               const lk_prepare_options *options);
void lk_prepare_plan_free(lk_prepare_plan *plan);

/* The file that tells what parts are of, and what it begins with. */
#define LK_PREPARE_PLAN       "plan"
#define LK_PREPARE_PLAN_START "program "

/* Rank 0: makes the folder, or takes the one that a stopped command with the same inputs
 * and options left; says so. It is this command's alone until lk_prepare_plan_free.
 * LK_USAGE as the next, or where another command works in it; LK_IO. */
lk_status lk_prepare_folder_open(lk_prepare_plan *plan);

/* Rank 0: LK_USAGE where what is there is a link, no folder, or neither empty nor of a plan
 * of ours. */
lk_status lk_prepare_folder_check(const lk_prepare_plan *plan);

/* Rank 0: removes all that is ours in it, unless that check refuses it. */
void lk_prepare_folder_empty(const lk_prepare_plan *plan);

/* Rank 0: the same, and the folder, if it was opened. */
void lk_prepare_folder_remove(const lk_prepare_plan *plan);

/* The file of a part. */
void lk_prepare_part_path(const lk_prepare_plan *plan, uint64_t part, char path[PATH_MAX]);

/* LK_STOPPED after a signal: for loops that read no input. */
lk_status lk_prepare_go_on(void);

/* Whether the inputs' texts are brought to NFC. */
int lk_prepare_composes(const lk_prepare_plan *plan);

#endif

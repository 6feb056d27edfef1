/* The inside of a run directory. */
#ifndef LOCKSTEP_TRAIN_RUN_DIRECTORY_H
#define LOCKSTEP_TRAIN_RUN_DIRECTORY_H

#include "lockstep/run.h"
#include <limits.h>

/* A CSV file that grows by a row at a time; the first column is the step. */
typedef struct {
  const char *name, *header;
  int file; /* descriptor */
} lk_run_table;

struct lk_run {
  const lk_config *config; /* not owned */
  int lock;                /* descriptor */
  lk_run_table metrics, dev, probe;
  uint64_t dev_step;           /* last row of dev.csv … */
  int dev_rows;                /* … if it has any */
  uint64_t best_correct;       /* of the checkpoint that `best` links to, or 0 */
  char folder[PATH_MAX - 300]; /* room for the names inside it */
  char checkpoint[PATH_MAX];
};

/* Path of a file of the run; the folder's length is checked once, in lk_run_open. */
void lk_run_path(const lk_run *run, const char *name, char path[PATH_MAX]);

/* run_table.c. Starts the tables, or goes on with them after their rows of step `step`. */
lk_status lk_run_begin_tables(lk_run *run, uint64_t step);
void lk_run_close_tables(lk_run *run);

/* run_checkpoints.c. Points checkpoints/`link` to the checkpoint of this step; does nothing
 * when there is none. */
lk_status lk_run_point(const lk_run *run, const char *link, uint64_t step);

#endif

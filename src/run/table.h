/* A CSV file of a run that grows by a row at a time, and goes on after a stop where the
 * checkpoint was. The first column is the step. */
#ifndef LOCKSTEP_RUN_TABLE_H
#define LOCKSTEP_RUN_TABLE_H

#include "run/directory.h"
#include "run/table_scan.h"

typedef struct {
  const char *name, *header; /* the header with its newline */
  const char *questions;     /* the file that says whose scores it holds; NULL: no scores */
  int file;                  /* descriptor, -1: not begun */
} lk_run_table;

/* The tables of scores, not begun: csv.c writes them, scores.c reads them back. */
extern const lk_run_table lk_run_dev_table, lk_run_probe_table;

/* Starts it, or goes on with it after its rows up to `step`. What cannot be gone on with is
 * set aside, never emptied. LK_IO. */
lk_status lk_run_table_begin(const lk_run *run, lk_run_table *table, uint64_t step);

/* The row comes with its newline, and is written whole or not at all: LK_IO. */
lk_status lk_run_table_append(const lk_run *run, const lk_run_table *table,
                              const char *row);
void lk_run_table_close(lk_run_table *table);

/* What stands in the file now, begun or not; a fault where it cannot be gone on with.
 * Changes nothing. LK_INTERNAL when memory is short. */
lk_status lk_run_table_look(const lk_run *run, const lk_run_table *table, uint64_t step,
                            lk_table_scan *scan);

/* Whose scores it holds, by the file beside it: 1: of this run's questions, -1: of others,
 * 0: nothing is said. */
int lk_run_table_compare_questions(const lk_run *run, const lk_run_table *table);

#endif

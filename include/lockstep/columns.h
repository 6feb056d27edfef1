/* A table of numbers that a run wrote, read back as far as it can be: it may be of another
 * version, damaged, or still grow. Not collective. */
#ifndef LOCKSTEP_COLUMNS_H
#define LOCKSTEP_COLUMNS_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>

LK_C_BEGIN

enum { LK_COLUMNS_MOST = 64 };

/* All zero: an empty table. */
typedef struct {
  char *text;                         /* owned; holds the names */
  const char *names[LK_COLUMNS_MOST]; /* (count), of the first line */
  double *values;                     /* (rows, count), owned */
  int count;
  size_t rows;
  size_t left_out; /* lines that are no row: damaged, or with a step that does not grow */
} lk_columns;

/* Reads a CSV file whose first line names the columns; a table with a column `step` has a
 * row a step. A file that is missing is an empty table; a link is not followed, as nowhere
 * in a run. A last line without its end is not there yet. LK_NO_INPUT when it cannot be
 * read. The caller owns what *out holds, also after a failure: lk_columns_clear. */
lk_status lk_columns_read(lk_columns *out, const char *path);
void lk_columns_clear(lk_columns *columns);

/* The place of a column, -1 where there is none. */
int lk_columns_find(const lk_columns *columns, const char *name);

/* The number in a row; NaN for a column of -1. */
double lk_columns_at(const lk_columns *columns, size_t row, int column);

/* The last finite number of a column; NaN where there is none. */
double lk_columns_newest(const lk_columns *columns, const char *name);

LK_C_END

#endif

/* Tables of numbers with named columns: printed, written as CSV, shown in HTML. A number is
 * written with the same digits everywhere. Not collective. */
#ifndef LOCKSTEP_TABLE_H
#define LOCKSTEP_TABLE_H

#include "lockstep/linkage.h"
#include "lockstep/memory.h"
#include <stdio.h>

LK_C_BEGIN

enum { LK_MOST_COLUMNS = 16 };

typedef struct {
  char name[24];  /* heads the column everywhere */
  char format[8]; /* printf's, for a double, such as "%.3e" */
} lk_column;

typedef struct {
  char name[32];       /* the CSV file's, without its ending */
  const char *caption; /* one line; the caller's */
  int shown;           /* 0: data of a picture alone, neither printed nor on the page */
  lk_column columns[LK_MOST_COLUMNS];
  int column_count, rows, room;
  double *values; /* (rows, column_count), owned */
} lk_table;

/* An empty table that is shown. column_count <= LK_MOST_COLUMNS. The caller owns *out. */
lk_status lk_table_create(lk_table **out, const char *name, const char *caption,
                          const lk_column *columns, int column_count);
void lk_table_free(lk_table *table);

/* Appends row[count]; count is column_count. */
lk_status lk_table_add(lk_table *table, const double *row, int count);

/* The same from a list of numbers. */
#define LK_TABLE_ADD(table, ...)                                                           \
  lk_table_add((table), (const double[]){__VA_ARGS__},                                     \
               (int)(sizeof((const double[]){__VA_ARGS__}) / sizeof(double)))

/* The number in a row and the column of that name, which must be there. */
double lk_table_at(const lk_table *table, int row, const char *column);

void lk_table_print(const lk_table *table, FILE *to);      /* caption, aligned columns */
void lk_table_print_html(const lk_table *table, FILE *to); /* a <table> */

/* Writes FOLDER/NAME.csv. A file there that has not the table's columns is set aside.
 * LK_IO. */
lk_status lk_table_write_csv(const lk_table *table, const char *folder);

/* Nonzero where FOLDER/NAME.csv has the table's columns. */
int lk_table_is_in(const lk_table *table, const char *folder);

LK_C_END

#endif

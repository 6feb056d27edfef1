/* What came out of an experiment: tables, pictures, one sentence; and the page that shows
 * several. Pictures are drawn by gnuplot from the CSV files of the tables. Not collective.
 */
#ifndef LOCKSTEP_REPORT_H
#define LOCKSTEP_REPORT_H

#include "lockstep/linkage.h"
#include "lockstep/table.h"

LK_C_BEGIN

typedef struct {
  char name[32];     /* of its files, without their endings */
  int width, height; /* pixels */
  char *commands;    /* gnuplot's; owned by the report */
} lk_picture;

typedef struct {
  const char *name, *title, *formulas; /* the caller's; formulas are HTML */
  lk_table **tables;                   /* (table_count), owned */
  int table_count;
  lk_picture *pictures; /* (picture_count), owned */
  int picture_count;
  char sentence[768]; /* what is seen */
} lk_report;

/* Frees what the report owns. A zeroed report is an empty one. */
void lk_report_clear(lk_report *report);

/* Appends an empty table, owned by the report, as by lk_table_create. */
lk_status lk_report_add_table(lk_report *report, lk_table **out, const char *name,
                              const char *caption, const lk_column *columns,
                              int column_count);

/* Appends a picture: `variables`, such as "n = 4", then `commands`, in gnuplot's language.
 * They find linetypes of colours that everybody can tell apart, CSV as the data format, and
 * the folder as the place to read from. */
lk_status lk_report_add_picture(lk_report *report, const char *name, int width, int height,
                                const char *variables, const char *commands);

/* Prints tables and sentence; writes into the folder, made if need be, the tables as CSV
 * and a gnuplot script NAME.gp a picture. What is there under their names and is of no
 * report is set aside, pictures too where the first table is not the report's. LK_IO. */
lk_status lk_report_publish(const lk_report *report, const char *folder);

/* Draws NAME.svg and NAME.png of every picture from what was published. LK_IO; LK_NO_INPUT
 * when there is no gnuplot. */
lk_status lk_report_draw(const lk_report *report, const char *folder);

/* Writes FOLDER/index.html, which shows the reports with the pictures beside it. Another
 * page there is set aside. LK_IO. */
lk_status lk_report_page(const lk_report *reports, int count, const char *folder);

LK_C_END

#endif

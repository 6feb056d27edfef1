#include "lockstep/table.h"
#include "lab/own.h"
#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

lk_status lk_table_create(lk_table **out, const char *name, const char *caption,
                          const lk_column *columns, int column_count) {
  lk_table *table = NULL;
  *out = NULL;
  assert(column_count <= LK_MOST_COLUMNS);
  LK_TRY(LK_NEW(table, 1));
  snprintf(table->name, sizeof table->name, "%s", name);
  table->caption = caption;
  table->shown = 1;
  table->column_count = column_count;
  memcpy(table->columns, columns, (size_t)column_count * sizeof *columns);
  *out = table;
  return LK_OK;
}

void lk_table_free(lk_table *table) {
  if (!table) return;
  lk_free(table->values);
  lk_free(table);
}

lk_status lk_table_add(lk_table *table, const double *row, int count) {
  assert(count == table->column_count);
  size_t columns = (size_t)table->column_count, used = (size_t)table->rows * columns;
  if (table->rows == table->room) {
    int room = table->room ? 2 * table->room : 16;
    double *values = NULL;
    LK_TRY(LK_NEW(values, (size_t)room * columns));
    if (used) memcpy(values, table->values, used * sizeof *values);
    lk_free(table->values);
    table->values = values;
    table->room = room;
  }
  memcpy(table->values + used, row, columns * sizeof *row);
  table->rows++;
  return LK_OK;
}

static double cell(const lk_table *table, int row, int column) {
  return table->values[row * table->column_count + column];
}

double lk_table_at(const lk_table *table, int row, const char *column) {
  int i = 0;
  assert(row < table->rows);
  while (i < table->column_count && strcmp(table->columns[i].name, column))
    i++;
  assert(i < table->column_count);
  return cell(table, row, i);
}

enum { CELL = 40 };

static void format_cell(const lk_table *table, int row, int column, char text[CELL]) {
  double value = cell(table, row, column);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  if (isnan(value))
    snprintf(text, CELL, "nan"); /* without the sign that some platforms print */
  else
    snprintf(text, CELL, table->columns[column].format, value);
#pragma GCC diagnostic pop
}

static int width_of(const lk_table *table, int column) {
  char text[CELL];
  size_t width = strlen(table->columns[column].name);
  for (int row = 0; row < table->rows; row++) {
    format_cell(table, row, column, text);
    if (strlen(text) > width) width = strlen(text);
  }
  return (int)width;
}

void lk_table_print(const lk_table *table, FILE *to) {
  int widths[LK_MOST_COLUMNS];
  char text[CELL];
  fprintf(to, "%s\n", table->caption);
  for (int c = 0; c < table->column_count; c++) {
    widths[c] = width_of(table, c);
    fprintf(to, "%s%*s", c ? "  " : "", widths[c], table->columns[c].name);
  }
  for (int row = 0; row < table->rows; row++) {
    fputc('\n', to);
    for (int c = 0; c < table->column_count; c++) {
      format_cell(table, row, c, text);
      fprintf(to, "%s%*s", c ? "  " : "", widths[c], text);
    }
  }
  fputs("\n\n", to);
}

void lk_table_print_html(const lk_table *table, FILE *to) {
  char text[CELL];
  fprintf(to, "<table><caption>%s</caption>\n<tr>", table->caption);
  for (int c = 0; c < table->column_count; c++)
    fprintf(to, "<th>%s</th>", table->columns[c].name);
  for (int row = 0; row < table->rows; row++) {
    fputs("</tr>\n<tr>", to);
    for (int c = 0; c < table->column_count; c++) {
      format_cell(table, row, c, text);
      fprintf(to, "<td>%s</td>", text);
    }
  }
  fputs("</tr>\n</table>\n", to);
}

enum { NAMES = 400 /* bytes of the first line, by which a file is known as this table */ };

static void print_names(const lk_table *table, char text[NAMES]) {
  int length = 0;
  for (int c = 0; c < table->column_count && length < NAMES; c++)
    length += snprintf(text + length, (size_t)(NAMES - length), "%s%s", c ? "," : "",
                       table->columns[c].name);
  assert(length < NAMES);
}

/* A name may have a setting in it, from its first digit on. */
static void take_mark(char names[NAMES]) {
  names[strcspn(names, "0123456789")] = '\0';
}

int lk_table_is_in(const lk_table *table, const char *folder) {
  char path[PATH_MAX], names[NAMES];
  print_names(table, names);
  take_mark(names);
  snprintf(path, sizeof path, "%s/%s.csv", folder, table->name);
  return lk_lab_is_own(path, names);
}

static void print_csv(const lk_table *table, const char *names, FILE *to) {
  char text[CELL];
  fputs(names, to);
  for (int row = 0; row < table->rows; row++)
    for (int c = 0; c < table->column_count; c++) {
      format_cell(table, row, c, text);
      fprintf(to, "%s%s", c ? "," : "\n", text);
    }
  fputc('\n', to);
}

lk_status lk_table_write_csv(const lk_table *table, const char *folder) {
  char path[PATH_MAX], names[NAMES], *text = NULL;
  size_t size;
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return lk_fail(LK_INTERNAL, "%s: out of memory", table->name);
  print_names(table, names);
  print_csv(table, names, memory);
  take_mark(names);
  snprintf(path, sizeof path, "%s/%s.csv", folder, table->name);
  lk_status status = fclose(memory) ? lk_fail(LK_INTERNAL, "%s: out of memory", path)
                                    : lk_lab_write(path, names, text, size);
  free(text);
  return status;
}

#include "lockstep/columns.h"
#include "lockstep/memory.h"
#include "view/own_file.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int lk_columns_find(const lk_columns *columns, const char *name) {
  for (int i = 0; i < columns->count; i++)
    if (!strcmp(columns->names[i], name)) return i;
  return -1;
}

double lk_columns_at(const lk_columns *columns, size_t row, int column) {
  assert(row < columns->rows && column < columns->count);
  return column < 0 ? NAN : columns->values[row * (size_t)columns->count + (size_t)column];
}

double lk_columns_newest(const lk_columns *columns, const char *name) {
  int column = lk_columns_find(columns, name);
  for (size_t i = columns->rows; i-- > 0 && column >= 0;)
    if (isfinite(lk_columns_at(columns, i, column)))
      return lk_columns_at(columns, i, column);
  return NAN;
}

/* Cuts the first line into names; where the rows begin. */
static char *take_names(lk_columns *out) {
  char *line = out->text, *end = strchr(line, '\n'), *rest;
  if (!end) return line + strlen(line);
  *end = '\0';
  if (end > line && end[-1] == '\r') end[-1] = '\0';
  for (char *name = strtok_r(line, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
    if (out->count < LK_COLUMNS_MOST) out->names[out->count++] = name;
  return end + 1;
}

/* So many numbers, commas between them, and nothing else up to the end of the line. */
static int parse_row(const char *at, const char *end, int count, double *row) {
  for (int i = 0; i < count; i++) {
    char *stop;
    if (at >= end || strchr(" \t\n\v\f\r,", *at)) return 0;
    row[i] = strtod(at, &stop);
    if (stop == at || stop > end) return 0;
    at = stop + (i < count - 1 && *stop == ',');
    if (i < count - 1 && at == stop) return 0;
  }
  return at == end || (at + 1 == end && *at == '\r');
}

/* Nonzero for a number that counts, and more than that of the row before row i. */
static int goes_on(const lk_columns *out, size_t i, double step, int column) {
  if (column < 0) return 1;
  if (!(step >= 0 && step < 1e18)) return 0;
  return i == 0 || step > lk_columns_at(out, i - 1, column);
}

/* A row that does not go on from the last one, but from that before, tells that the last
 * one's step is damaged: it would hide all that come. */
static void take_row(lk_columns *out, const double *row, int column) {
  double step = column < 0 ? 0 : row[column];
  size_t i = out->rows;
  if (i > 0 && column >= 0 && step < lk_columns_at(out, i - 1, column)) i--;
  if (!goes_on(out, i, step, column)) {
    out->left_out++;
    return;
  }
  out->left_out += out->rows - i;
  memmove(out->values + i * (size_t)out->count, row, (size_t)out->count * sizeof *row);
  out->rows = i + 1;
}

static void take_rows(lk_columns *out, char *line) {
  int step = lk_columns_find(out, "step");
  for (char *end; (end = strchr(line, '\n')); line = end + 1) {
    double *row = out->values + out->rows * (size_t)out->count;
    *end = '\0'; /* strtod stops here */
    if (parse_row(line, end, out->count, row))
      take_row(out, row, step);
    else
      out->left_out++;
  }
}

static size_t count_lines(const char *text) {
  size_t lines = 0;
  for (; *text; text++)
    lines += *text == '\n';
  return lines;
}

lk_status lk_columns_read(lk_columns *out, const char *path) {
  size_t size;
  memset(out, 0, sizeof *out);
  LK_TRY(lk_own_file_read(path, &out->text, &size));
  char *rows = take_names(out);
  size_t room = count_lines(rows) * (size_t)out->count;
  LK_TRY(lk_allocate((void **)&out->values, room, sizeof *out->values, path));
  if (out->count) take_rows(out, rows);
  return LK_OK;
}

void lk_columns_clear(lk_columns *columns) {
  lk_free(columns->text);
  lk_free(columns->values);
  memset(columns, 0, sizeof *columns);
}

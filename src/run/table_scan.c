#include "run/table_scan.h"
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_ROW = 512, MOST_COLUMNS = 32 };

/* One row. Whole numbers are exact in the columns that are counts. */
typedef struct {
  double values[MOST_COLUMNS];
  uint64_t step;
  int columns;
} row;

static int starts_with(const char *text, size_t size, const char *start) {
  size_t length = strlen(start);
  return size >= length && !memcmp(text, start, length);
}

static int count_columns(const char *header) {
  int columns = 1;
  for (; *header; header++)
    columns += *header == ',';
  assert(columns <= MOST_COLUMNS);
  return columns;
}

/* What a power cut leaves of a line: a start of it, and zeros for what was not written. */
static int is_cut_off(const char *text, size_t size, size_t length) {
  for (size_t i = length; i < size; i++)
    if (text[i]) return 0;
  return 1;
}

static int is_torn_header(const char *text, size_t size, const char *header) {
  size_t length = 0;
  while (length < size && header[length] && text[length] == header[length])
    length++;
  return is_cut_off(text, size, length);
}

static int of_a_row(char c) {
  return c && strchr("0123456789.,+-einfa", c);
}

static int is_torn_row(const char *text, size_t size) {
  size_t length = 0;
  while (length < size && of_a_row(text[length]))
    length++;
  return length < LONGEST_ROW && is_cut_off(text, size, length);
}

/* A number and what ends it; NULL where there is none. */
static const char *read_number(const char *at, char end, double *value) {
  char *stop;
  if (!of_a_row(*at) || *at == ',') return NULL;
  *value = strtod(at, &stop);
  return *stop == end ? stop + 1 : NULL;
}

/* 0 unless the line, without its newline, has so many numbers and nothing else. */
static int parse_row(const char *line, size_t length, int columns, row *out) {
  char text[LONGEST_ROW], *end;
  if (length >= sizeof text) return 0;
  for (size_t i = 0; i < length; i++)
    if (!of_a_row(line[i])) return 0;
  memcpy(text, line, length);
  text[length] = '\0';
  errno = 0;
  out->step = strtoull(text, &end, 10);
  if (errno || end == text || *text == '-' || *text == '+') return 0;
  const char *at = text;
  for (out->columns = 0; out->columns < columns && at; out->columns++)
    at = read_number(at, out->columns == columns - 1 ? '\0' : ',',
                     &out->values[out->columns]);
  return at && (*end == ',' || columns == 1);
}

__attribute__((format(printf, 2, 3))) static void blame(lk_table_scan *scan,
                                                        const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(scan->fault, sizeof scan->fault, format, arguments);
  va_end(arguments);
}

static void blame_header(lk_table_scan *scan, const char *text, size_t size) {
  const char *end = memchr(text, '\n', size);
  if (starts_with(text, size, "\xEF\xBB\xBF"))
    blame(scan, "it begins with a byte order mark");
  else if (end && end > text && end[-1] == '\r')
    blame(scan, "its lines end with a carriage return");
  else
    blame(scan, "its header is another");
}

/* Whether the row fits behind those before it, and is of these questions. */
static void judge_row(lk_table_scan *scan, const row *r, uint64_t before,
                      uint64_t questions) {
  unsigned long long line = scan->all + 2;
  if (scan->all && r->step <= before)
    blame(scan, "in line %llu its steps are out of order", line);
  else if (questions && r->values[2] != (double)questions)
    blame(scan, "line %llu is of %.0f dev questions, there are %llu", line, r->values[2],
          (unsigned long long)questions);
  else if (questions && !(r->values[1] >= 0 && r->values[1] <= r->values[2]))
    blame(scan, "line %llu has more right answers than questions", line);
}

static void take_row(lk_table_scan *scan, const row *r, uint64_t step, uint64_t questions) {
  scan->all++;
  if (r->step > step) return;
  scan->rows++;
  scan->step = r->step;
  if (!questions || r->step == 0 || r->values[1] <= (double)scan->most) return;
  scan->most = (uint64_t)r->values[1];
  scan->best = r->step;
}

static void scan_rows(lk_table_scan *scan, const char *text, size_t size, int columns,
                      uint64_t step, uint64_t questions) {
  const char *at = text + scan->kept, *end;
  row r = {.step = 0};
  while ((end = memchr(at, '\n', (size_t)(text + size - at)))) {
    uint64_t before = r.step;
    if (parse_row(at, (size_t)(end - at), columns, &r))
      judge_row(scan, &r, before, questions);
    else
      blame(scan, "line %llu is no row of it", (unsigned long long)scan->all + 2);
    if (*scan->fault) return;
    take_row(scan, &r, step, questions);
    at = end + 1;
    if (r.step <= step) scan->kept = (size_t)(at - text);
  }
  if (!is_torn_row(at, (size_t)(text + size - at)))
    blame(scan, "what follows line %llu is no row of it",
          (unsigned long long)scan->all + 1);
}

lk_table_scan lk_table_scan_text(const char *text, size_t size, const char *header,
                                 uint64_t step, uint64_t questions) {
  lk_table_scan scan = {.kept = 0};
  if (starts_with(text, size, header)) {
    scan.kept = strlen(header);
    scan_rows(&scan, text, size, count_columns(header), step, questions);
  } else if (!is_torn_header(text, size, header)) {
    blame_header(&scan, text, size);
  }
  return scan;
}

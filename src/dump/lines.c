#include "dump/lines.h"
#include "dump/utf8.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { READ = 1 << 17 }; /* bytes at a time */

void lk_lines_open(lk_lines *lines, lk_text_stream *stream, size_t longest) {
  *lines = (lk_lines){.stream = stream,
                      .longest = longest,
                      .is_within = lk_text_stream_begins_within(stream)};
}

lk_status lk_lines_refuse(const lk_lines *lines, const char *what) {
  return lk_fail(LK_BAD_DATA, "%s: line %llu%s: %s", lk_text_stream_name(lines->stream),
                 (unsigned long long)lines->number, lk_text_stream_origin(lines->stream),
                 what);
}

static lk_status refuse_length(lk_lines *lines) {
  char what[96];
  lines->number++;
  snprintf(what, sizeof what, "is longer than %zu bytes, which is the limit",
           lines->longest);
  return lk_lines_refuse(lines, what);
}

static lk_status read_on(lk_lines *lines) {
  size_t got;
  lk_bytes *held = &lines->held;
  held->size -= lines->begin;
  if (held->bytes) memmove(held->bytes, held->bytes + lines->begin, held->size);
  lines->searched -= lines->begin;
  lines->place += lines->begin;
  lines->begin = 0;
  if (held->size > lines->longest) return refuse_length(lines);
  LK_TRY(lk_bytes_reserve(held, READ));
  LK_TRY(lk_text_stream_read(lines->stream, held->bytes + held->size, READ, &got));
  held->size += got;
  lines->is_at_end = got < READ;
  return LK_OK;
}

/* Where the next line ends in what is held, which is made to hold it. */
static lk_status find_end(lk_lines *lines, char **end) {
  for (;;) {
    lk_bytes *held = &lines->held;
    assert(lines->begin <= lines->searched && lines->searched <= held->size);
    size_t left = held->size - lines->searched;
    *end = left ? memchr(held->bytes + lines->searched, '\n', left) : NULL;
    if (*end) return LK_OK;
    lines->searched = held->size;
    *end = held->bytes ? held->bytes + held->size : NULL;
    if (lines->is_at_end) return LK_OK;
    LK_TRY(read_on(lines));
  }
}

/* Whether the part's last line is before what is next. */
static int is_beyond(const lk_lines *lines) {
  return lines->place + lines->begin > lk_text_stream_owned(lines->stream);
}

/* Up to the first newline, or the end of the part: nothing of it is held. */
static lk_status leave_out_first(lk_lines *lines) {
  const lk_bytes *held = &lines->held;
  const char *end = NULL;
  while (!end && !lines->is_at_end && !is_beyond(lines)) {
    LK_TRY(read_on(lines));
    end = held->size ? memchr(held->bytes, '\n', held->size) : NULL;
    lines->begin = end ? (size_t)(end - held->bytes) + 1 : held->size;
  }
  lines->searched = lines->begin;
  lines->number += end != NULL;
  lines->is_within = 0;
  return LK_OK;
}

static void leave_out_returns(lk_lines *lines, char *line, size_t *size) {
  for (; *size && line[*size - 1] == '\r'; --*size)
    lines->returns++;
  line[*size] = '\0';
}

lk_status lk_lines_next(lk_lines *lines, char **line, size_t *size) {
  char *end;
  *line = NULL;
  *size = 0;
  if (lines->is_within) LK_TRY(leave_out_first(lines));
  if (is_beyond(lines)) return LK_OK;
  LK_TRY(find_end(lines, &end));
  if (lines->begin == lines->held.size) return LK_OK;
  char *begin = lines->held.bytes + lines->begin;
  *size = (size_t)(end - begin);
  if (*size > lines->longest) return refuse_length(lines);
  int is_ended = *size < lines->held.size - lines->begin;
  lines->begin += *size + (size_t)is_ended;
  lines->searched = lines->begin;
  leave_out_returns(lines, begin, size);
  if (!is_ended && !*size) return LK_OK;
  lines->number++;
  lines->given++;
  lines->is_ended = is_ended;
  *line = begin;
  return LK_OK;
}

void lk_lines_close(lk_lines *lines) {
  lk_bytes_free(&lines->held);
}

lk_status lk_lines_check(const lk_lines *lines, const char *bytes, size_t size) {
  if (lk_utf8_span(bytes, size) == size) return LK_OK;
  return lk_lines_refuse(lines, "is no UTF-8, or has a NUL");
}

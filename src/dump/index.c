#include "dump/index.h"
#include "dump/lines.h"
#include "dump/reader.h"
#include "lockstep/file.h"
#include "lockstep/input.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What an index says is not needed for reading all pages. */
static lk_status open_nothing(lk_dump *dump) {
  (void)dump;
  return LK_OK;
}

static lk_status next_of_none(lk_dump *dump, int *there) {
  (void)dump;
  *there = 0;
  return LK_OK;
}

static void close_nothing(lk_dump *dump) {
  (void)dump;
}

const lk_reader lk_reader_index = {LK_DUMP_INDEX, open_nothing, next_of_none, close_nothing,
                                   NULL};

/* Nonzero when a stream begins there: its head, and a block. */
static int begins_stream(int descriptor, uint64_t offset) {
  char head[10];
  if (offset > INT64_MAX) return 0;
  return pread(descriptor, head, sizeof head, (off_t)offset) == (ssize_t)sizeof head &&
         !memcmp(head, "BZh", 3) && !memcmp(head + 4, "1AY&SY", 6);
}

static lk_status refuse(const lk_lines *lines, const lk_input *dump, uint64_t offset) {
  char what[64];
  snprintf(what, sizeof what, "no bz2 stream begins at byte %llu of ",
           (unsigned long long)offset);
  return lk_fail(LK_BAD_DATA,
                 "%s: line %llu: %s%s: the index does not fit this dump; fetch both of one "
                 "day",
                 lk_text_stream_name(lines->stream), (unsigned long long)lines->number,
                 what, dump->name);
}

static lk_status check_line(const lk_lines *lines, const char *line, const lk_input *dump,
                            uint64_t *last) {
  char *end;
  uint64_t offset = strtoull(line, &end, 10);
  if (!isdigit((unsigned char)*line) || *end != ':' || !isdigit((unsigned char)end[1]))
    return lk_lines_refuse(lines, "is no line of an index: offset:page:title");
  if (offset == *last) return LK_OK;
  if (offset < *last && *last != UINT64_MAX)
    return lk_lines_refuse(lines, "the offsets of the index do not ascend");
  *last = offset;
  return begins_stream(dump->descriptor, offset) ? LK_OK : refuse(lines, dump, offset);
}

static lk_status check_lines(lk_lines *lines, const lk_input *dump) {
  uint64_t last = UINT64_MAX;
  char *line;
  size_t size;
  for (;;) {
    LK_TRY(lk_lines_next(lines, &line, &size));
    if (!line) return LK_OK;
    LK_TRY(check_line(lines, line, dump, &last));
  }
}

static lk_status check_opened(lk_text_stream *stream, const lk_input *dump) {
  lk_lines lines;
  lk_lines_open(&lines, stream, 1 << 16);
  lk_status status = check_lines(&lines, dump);
  lk_lines_close(&lines);
  return status;
}

lk_status lk_index_check(const char *index, const char *dump, int threads) {
  lk_text_stream *stream;
  lk_input in;
  LK_TRY(lk_input_open(&in, dump));
  lk_status status = lk_text_stream_open(&stream, index, threads);
  if (status == LK_OK) {
    status = check_opened(stream, &in);
    lk_text_stream_close(stream);
  }
  lk_input_close(&in);
  return status;
}

/* Plain text as documents: lines, what stands between blank lines, or the file. */
#include "dump/lines.h"
#include "dump/reader.h"
#include "lockstep/foreign.h"
#include "lockstep/memory.h"
#include <string.h>

typedef struct {
  lk_lines lines;
  lk_bytes document; /* of several lines */
} plain;

/* What is none of a dump's kinds may be a file of quite another kind; a part that does not
 * begin the file cannot tell. */
static lk_status check_kind(const lk_dump *dump) {
  size_t size;
  const char *head = lk_text_stream_head(dump->stream, &size);
  if (*lk_text_stream_origin(dump->stream)) return LK_OK;
  return lk_foreign_check(lk_text_stream_name(dump->stream), head, size, "document");
}

static lk_status open_plain(lk_dump *dump) {
  plain *state;
  LK_TRY(LK_NEW(state, 1));
  dump->state = state;
  lk_lines_open(&state->lines, dump->stream, dump->options.longest);
  return check_kind(dump);
}

static int is_blank(const char *line, size_t size) {
  return strspn(line, " \t\v\f") == size;
}

static void tell(lk_dump *dump, const char *text, size_t size) {
  plain *state = dump->state;
  dump->page.text = text;
  dump->page.size = size;
  dump->page.line = state->lines.number;
}

static void count(lk_dump *dump) {
  const lk_lines *lines = &((const plain *)dump->state)->lines;
  dump->lines = lines->given;
  dump->ended_line = lines->is_ended;
  dump->returns = lines->returns;
}

static lk_status next_line(lk_dump *dump, int *there) {
  plain *state = dump->state;
  char *line;
  size_t size;
  do
    LK_TRY(lk_lines_next(&state->lines, &line, &size));
  while (line && !size);
  *there = line != NULL;
  if (!line) return LK_OK;
  tell(dump, line, size);
  return lk_lines_check(&state->lines, line, size);
}

static lk_status append(const lk_dump *dump, plain *state, const char *line, size_t size) {
  lk_bytes *document = &state->document;
  LK_TRY(lk_lines_check(&state->lines, line, size));
  if (document->size + size >= dump->options.longest)
    return lk_lines_refuse(&state->lines, "the document is longer than the limit allows");
  if (document->size) LK_TRY(lk_bytes_append(document, "\n", 1));
  return lk_bytes_append(document, line, size);
}

/* Blank lines end a document, or are a part of it but for its first ones. */
static lk_status next_lines(lk_dump *dump, int *there) {
  plain *state = dump->state;
  int ends_at_blank = dump->options.documents == LK_DOCUMENTS_BLANK_LINE;
  char *line;
  size_t size;
  lk_bytes_clear(&state->document);
  for (;;) {
    LK_TRY(lk_lines_next(&state->lines, &line, &size));
    if (!line) break;
    if (!is_blank(line, size) || (state->document.size && !ends_at_blank))
      LK_TRY(append(dump, state, line, size));
    else if (state->document.size)
      break;
  }
  *there = state->document.size > 0;
  tell(dump, lk_bytes_text(&state->document), state->document.size);
  return LK_OK;
}

static lk_status next(lk_dump *dump, int *there) {
  int is_by_lines = dump->options.documents == LK_DOCUMENTS_LINE;
  LK_TRY(is_by_lines ? next_line(dump, there) : next_lines(dump, there));
  count(dump);
  return LK_OK;
}

static void close_plain(lk_dump *dump) {
  plain *state = dump->state;
  if (!state) return;
  lk_lines_close(&state->lines);
  lk_bytes_free(&state->document);
  lk_free(state);
}

static int has_parts(const lk_dump *dump) {
  return dump->options.documents == LK_DOCUMENTS_LINE;
}

const lk_reader lk_reader_text = {LK_DUMP_TEXT, open_plain, next, close_plain, has_parts};

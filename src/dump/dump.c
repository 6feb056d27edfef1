#include "dump/reader.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

lk_dump_options lk_dump_defaults(void) {
  return (lk_dump_options){1, (size_t)64 << 20, "text", "title", LK_DOCUMENTS_LINE};
}

static lk_status create(lk_dump **dump, const lk_dump_options *options) {
  assert(options->threads > 0 && options->longest > 0 && options->field && options->title);
  LK_TRY(LK_NEW(*dump, 1));
  (*dump)->options = *options;
  (*dump)->site = (lk_dump_site){"", "", "", "", "", NULL, 0};
  return LK_OK;
}

/* What could not be opened is closed. */
static lk_status keep(lk_dump **dump, lk_status opened) {
  if (opened == LK_OK) return LK_OK;
  lk_dump_close(*dump);
  *dump = NULL;
  return opened;
}

static lk_status open_whole(lk_dump *dump, const char *path) {
  size_t size;
  LK_TRY(lk_text_stream_open(&dump->stream, path, dump->options.threads));
  const char *head = lk_text_stream_head(dump->stream, &size);
  if (!size)
    return lk_fail(LK_BAD_DATA, "%s: has no text", lk_text_stream_name(dump->stream));
  dump->reader = lk_reader_find(head, size);
  return dump->reader->open(dump);
}

lk_status lk_dump_open(lk_dump **dump, const char *path, const lk_dump_options *options) {
  LK_TRY(create(dump, options));
  return keep(dump, open_whole(*dump, path));
}

uint64_t lk_dump_parts(const lk_dump *dump, uint64_t size) {
  uint64_t bytes = lk_text_stream_size(dump->stream);
  assert(size > 0 && !dump->whole);
  int has_parts = dump->reader->has_parts && dump->reader->has_parts(dump);
  if (!has_parts || !lk_text_stream_has_parts(dump->stream)) return 1;
  return bytes / size + (bytes % size > 0);
}

static lk_status open_part(lk_dump *dump, const char *path, lk_dump_part part) {
  const lk_dump *whole = dump->whole;
  LK_TRY(lk_text_stream_open_part(&dump->stream, path, dump->options.threads, whole->stream,
                                  part.first, part.end));
  dump->reader = whole->reader;
  return dump->reader->open(dump);
}

lk_status lk_dump_open_part(lk_dump **dump, const char *path,
                            const lk_dump_options *options, const lk_dump *whole,
                            lk_dump_part part) {
  assert(part.first < part.end);
  if (!part.first && part.end == UINT64_MAX) return lk_dump_open(dump, path, options);
  assert(lk_dump_parts(whole, 1) > 1);
  LK_TRY(create(dump, options));
  (*dump)->whole = whole;
  return keep(dump, open_part(*dump, path, part));
}

lk_status lk_dump_next(lk_dump *dump, const lk_dump_page **page) {
  int there = 0;
  *page = NULL;
  dump->page = (lk_dump_page){"", "", 0, -1, 0, 0, "", "", "", "", 0};
  LK_TRY(dump->reader->next(dump, &there));
  if (there) *page = &dump->page;
  if (!there && dump->whole) LK_TRY(lk_text_stream_check(dump->stream));
  assert(!there || !dump->page.text[dump->page.size]);
  return LK_OK;
}

lk_dump_kind lk_dump_kind_of(const lk_dump *dump) {
  return dump->reader->kind;
}

const lk_dump_site *lk_dump_site_of(const lk_dump *dump) {
  return dump->whole ? &dump->whole->site : &dump->site;
}

lk_left_out lk_dump_left_out(const lk_dump *dump) {
  int is_text = dump->reader->kind == LK_DUMP_TEXT;
  return (lk_left_out){.marks = is_text && lk_text_stream_had_mark(dump->stream),
                       .returns = dump->returns};
}

uint64_t lk_dump_lines(const lk_dump *dump) {
  return dump->lines;
}

int lk_dump_ended_line(const lk_dump *dump) {
  return dump->ended_line;
}

const char *lk_dump_form(const lk_dump *dump) {
  return lk_text_stream_form(dump->stream);
}

uint64_t lk_dump_used(const lk_dump *dump) {
  return lk_text_stream_used(dump->stream);
}

uint64_t lk_dump_size(const lk_dump *dump) {
  return lk_text_stream_size(dump->stream);
}

void lk_dump_close(lk_dump *dump) {
  if (!dump) return;
  if (dump->reader) dump->reader->close(dump);
  lk_text_stream_close(dump->stream);
  lk_free(dump);
}

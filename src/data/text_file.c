#include "data/text_file.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

lk_status lk_text_file_open(lk_text_file *text, const char *path) {
  *text = (lk_text_file){.in.descriptor = -1};
  LK_TRY(lk_input_open(&text->in, path));
  text->name = text->in.name;
  text->size = text->in.size;
  return LK_OK;
}

lk_text_file lk_text_file_of(const char *bytes, size_t size, const char *name) {
  return (lk_text_file){.name = name, .bytes = bytes, .size = size, .in.descriptor = -1};
}

void lk_text_file_close(lk_text_file *text) {
  lk_input_close(&text->in);
}

lk_status lk_text_file_refuse_change(const char *name) {
  return lk_fail(LK_NO_INPUT,
                 "%s: changed while it was read; start again when nothing writes to it",
                 name);
}

lk_status lk_text_file_check(const lk_text_file *text) {
  struct stat facts;
  if (text->bytes) return LK_OK;
  if (fstat(text->in.descriptor, &facts) || (uint64_t)facts.st_size != text->size)
    return lk_text_file_refuse_change(text->name);
  return LK_OK;
}

static lk_status refuse_to_read(const char *name, ssize_t got) {
  if (got < 0) return lk_fail(LK_NO_INPUT, "%s: cannot read: %s", name, strerror(errno));
  return lk_fail(LK_NO_INPUT,
                 "%s: became shorter while it was read; start again when nothing writes to "
                 "it",
                 name);
}

static lk_status read_file(const lk_text_file *text, uint64_t at, char *bytes,
                           size_t size) {
  while (size > 0) {
    ssize_t got = pread(text->in.descriptor, bytes, size, (off_t)at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return refuse_to_read(text->name, got);
    bytes += got;
    size -= (size_t)got;
    at += (uint64_t)got;
  }
  return LK_OK;
}

static lk_status make_room(lk_text_piece *piece, size_t size, const char *name) {
  char *larger;
  if (size <= piece->room) return LK_OK;
  LK_TRY(lk_allocate((void **)&larger, size, 1, name));
  if (piece->size) memcpy(larger, piece->bytes, piece->size);
  lk_free(piece->bytes);
  piece->bytes = larger;
  piece->room = size;
  return LK_OK;
}

/* The piece, which begins at `at`, is to have so many bytes. */
static lk_status extend(lk_text_piece *piece, const lk_text_file *text, uint64_t at,
                        size_t size) {
  size_t more = size - piece->size;
  assert(size >= piece->size && at + size <= text->size);
  if (more == 0) return LK_OK;
  LK_TRY(make_room(piece, size, text->name));
  if (text->bytes)
    memcpy(piece->bytes + piece->size, text->bytes + at + piece->size, more);
  else
    LK_TRY(read_file(text, at + piece->size, piece->bytes + piece->size, more));
  piece->size = size;
  return LK_OK;
}

static size_t end_of_lines(const lk_text_piece *piece) {
  size_t end = piece->size;
  while (end > 0 && piece->bytes[end - 1] != '\n')
    end--;
  return end;
}

lk_status lk_text_piece_next(lk_text_piece *piece, const lk_text_file *text, uint64_t at) {
  uint64_t left = text->size - at;
  size_t size = LK_TEXT_PIECE, lines = 0;
  assert(at <= text->size);
  piece->size = 0;
  for (; size < left && !lines; size *= 2) {
    LK_TRY(extend(piece, text, at, size));
    lines = end_of_lines(piece);
  }
  if (!lines) return extend(piece, text, at, (size_t)left);
  piece->size = lines;
  return LK_OK;
}

lk_status lk_text_piece_read(lk_text_piece *piece, const lk_text_file *text, uint64_t at,
                             size_t size) {
  piece->size = 0;
  return extend(piece, text, at, size);
}

void lk_text_piece_clean(lk_text_piece *piece, int is_first, lk_left_out *count) {
  if (is_first)
    lk_clean_text(piece->bytes, &piece->size, count);
  else
    lk_clean_line_ends(piece->bytes, &piece->size, count);
}

int lk_text_piece_line(const lk_text_piece *piece, size_t *at, lk_text_line *line) {
  if (*at == piece->size) return 0;
  const char *start = piece->bytes + *at, *end = memchr(start, '\n', piece->size - *at);
  *line = (lk_text_line){start, end ? (size_t)(end - start) : piece->size - *at, !!end};
  *at += line->size + (size_t)line->ends;
  return 1;
}

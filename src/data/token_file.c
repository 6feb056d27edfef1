#include "data/token_file.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Numbers a look at the file gives, and bytes on the way into it. */
enum { BATCH = 1 << 12, BUFFER = 1 << 18 };

typedef struct {
  lk_source base;
  char *name;   /* owned */
  FILE *tokens; /* of two bytes each where all ids fit, else of four */
  FILE *ends;   /* uint64_t: of each document, in tokens */
  size_t width;
  uint64_t first;       /* number of the first document */
  uint64_t count, size; /* documents, tokens */
  uint64_t near[BATCH]; /* the ends that were read last … */
  uint64_t near_first;  /* … from this one on … */
  size_t near_count;    /* … so many */
} token_file;

static lk_status refuse(const token_file *f, const char *what) {
  return lk_fail(LK_IO,
                 "%s: cannot %s the temporary file for its tokens: %s; set TMPDIR to a "
                 "folder with room for %zu bytes a token",
                 f->name, what, errno ? strerror(errno) : "it was cut short", f->width);
}

static lk_status open_one(token_file *f, FILE **file) {
  int descriptor = lk_file_open_nameless();
  *file = descriptor < 0 ? NULL : fdopen(descriptor, "w+b");
  if (!*file) {
    lk_status status = refuse(f, "make");
    if (descriptor >= 0) close(descriptor);
    return status;
  }
  setvbuf(*file, NULL, _IOFBF, BUFFER);
  return LK_OK;
}

static lk_status put(token_file *f, FILE *file, const void *bytes, size_t size) {
  return fwrite(bytes, size, 1, file) == 1 ? LK_OK : refuse(f, "write");
}

static lk_status put_narrow(token_file *f, const lk_token *tokens, size_t count) {
  uint16_t narrow[BATCH];
  for (size_t i = 0; i < count; i++) {
    assert(tokens[i] <= UINT16_MAX);
    narrow[i] = (uint16_t)tokens[i];
  }
  return put(f, f->tokens, narrow, count * sizeof *narrow);
}

static size_t batch_of(size_t left) {
  return left < BATCH ? left : BATCH;
}

lk_status lk_token_file_add(lk_source *source, const lk_token *tokens, size_t count) {
  token_file *f = (token_file *)source;
  assert(count > 0);
  for (size_t done = 0, part; done < count; done += part) {
    part = batch_of(count - done);
    LK_TRY(f->width == sizeof *tokens
               ? put(f, f->tokens, tokens + done, part * sizeof *tokens)
               : put_narrow(f, tokens + done, part));
  }
  f->size += count;
  f->count++;
  if (count > f->base.longest) f->base.longest = count;
  return put(f, f->ends, &f->size, sizeof f->size);
}

lk_status lk_token_file_finish(lk_source *source) {
  token_file *f = (token_file *)source;
  if (fflush(f->tokens) || fflush(f->ends)) return refuse(f, "write");
  LK_TRY(LK_NEW(f->base.room, f->base.longest));
  f->base.room_size = f->base.longest;
  return LK_OK;
}

static lk_status get(const token_file *f, FILE *file, uint64_t at, void *bytes,
                     size_t size) {
  for (size_t done = 0; done < size;) {
    errno = 0;
    ssize_t part =
        pread(fileno(file), (char *)bytes + done, size - done, (off_t)(at + done));
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return refuse(f, "read");
    done += (size_t)part;
  }
  return LK_OK;
}

/* Where document `place` of the file ends. Those around it are read with it: most are asked
 * for one after the other. */
static lk_status end_of(token_file *f, uint64_t place, uint64_t *end) {
  assert(place < f->count);
  if (place - f->near_first >= f->near_count) {
    uint64_t first = place - place % BATCH;
    size_t count = batch_of((size_t)(f->count - first));
    f->near_count = 0;
    LK_TRY(get(f, f->ends, first * sizeof *end, f->near, count * sizeof *end));
    f->near_first = first;
    f->near_count = count;
  }
  *end = f->near[place - f->near_first];
  return LK_OK;
}

/* Its tokens are span[0] … span[1] - 1 of the file. */
static lk_status find(token_file *f, uint64_t document, uint64_t span[2]) {
  uint64_t place = document - f->first;
  span[0] = 0;
  if (place > 0) LK_TRY(end_of(f, place - 1, &span[0]));
  LK_TRY(end_of(f, place, &span[1]));
  assert(span[0] < span[1] && span[1] <= f->size);
  return LK_OK;
}

static lk_status length_of(lk_source *source, uint64_t document, size_t *length) {
  uint64_t span[2];
  LK_TRY(find((token_file *)source, document, span));
  *length = (size_t)(span[1] - span[0]);
  return LK_OK;
}

static lk_status get_narrow(const token_file *f, uint64_t first, size_t count,
                            lk_token *tokens) {
  uint16_t narrow[BATCH];
  for (size_t done = 0, part; done < count; done += part) {
    part = batch_of(count - done);
    LK_TRY(
        get(f, f->tokens, (first + done) * sizeof *narrow, narrow, part * sizeof *narrow));
    for (size_t i = 0; i < part; i++)
      tokens[done + i] = narrow[i];
  }
  return LK_OK;
}

static lk_status window_of(lk_source *source, uint64_t document, size_t first, size_t count,
                           lk_token *tokens) {
  token_file *f = (token_file *)source;
  uint64_t span[2];
  LK_TRY(find(f, document, span));
  assert(first + count <= span[1] - span[0]);
  uint64_t start = span[0] + first;
  return f->width == sizeof *tokens
             ? get(f, f->tokens, start * sizeof *tokens, tokens, count * sizeof *tokens)
             : get_narrow(f, start, count, tokens);
}

static void close_file(lk_source *source) {
  token_file *f = (token_file *)source;
  if (f->tokens) fclose(f->tokens);
  if (f->ends) fclose(f->ends);
  lk_free(f->name);
  lk_free(f);
}

static const lk_source_kind kind = {length_of, window_of, close_file, NULL, NULL};

lk_status lk_token_file_create(lk_source **out, const char *name, uint64_t first, int ids) {
  token_file *f;
  *out = NULL;
  LK_TRY(LK_NEW(f, 1));
  f->base.kind = &kind;
  f->first = first;
  f->width = ids <= UINT16_MAX + 1 ? sizeof(uint16_t) : sizeof(lk_token);
  lk_status status = lk_copy_text(&f->name, name);
  if (status == LK_OK) status = open_one(f, &f->tokens);
  if (status == LK_OK) status = open_one(f, &f->ends);
  if (status == LK_OK)
    *out = &f->base;
  else
    close_file(&f->base);
  return status;
}

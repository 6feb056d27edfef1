/* Documents of an HDF5 corpus, read when they are asked for, past HDF5, through the sealed
 * file: what changed in it since it was verified is LK_NO_INPUT. */
#include "store/stored_source.h"
#include "lockstep/memory.h"
#include "store/user_block.h"
#include <assert.h>

/* Pieces of the file that are kept: a corpus of some millions of tokens stays in memory. */
enum { KEPT = 256 };

/* Bytes of one; numbers read at a time. */
enum { OFFSET = sizeof(uint64_t), TITLE = sizeof(uint32_t), BATCH = 4096 };

typedef struct {
  lk_source base;
  char *path;      /* owned, the file's */
  lk_h5_file file; /* without HDF5 */
  lk_stored_arrays arrays;
  lk_range held;
} stored;

static uint64_t little_endian(const uint8_t *bytes, int width) {
  uint64_t number = 0;
  for (int i = width - 1; i >= 0; i--)
    number = number << 8 | bytes[i];
  return number;
}

/* Offsets of a document and of the next one. */
static lk_status read_span(stored *s, uint64_t document, uint64_t span[2]) {
  uint8_t bytes[2 * OFFSET];
  assert(document >= s->held.first && document - s->held.first < s->held.count);
  LK_TRY(lk_stored_array_read(&s->arrays.offsets, &s->file, document, 2, bytes));
  span[0] = little_endian(bytes, OFFSET);
  span[1] = little_endian(bytes + OFFSET, OFFSET);
  assert(span[0] < span[1]);
  return LK_OK;
}

/* Tokens first … first + count-1 of the whole corpus. */
static lk_status read_tokens(stored *s, uint64_t first, size_t count, lk_token *tokens) {
  uint8_t bytes[4 * BATCH];
  size_t width = (size_t)s->arrays.tokens.width;
  assert(width == 2 || width == 4);
  for (size_t done = 0, part; done < count; done += part) {
    part = count - done < BATCH ? count - done : BATCH;
    LK_TRY(lk_stored_array_read(&s->arrays.tokens, &s->file, first + done, part, bytes));
    for (size_t i = 0; i < part; i++)
      tokens[done + i] = (lk_token)little_endian(bytes + i * width, (int)width);
  }
  return LK_OK;
}

static lk_status length_of(lk_source *source, uint64_t document, size_t *length) {
  uint64_t span[2];
  LK_TRY(read_span((stored *)source, document, span));
  *length = (size_t)(span[1] - span[0]);
  return LK_OK;
}

static lk_status window_of(lk_source *source, uint64_t document, size_t first, size_t count,
                           lk_token *tokens) {
  uint64_t span[2];
  LK_TRY(read_span((stored *)source, document, span));
  assert(first + count <= span[1] - span[0]);
  return read_tokens((stored *)source, span[0] + first, count, tokens);
}

static lk_status title_of(lk_source *source, uint64_t document, size_t *title) {
  stored *s = (stored *)source;
  uint64_t span[2];
  uint8_t bytes[TITLE];
  *title = 0;
  if (!s->arrays.titles.count) return LK_OK;
  LK_TRY(read_span(s, document, span));
  LK_TRY(lk_stored_array_read(&s->arrays.titles, &s->file, document, 1, bytes));
  *title = (size_t)little_endian(bytes, TITLE);
  return *title <= span[1] - span[0]
             ? LK_OK
             : lk_h5_damaged(&s->file, "a title is longer than its document");
}

void lk_stored_arrays_free(lk_stored_arrays *arrays) {
  lk_stored_array_free(&arrays->tokens);
  lk_stored_array_free(&arrays->offsets);
  lk_stored_array_free(&arrays->titles);
}

static void close_stored(lk_source *source) {
  stored *s = (stored *)source;
  lk_stored_arrays_free(&s->arrays);
  lk_h5_finish(&s->file, LK_OK);
  lk_free(s->path);
  lk_free(s);
}

static const lk_source_kind kind = {length_of, window_of, close_stored, title_of};

/* The slice's offsets ascend and stay within all tokens; finds the longest document. */
static lk_status check_offsets(stored *s, uint64_t documents, uint64_t ends[2]) {
  uint64_t last = 0, end = s->held.first + s->held.count, tokens = s->arrays.tokens.count;
  uint8_t bytes[OFFSET];
  int wrong = 0;
  for (uint64_t i = s->held.first; i <= end; i++) {
    LK_TRY(lk_stored_array_read(&s->arrays.offsets, &s->file, i, 1, bytes));
    uint64_t offset = little_endian(bytes, OFFSET);
    wrong |= i == 0 && offset != 0;
    wrong |= i > s->held.first && offset <= last;
    wrong |= i == documents ? offset != tokens : offset > tokens;
    if (i == s->held.first) ends[0] = offset;
    if (i > s->held.first && !wrong && offset - last > s->base.longest)
      s->base.longest = (size_t)(offset - last);
    last = offset;
  }
  ends[1] = last;
  return wrong ? lk_h5_damaged(&s->file, "its offsets do not fit its tokens") : LK_OK;
}

static lk_status check_tokens(stored *s, const lk_tokenizer *tokenizer,
                              const uint64_t ends[2]) {
  lk_token tokens[BATCH];
  int wrong = 0;
  for (uint64_t at = ends[0], part; at < ends[1]; at += part) {
    part = ends[1] - at < BATCH ? ends[1] - at : BATCH;
    LK_TRY(read_tokens(s, at, (size_t)part, tokens));
    for (uint64_t i = 0; i < part; i++)
      wrong |= !lk_tokenizer_is_text(tokenizer, tokens[i]);
  }
  return wrong ? lk_h5_damaged(&s->file, "a token is outside the vocabulary") : LK_OK;
}

static lk_status prepare(stored *s, const lk_corpus *corpus) {
  uint64_t ends[2];
  LK_TRY(check_offsets(s, corpus->documents, ends));
  LK_TRY(check_tokens(s, corpus->tokenizer, ends));
  LK_TRY(lk_sealed_keep(&s->file.source, KEPT));
  LK_TRY(lk_copy_text(&s->path, s->file.path));
  s->file.path = s->file.source.path = s->path;
  return LK_OK;
}

lk_status lk_stored_source_open(lk_source **out, lk_h5_file *file, const lk_corpus *corpus,
                                const lk_stored_arrays *arrays) {
  stored *s;
  assert(file->id < 0 && corpus->held.count > 0);
  *out = NULL;
  LK_TRY(LK_NEW(s, 1));
  *s = (stored){.base.kind = &kind, .file = *file, .arrays = *arrays, .held = corpus->held};
  lk_status status = prepare(s, corpus);
  if (status == LK_OK) {
    *out = &s->base;
    return LK_OK;
  }
  file->source = s->file.source; /* whose buffers may be others now */
  lk_free(s->path);
  lk_free(s);
  return status;
}

/* Documents of an HDF5 corpus, read when they are asked for, past HDF5, through the sealed
 * file, and not trusted: a stranger can make a right checksum. */
#include "store/stored_source.h"
#include "lockstep/memory.h"
#include <assert.h>

/* Pieces of the file that are kept: a corpus of some millions of tokens stays in memory. */
enum { KEPT = 256, KEPT_OF_PLACES = 256 };

enum { OFFSET = sizeof(uint64_t), TITLE = sizeof(uint32_t) }; /* bytes of one */

static int is_possible(const lk_stored *s, uint64_t document, const uint64_t span[2]) {
  uint64_t tokens = s->arrays.tokens.count, longest = s->arrays.lengths.longest;
  return span[0] < span[1] && span[1] <= tokens && (document > 0 || !span[0]) &&
         (document + 1 < s->documents || span[1] == tokens) &&
         (!longest || span[1] - span[0] <= longest);
}

lk_status lk_stored_span(lk_stored *s, uint64_t document, uint64_t span[2]) {
  uint8_t bytes[2 * OFFSET];
  assert(document >= s->held.first && document - s->held.first < s->held.count);
  LK_TRY(lk_stored_array_read(&s->arrays.offsets, &s->file, document, 2, bytes));
  span[0] = lk_image_number(bytes, OFFSET);
  span[1] = lk_image_number(bytes + OFFSET, OFFSET);
  return is_possible(s, document, span)
             ? LK_OK
             : lk_h5_damaged(&s->file, "its offsets do not fit its tokens");
}

static lk_status read_batch(lk_stored *s, uint64_t first, size_t count, lk_token *tokens) {
  uint8_t bytes[4 * LK_STORED_BATCH];
  int width = s->arrays.tokens.width, wrong = 0;
  assert(width == 2 || width == 4);
  LK_TRY(lk_stored_array_read(&s->arrays.tokens, &s->file, first, count, bytes));
  for (size_t i = 0; i < count; i++) {
    tokens[i] = (lk_token)lk_image_number(bytes + i * (size_t)width, width);
    wrong |= !lk_tokenizer_is_text(s->tokenizer, tokens[i]);
  }
  return wrong ? lk_h5_damaged(&s->file, "a token is outside the vocabulary") : LK_OK;
}

lk_status lk_stored_tokens(lk_stored *s, uint64_t first, size_t count, lk_token *tokens) {
  for (size_t done = 0, part; done < count; done += part) {
    part = count - done < LK_STORED_BATCH ? count - done : LK_STORED_BATCH;
    LK_TRY(read_batch(s, first + done, part, tokens + done));
  }
  return LK_OK;
}

lk_status lk_stored_title(lk_stored *s, uint64_t document, const uint64_t span[2],
                          size_t *title) {
  uint8_t bytes[TITLE];
  *title = 0;
  if (!s->arrays.titles.count) return LK_OK;
  LK_TRY(lk_stored_array_read(&s->arrays.titles, &s->file, document, 1, bytes));
  *title = (size_t)lk_image_number(bytes, TITLE);
  return *title <= span[1] - span[0]
             ? LK_OK
             : lk_h5_damaged(&s->file, "a title is longer than its document");
}

static lk_status length_of(lk_source *source, uint64_t document, size_t *length) {
  uint64_t span[2];
  LK_TRY(lk_stored_span((lk_stored *)source, document, span));
  *length = (size_t)(span[1] - span[0]);
  return LK_OK;
}

static lk_status window_of(lk_source *source, uint64_t document, size_t first, size_t count,
                           lk_token *tokens) {
  uint64_t span[2];
  LK_TRY(lk_stored_span((lk_stored *)source, document, span));
  assert(first + count <= span[1] - span[0]);
  return lk_stored_tokens((lk_stored *)source, span[0] + first, count, tokens);
}

static lk_status title_of(lk_source *source, uint64_t document, size_t *title) {
  lk_stored *s = (lk_stored *)source;
  uint64_t span[2];
  *title = 0;
  if (!s->arrays.titles.count) return LK_OK;
  LK_TRY(lk_stored_span(s, document, span));
  return lk_stored_title(s, document, span, title);
}

/* What a window begins with, at most. */
static uint64_t beginning(const lk_stored *s, const uint64_t span[2]) {
  uint64_t all = span[1] - span[0],
           most = LK_SEALED_PIECE / (uint64_t)s->arrays.tokens.width;
  return all < most ? all : most;
}

static void ahead_of(lk_source *source, uint64_t document, int stage) {
  lk_stored *s = (lk_stored *)source;
  uint64_t span[2];
  if (stage == 0)
    lk_stored_array_ahead(&s->arrays.offsets, &s->file, document, 2);
  else if (lk_stored_span(s, document, span) == LK_OK)
    lk_stored_array_ahead(&s->arrays.tokens, &s->file, span[0], beginning(s, span));
}

void lk_stored_arrays_free(lk_stored_arrays *arrays) {
  lk_stored_array_free(&arrays->tokens);
  lk_stored_array_free(&arrays->offsets);
  lk_stored_array_free(&arrays->titles);
}

static void close_stored(lk_source *source) {
  lk_stored *s = (lk_stored *)source;
  lk_stored_arrays_free(&s->arrays);
  lk_h5_finish(&s->file, LK_OK);
  lk_free(s->path);
  lk_free(s);
}

static const lk_source_kind kind = {length_of, window_of, close_stored, title_of, ahead_of};

lk_corpus_lengths lk_stored_source_lengths(const lk_source *source) {
  if (!source || source->kind != &kind) return (lk_corpus_lengths){0};
  return ((const lk_stored *)source)->arrays.lengths;
}

static lk_status prepare(lk_stored *s) {
  LK_TRY(lk_copy_text(&s->path, s->file.path));
  s->file.path = s->file.source.path = s->path;
  if (!s->arrays.lengths.longest) LK_TRY(lk_stored_check(s));
  LK_TRY(lk_sealed_keep(&s->file.source, KEPT, KEPT_OF_PLACES));
  s->base.longest = (size_t)s->arrays.lengths.longest;
  return LK_NEW(s->base.room, s->base.longest);
}

lk_status lk_stored_source_open(lk_source **out, lk_h5_file *file, const lk_corpus *corpus,
                                const lk_stored_arrays *arrays) {
  const char *path = file->path;
  lk_stored *s;
  assert(file->id < 0 && corpus->held.count > 0);
  *out = NULL;
  LK_TRY(LK_NEW(s, 1));
  *s = (lk_stored){.base.kind = &kind,
                   .file = *file,
                   .arrays = *arrays,
                   .held = corpus->held,
                   .documents = corpus->documents,
                   .tokenizer = corpus->tokenizer};
  lk_status status = prepare(s);
  if (status == LK_OK) {
    *out = &s->base;
    return LK_OK;
  }
  file->source = s->file.source; /* whose buffers may be others now */
  file->source.path = path;
  lk_free(s->path);
  lk_free(s);
  return status;
}

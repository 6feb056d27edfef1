/* All documents of a corpus, looked at one after the other. */
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include "store/lengths.h"
#include "store/stored_source.h"
#include <assert.h>

static lk_status check_tokens(lk_stored *s, const uint64_t span[2]) {
  lk_token tokens[LK_STORED_BATCH];
  for (uint64_t at = span[0], part; at < span[1]; at += part) {
    part = span[1] - at < LK_STORED_BATCH ? span[1] - at : LK_STORED_BATCH;
    LK_TRY(lk_stored_tokens(s, at, (size_t)part, tokens));
  }
  return LK_OK;
}

static lk_status check_documents(lk_stored *s, lk_length_counts *lengths,
                                 lk_progress *progress) {
  uint64_t span[2], last = 0, end = s->held.first + s->held.count;
  for (uint64_t document = s->held.first; document < end; document++) {
    size_t title;
    LK_TRY(lk_stored_span(s, document, span));
    if (document > s->held.first && span[0] != last)
      return lk_h5_damaged(&s->file, "its offsets do not fit its tokens");
    LK_TRY(check_tokens(s, span));
    LK_TRY(lk_stored_title(s, document, span, &title));
    lk_length_counts_add(lengths, span[1] - span[0]);
    last = span[1];
    lk_progress_show(progress, document - s->held.first + 1);
  }
  return LK_OK;
}

/* What the file says of lengths, or what they are where it does not. */
static lk_status judge(lk_stored *s, const lk_corpus_lengths *found) {
  const lk_corpus_lengths *stated = &s->arrays.lengths;
  if (!stated->longest) s->arrays.lengths = *found;
  if (stated->longest == found->longest && stated->median == found->median) return LK_OK;
  return lk_h5_damaged(&s->file, "its documents have other lengths than it says");
}

lk_status lk_stored_check(lk_stored *s) {
  lk_length_counts lengths;
  lk_progress progress;
  lk_corpus_lengths found;
  LK_TRY(lk_length_counts_begin(&lengths));
  lk_progress_begin(&progress, "documents", s->held.count, "checking %s",
                    lk_file_name(s->path));
  lk_status status = check_documents(s, &lengths, &progress);
  lk_progress_end(&progress);
  if (status == LK_OK) {
    found = lk_length_counts_end(&lengths);
    status = judge(s, &found);
  }
  lk_free(lengths.counts);
  return status;
}

static lk_status hold_pieces(lk_sealed *source, lk_progress *progress) {
  for (uint64_t piece = 0; piece < lk_sealed_pieces(source, 0); piece++) {
    const char *bytes;
    size_t size;
    LK_TRY(lk_sealed_hold(source, 0, piece, &bytes, &size));
    lk_progress_show(progress, piece * LK_SEALED_PIECE + size);
  }
  return LK_OK;
}

lk_status lk_stored_source_verify(lk_source *source) {
  lk_stored *s = (lk_stored *)source;
  lk_progress progress;
  assert(s->held.count == s->documents);
  s->file.source.part = NULL;
  lk_progress_begin(&progress, NULL, s->file.size, "reading %s", lk_file_name(s->path));
  lk_status status = hold_pieces(&s->file.source, &progress);
  lk_progress_end(&progress);
  return status == LK_OK ? lk_stored_check(s) : status;
}

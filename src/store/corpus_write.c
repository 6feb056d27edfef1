/* A corpus that is written document by document. */
#include "base/clones.h"
#include "lockstep/memory.h"
#include "lockstep/output.h"
#include "store/corpus_arrays.h"
#include "store/h5_stream.h"
#include "store/lengths.h"
#include "store/tokenizer.h"
#include <assert.h>

/* A corpus is large from the document on that may fill a chunk of some array. */
enum { SMALL = LK_CHUNK_BYTES / sizeof(uint64_t) - 1 };

struct lk_corpus_writer {
  lk_output *output;
  lk_tokenizer *tokenizer; /* owned */
  char *path;              /* owned */
  lk_h5_file file;         /* id negative: it is not begun, for its size is not known */
  lk_h5_stream tokens, offsets, titles;
  int ids;                  /* that a token can have */
  lk_length_counts lengths; /* so far */
  int titled;               /* `titles` is begun, with a number for each document */
};

static lk_status begin_arrays(lk_corpus_writer *w, int compression) {
  const lk_h5_form tokens = {.unit = "vocabulary id",
                             .description = "all documents end to end",
                             .compression = compression},
                   offsets = {.unit = "tokens",
                              .description =
                                  "document i has the tokens offsets[i] to offsets[i+1]-1"};
  lk_h5_array tokens_at = lk_corpus_tokens(w->ids), offsets_at = lk_corpus_offsets();
  LK_TRY(lk_h5_stream_begin(&w->tokens, &w->file, &tokens_at, &tokens));
  LK_TRY(lk_h5_stream_begin(&w->offsets, &w->file, &offsets_at, &offsets));
  return lk_h5_stream_add(&w->offsets, 0);
}

static lk_status begin(lk_corpus_writer *w, const char *path, const lk_corpus_form *form) {
  LK_TRY(lk_length_counts_begin(&w->lengths));
  LK_TRY(lk_copy_text(&w->path, path));
  LK_TRY(lk_output_begin(&w->output, path));
  LK_TRY(lk_tokenizer_copy(&w->tokenizer, form->tokenizer));
  w->ids = lk_tokenizer_size(form->tokenizer);
  return begin_arrays(w, form->compression);
}

static lk_status begin_file(lk_corpus_writer *w, int large) {
  if (w->file.id >= 0) return LK_OK;
  LK_TRY(lk_h5_create(&w->file, w->path, lk_output_descriptor(w->output), LK_STORE_CORPUS,
                      large));
  return lk_h5_write_tokenizer(&w->file, w->tokenizer);
}

lk_status lk_corpus_writer_create(lk_corpus_writer **out, const char *path,
                                  const lk_corpus_form *form) {
  lk_corpus_writer *w;
  assert(form->compression >= 0 && form->compression <= LK_ZSTD);
  *out = NULL;
  LK_TRY(LK_NEW(w, 1));
  w->file.id = w->tokens.dataset = w->offsets.dataset = w->titles.dataset = -1;
  lk_status status = begin(w, path, form);
  if (status == LK_OK)
    *out = w;
  else
    lk_corpus_writer_discard(w);
  return status;
}

LK_CLONES static int are_ids(const lk_token *tokens, size_t count, int ids) {
  lk_token largest = 0;
  for (size_t i = 0; i < count; i++)
    if (tokens[i] > largest) largest = tokens[i];
  return largest < (lk_token)ids;
}

/* The first title brings zeros for the documents before it. */
static lk_status add_title(lk_corpus_writer *w, size_t title) {
  const lk_h5_form form = {.unit = "tokens",
                           .description = "of document i, its first titles[i] tokens"};
  lk_h5_array place = lk_corpus_titles();
  if (!w->titled && !title) return LK_OK;
  if (w->titled) return lk_h5_stream_add(&w->titles, title);
  LK_TRY(lk_h5_stream_begin(&w->titles, &w->file, &place, &form));
  w->titled = 1;
  for (uint64_t i = 0; i < w->lengths.documents; i++)
    LK_TRY(lk_h5_stream_add(&w->titles, 0));
  return lk_h5_stream_add(&w->titles, title);
}

lk_status lk_corpus_writer_add(lk_corpus_writer *w, const lk_token *tokens, size_t count,
                               size_t title) {
  assert(count > 0 && title <= count && title <= UINT32_MAX);
  assert(are_ids(tokens, count, w->ids));
  if (w->lengths.tokens + count >= SMALL) LK_TRY(begin_file(w, 1));
  LK_TRY(lk_h5_stream_add_tokens(&w->tokens, tokens, count));
  LK_TRY(add_title(w, title));
  lk_length_counts_add(&w->lengths, count);
  return lk_h5_stream_add(&w->offsets, w->lengths.tokens);
}

static lk_status write_facts(lk_corpus_writer *w, const lk_corpus_facts *facts) {
  lk_corpus_lengths lengths = lk_length_counts_end(&w->lengths);
  LK_TRY(lk_h5_write_text(&w->file, "sha256", facts->sha256.hex));
  LK_TRY(lk_h5_write_count(&w->file, "characters", facts->characters));
  LK_TRY(lk_h5_write_count(&w->file, "longest", lengths.longest));
  return lk_h5_write_count(&w->file, "median", lengths.median);
}

static lk_status end_arrays(lk_corpus_writer *w, const lk_corpus_facts *facts) {
  if (!w->lengths.documents)
    return lk_fail(LK_BAD_DATA, "%s: not written, for it would have no documents", w->path);
  LK_TRY(begin_file(w, 0));
  LK_TRY(lk_h5_stream_end(&w->tokens));
  LK_TRY(lk_h5_stream_end(&w->offsets));
  if (w->titled) LK_TRY(lk_h5_stream_end(&w->titles));
  return write_facts(w, facts);
}

static void free_arrays(lk_corpus_writer *w) {
  lk_h5_stream_free(&w->tokens);
  lk_h5_stream_free(&w->offsets);
  lk_h5_stream_free(&w->titles);
}

lk_status lk_corpus_writer_finish(lk_corpus_writer *w, const lk_corpus_facts *facts) {
  lk_status status = end_arrays(w, facts);
  free_arrays(w);
  if (w->file.id >= 0) status = lk_h5_complete(&w->file, status);
  if (status == LK_OK) {
    status = lk_output_commit(w->output);
    w->output = NULL;
  }
  lk_corpus_writer_discard(w);
  return status;
}

void lk_corpus_writer_discard(lk_corpus_writer *w) {
  free_arrays(w);
  lk_h5_leave(&w->file);
  if (w->output) lk_output_discard(w->output);
  lk_tokenizer_free(w->tokenizer);
  lk_free(w->lengths.counts);
  lk_free(w->path);
  lk_free(w);
}

static lk_status add_documents(lk_corpus_writer *w, const lk_corpus *corpus) {
  for (uint64_t i = 0; i < corpus->documents; i++) {
    size_t length, title = lk_corpus_title(corpus, i);
    const lk_token *tokens = lk_corpus_document(corpus, i, &length);
    LK_TRY(lk_corpus_status(corpus));
    LK_TRY(lk_corpus_writer_add(w, tokens, length, title));
  }
  return LK_OK;
}

lk_status lk_corpus_write_hdf5(const char *path, const lk_corpus *corpus) {
  const lk_corpus_form form = {.tokenizer = corpus->tokenizer};
  const lk_corpus_facts facts = {corpus->sha256, corpus->characters};
  lk_corpus_writer *w;
  assert(corpus->held.first == 0 && corpus->held.count == corpus->documents);
  LK_TRY(lk_corpus_writer_create(&w, path, &form));
  lk_status status = add_documents(w, corpus);
  if (status == LK_OK) return lk_corpus_writer_finish(w, &facts);
  lk_corpus_writer_discard(w);
  return status;
}

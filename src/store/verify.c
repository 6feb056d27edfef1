/* All of a file, and what it says of its documents. */
#include "lockstep/memory.h"
#include "store/lengths.h"
#include "store/stored_source.h"
#include <assert.h>

static lk_status verify_corpus(const char *path) {
  lk_corpus *corpus;
  LK_TRY(lk_corpus_read_hdf5(&corpus, path, NULL, (lk_slice){1, 0, 1}));
  lk_status status = lk_stored_source_verify(corpus->source);
  lk_corpus_free(corpus);
  return status;
}

/* Opening it has read every byte. */
static lk_status verify_checkpoint(const char *path) {
  lk_checkpoint *checkpoint;
  LK_TRY(lk_checkpoint_open(&checkpoint, path));
  lk_status status = lk_checkpoint_check(checkpoint, lk_checkpoint_has_moments(checkpoint));
  lk_checkpoint_free(checkpoint);
  return status;
}

lk_status lk_store_verify(const char *path) {
  lk_store_kind kind;
  LK_TRY(lk_store_kind_of(path, &kind));
  return kind == LK_STORE_CORPUS ? verify_corpus(path) : verify_checkpoint(path);
}

static void count(const lk_corpus *corpus, lk_length_counts *counts) {
  assert(corpus->held.count == corpus->documents);
  for (uint64_t i = 0; i < corpus->documents; i++)
    lk_length_counts_add(counts, lk_corpus_length(corpus, i));
}

lk_status lk_corpus_measure(const lk_corpus *corpus, lk_corpus_lengths *out) {
  lk_length_counts counts;
  *out = lk_stored_source_lengths(corpus->source);
  if (out->longest) return LK_OK;
  LK_TRY(lk_length_counts_begin(&counts));
  count(corpus, &counts);
  *out = lk_length_counts_end(&counts);
  lk_free(counts.counts);
  return lk_corpus_status(corpus);
}

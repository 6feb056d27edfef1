#include "lockstep/corpus.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

lk_range lk_shard_range(uint64_t documents, int shards, int shard) {
  assert(shards > 0 && shard >= 0 && shard < shards);
  unsigned __int128 n = documents; /* the product may pass 64 bits */
  uint64_t first = (uint64_t)(n * (unsigned)shard / (unsigned)shards);
  uint64_t end = (uint64_t)(n * ((unsigned)shard + 1) / (unsigned)shards);
  return (lk_range){first, end - first};
}

lk_range lk_slice_range(uint64_t documents, lk_slice slice) {
  int last_shard = slice.first_shard + slice.shard_count - 1;
  lk_range first = lk_shard_range(documents, slice.shards, slice.first_shard);
  lk_range last = lk_shard_range(documents, slice.shards, last_shard);
  return (lk_range){first.first, last.first + last.count - first.first};
}

static uint64_t power_of_two_not_above(uint64_t n) {
  uint64_t power = 1;
  while (power <= n / 2)
    power *= 2;
  return power;
}

lk_status lk_corpus_check_count(const char *path, const char *what, uint64_t count,
                                int shards) {
  if (count >= (uint64_t)shards) return LK_OK;
  return lk_fail(
      LK_BAD_DATA,
      "%s: %llu %s are fewer than %d shards; set shards=%llu, a power of two not "
      "above %llu, or add %s",
      path, (unsigned long long)count, what, shards,
      (unsigned long long)power_of_two_not_above(count), (unsigned long long)count, what);
}

lk_status lk_corpus_check_slice(const char *path, uint64_t documents, lk_slice slice) {
  assert(slice.shards > 0 && slice.first_shard >= 0 && slice.shard_count > 0 &&
         slice.first_shard + slice.shard_count <= slice.shards);
  if (!documents)
    return lk_fail(LK_BAD_DATA,
                   "%s: no documents; put one document on each line, empty lines do not "
                   "count",
                   path);
  return lk_corpus_check_count(path, "documents", documents, slice.shards);
}

void lk_corpus_free(lk_corpus *corpus) {
  if (!corpus) return;
  lk_source_close(corpus->source);
  lk_tokenizer_free(corpus->tokenizer);
  lk_free(corpus->offsets);
  lk_free(corpus->tokens);
  lk_free(corpus);
}

/* Of a document that is in memory: where its tokens begin and end. */
static const uint64_t *offsets_of(const lk_corpus *corpus, uint64_t document) {
  assert(!corpus->source && document >= corpus->held.first &&
         document - corpus->held.first < corpus->held.count);
  return corpus->offsets + (document - corpus->held.first);
}

const lk_token *lk_corpus_document(const lk_corpus *corpus, uint64_t document,
                                   size_t *length) {
  if (corpus->source) return lk_source_document(corpus->source, document, length);
  const uint64_t *offset = offsets_of(corpus, document);
  *length = (size_t)(offset[1] - offset[0]);
  return corpus->tokens + offset[0];
}

size_t lk_corpus_title(const lk_corpus *corpus, uint64_t document) {
  assert(document >= corpus->held.first &&
         document - corpus->held.first < corpus->held.count);
  return corpus->source ? lk_source_title(corpus->source, document) : 0;
}

size_t lk_corpus_length(const lk_corpus *corpus, uint64_t document) {
  if (corpus->source) return lk_source_length(corpus->source, document);
  const uint64_t *offset = offsets_of(corpus, document);
  return (size_t)(offset[1] - offset[0]);
}

void lk_corpus_window(const lk_corpus *corpus, uint64_t document, size_t first,
                      size_t count, lk_token *tokens) {
  if (corpus->source) {
    lk_source_window(corpus->source, document, first, count, tokens);
    return;
  }
  const uint64_t *offset = offsets_of(corpus, document);
  assert(first + count <= offset[1] - offset[0]);
  memcpy(tokens, corpus->tokens + offset[0] + first, count * sizeof *tokens);
}

lk_status lk_corpus_status(const lk_corpus *corpus) {
  return lk_source_status(corpus->source);
}

/* What must hold for a corpus from any file. */
#ifndef LOCKSTEP_TESTS_FUZZ_CORPUS_H
#define LOCKSTEP_TESTS_FUZZ_CORPUS_H

#include "fuzz.h"
#include "lockstep/corpus.h"

/* The slice's documents are there, none is empty, and their tokens are in the vocabulary,
 * up to the first that is refused. */
static inline void check_corpus(const lk_corpus *corpus, lk_slice slice) {
  lk_range held = lk_slice_range(corpus->documents, slice);
  size_t length;
  MUST(corpus->held.first == held.first && corpus->held.count == held.count);
  MUST(corpus->source ||
       (corpus->offsets[0] == 0 && corpus->offsets[held.count] / 4 <= corpus->characters));
  for (uint64_t i = 0; i < held.count; i++) {
    const lk_token *tokens = lk_corpus_document(corpus, held.first + i, &length);
    if (corpus->source && lk_corpus_status(corpus) == LK_BAD_DATA) return;
    MUST(length > 0 && lk_corpus_title(corpus, held.first + i) <= length);
    for (size_t t = 0; t < length; t++)
      MUST(lk_tokenizer_is_text(corpus->tokenizer, tokens[t]));
  }
  MUST(lk_corpus_status(corpus) == LK_OK);
}

/* A whole corpus, and the second half of one. */
static const lk_slice fuzz_slices[] = {{1, 0, 1}, {2, 1, 1}};

#endif

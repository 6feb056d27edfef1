/* A corpus of invented documents that nothing holds: token t of document d is a function of
 * both, so that any part of any document tells whether it is the right one. */
#ifndef LOCKSTEP_TESTS_INVENTED_CORPUS_H
#define LOCKSTEP_TESTS_INVENTED_CORPUS_H

#include "data_files.h"
#include "lockstep/corpus.h"
#include "lockstep/memory.h"

/* Lengths, and tokens of titles, of its documents. */
typedef size_t measure(uint64_t document);

typedef struct {
  lk_source base;
  measure *length, *title;
  uint64_t fails;    /* reading this document; UINT64_MAX: none */
  uint64_t asked[2]; /* for ahead, last, at each stage */
} invented;

static inline lk_token invented_token(uint64_t document, size_t at) {
  return (lk_token)((document * 7919 + at) % 50021);
}

static inline lk_status invented_length(lk_source *source, uint64_t document,
                                        size_t *length) {
  const invented *own = (const invented *)source;
  if (document == own->fails) return lk_fail(LK_NO_INPUT, "document %d", (int)document);
  *length = own->length(document);
  return LK_OK;
}

static inline lk_status invented_title(lk_source *source, uint64_t document,
                                       size_t *title) {
  const invented *own = (const invented *)source;
  *title = own->title ? own->title(document) : 0;
  return LK_OK;
}

static inline lk_status invented_window(lk_source *source, uint64_t document, size_t first,
                                        size_t count, lk_token *tokens) {
  const invented *own = (const invented *)source;
  assert_true(first + count <= own->length(document));
  for (size_t i = 0; i < count; i++)
    tokens[i] = invented_token(document, first + i);
  return LK_OK;
}

static inline void invented_ahead(lk_source *source, uint64_t document, int stage) {
  ((invented *)source)->asked[stage] = document;
}

static inline void invented_close(lk_source *source) {
  lk_free(source);
}

/* The slice's part of so many documents. The caller frees it. */
static inline lk_corpus *invent(uint64_t documents, measure *length, measure *title,
                                lk_slice slice) {
  static const lk_source_kind kind = {invented_length, invented_window, invented_close,
                                      invented_title, invented_ahead};
  lk_corpus *corpus = NULL;
  invented *source = NULL;
  assert_int_equal(LK_NEW(corpus, 1), LK_OK);
  assert_int_equal(LK_NEW(source, 1), LK_OK);
  *source = (invented){.base = {.kind = &kind, .longest = SIZE_MAX},
                       .length = length,
                       .title = title,
                       .fails = UINT64_MAX};
  *corpus = (lk_corpus){.documents = documents,
                        .held = lk_slice_range(documents, slice),
                        .source = &source->base};
  return corpus;
}

#endif

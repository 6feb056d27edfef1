/* A corpus as a text. What is accepted must decode to the text's own lines, without what is
 * no part of a text. */
#include "corpus.h"

/* The documents from `document` on are the lines of text[size] that are not empty. */
static void check_lines(const lk_corpus *corpus, const char *text, size_t size) {
  uint64_t document = 0;
  for (size_t at = 0; at < size;) {
    const char *newline = memchr(text + at, '\n', size - at);
    size_t bytes = newline ? (size_t)(newline - text) - at : size - at, length;
    if (bytes) {
      char *decoded;
      MUST(document < corpus->documents);
      const lk_token *tokens = lk_corpus_document(corpus, document++, &length);
      MUST(lk_tokenizer_decode(corpus->tokenizer, tokens, length, &decoded) == LK_OK);
      MUST(strlen(decoded) == bytes && !memcmp(decoded, text + at, bytes));
      lk_free(decoded);
    }
    at += bytes + 1;
  }
  MUST(document == corpus->documents);
}

static void check_text(const lk_corpus *corpus, const uint8_t *bytes, size_t size) {
  lk_left_out count = {0};
  char *text = malloc(size + 1);
  MUST(text != NULL);
  memcpy(text, bytes, size);
  lk_clean_text(text, &size, &count);
  check_lines(corpus, text, size);
  free(text);
}

/* With the vocabulary that it had before, a text has the same tokens. */
static void check_again(const lk_corpus *corpus, const char *path, lk_slice slice) {
  lk_corpus *again;
  MUST(lk_corpus_read_text(&again, path, corpus->tokenizer, slice) == LK_OK);
  check_corpus(again, slice);
  for (uint64_t i = 0; i < corpus->held.count; i++) {
    size_t length, other;
    const lk_token *tokens = lk_corpus_document(corpus, corpus->held.first + i, &length);
    const lk_token *same = lk_corpus_document(again, corpus->held.first + i, &other);
    MUST(length == other && !memcmp(tokens, same, length * sizeof *tokens));
  }
  lk_corpus_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  const char *path = fuzz_file(bytes, size);
  for (int i = 0; i < 2; i++) {
    lk_corpus *corpus;
    lk_status status = lk_corpus_read_text(&corpus, path, NULL, fuzz_slices[i]);
    if (!fuzz_was_read(status, LK_BAD_DATA, path)) continue;
    check_corpus(corpus, fuzz_slices[i]);
    if (fuzz_slices[i].shards == 1) check_text(corpus, bytes, size);
    check_again(corpus, path, fuzz_slices[i]);
    lk_corpus_free(corpus);
  }
  fuzz_end();
  return 0;
}

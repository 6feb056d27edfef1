/* Reading a text: one pass over all of it checks every character and counts; a second one
 * over the slice's lines encodes them. */
#include "lockstep/corpus.h"
#include "lockstep/file.h"
#include "lockstep/foreign.h"
#include "lockstep/memory.h"
#include "lockstep/normal.h"
#include "lockstep/text.h"
#include <stdlib.h>
#include <string.h>

enum { CODE_POINTS = 0x110000 };

typedef struct {
  const char *name; /* for messages */
  char *bytes;
  size_t size;
} text_file;

typedef struct {
  const char *start;
  size_t size;
} document_line;

/* The next line that is not empty, from *at on, which is moved behind it. 0 and an
 * empty line at the end. */
static int next_document(const text_file *text, size_t *at, document_line *line) {
  *line = (document_line){NULL, 0};
  while (*at < text->size) {
    const char *start = text->bytes + *at;
    const char *newline = memchr(start, '\n', text->size - *at);
    size_t size = newline ? (size_t)(newline - start) : text->size - *at;
    *at += size + (newline != NULL);
    *line = (document_line){start, size};
    if (size) return 1;
  }
  return 0;
}

/* A newline ends a document and is never a token, so a given vocabulary need not have it.
 */
static int is_allowed(uint32_t code_point, const lk_tokenizer *tokenizer) {
  if (code_point == LK_PAD_CODE_POINT || code_point == LK_MASK_CODE_POINT) return 0;
  return !tokenizer || code_point == '\n' || lk_characters_id(tokenizer, code_point) > 0;
}

/* Which code points a text has. */
typedef struct {
  uint8_t *marks; /* (CODE_POINTS) */
  uint32_t limit; /* the highest + 1 */
} seen_characters;

/* Checks all characters against UTF-8 and the vocabulary (NULL: any), counts them and marks
 * those seen. */
static lk_status scan_characters(const text_file *text, const lk_tokenizer *tokenizer,
                                 seen_characters *seen, uint64_t *characters) {
  for (size_t at = 0; at < text->size;) {
    uint32_t code_point;
    int length = lk_text_next(text->bytes + at, text->size - at, &code_point);
    if (!length)
      return lk_text_refuse_byte(text->name, lk_text_place_of(text->bytes, at),
                                 text->bytes[at]);
    if (!is_allowed(code_point, tokenizer))
      return lk_text_refuse_character(text->name, lk_text_place_of(text->bytes, at),
                                      code_point);
    seen->marks[code_point] = 1;
    if (code_point >= seen->limit) seen->limit = code_point + 1;
    ++*characters;
    at += (size_t)length;
  }
  return LK_OK;
}

static lk_status vocabulary_of_seen(lk_tokenizer **out, const seen_characters *seen) {
  uint32_t *code_points = NULL;
  size_t count = 0;
  for (uint32_t c = 0; c < seen->limit; c++)
    count += seen->marks[c];
  LK_TRY(LK_NEW(code_points, count));
  count = 0;
  for (uint32_t c = 0; c < seen->limit; c++)
    if (seen->marks[c]) code_points[count++] = c;
  lk_status status = lk_characters_create(out, code_points, count);
  lk_free(code_points);
  return status;
}

static lk_status scan_text(lk_corpus *corpus, const text_file *text,
                           const lk_tokenizer *tokenizer) {
  seen_characters seen = {0};
  document_line line;
  LK_TRY(LK_NEW(seen.marks, CODE_POINTS));
  lk_status status = scan_characters(text, tokenizer, &seen, &corpus->characters);
  if (status == LK_OK)
    status = tokenizer ? lk_tokenizer_copy(&corpus->tokenizer, tokenizer)
                       : vocabulary_of_seen(&corpus->tokenizer, &seen);
  lk_free(seen.marks);
  for (size_t at = 0; next_document(text, &at, &line);)
    corpus->documents++;
  return status;
}

static size_t count_characters(document_line line) {
  size_t count = 0;
  for (size_t i = 0; i < line.size; i++)
    count += !lk_text_continues(line.start[i]);
  return count;
}

/* The line was checked by the scan, so every character is valid and has an id. */
static void encode_line(const lk_tokenizer *tokenizer, document_line line,
                        lk_token *tokens) {
  uint32_t code_point;
  for (size_t at = 0; at < line.size;) {
    at += (size_t)lk_text_next(line.start + at, line.size - at, &code_point);
    *tokens++ = (lk_token)lk_characters_id(tokenizer, code_point);
  }
}

static lk_status hold_documents(lk_corpus *corpus, const text_file *text, lk_range held) {
  document_line line;
  size_t begin = 0;
  corpus->held = held;
  LK_TRY(LK_NEW(corpus->offsets, held.count + 1));
  for (uint64_t i = 0; i < held.first; i++)
    next_document(text, &begin, &line);
  size_t at = begin;
  for (uint64_t i = 0; i < held.count; i++) {
    next_document(text, &at, &line);
    corpus->offsets[i + 1] = corpus->offsets[i] + count_characters(line);
  }
  LK_TRY(LK_NEW(corpus->tokens, corpus->offsets[held.count]));
  at = begin;
  for (uint64_t i = 0; i < held.count; i++) {
    next_document(text, &at, &line);
    encode_line(corpus->tokenizer, line, corpus->tokens + corpus->offsets[i]);
  }
  return LK_OK;
}

static lk_status fill_corpus(lk_corpus *corpus, text_file *text,
                             const lk_tokenizer *tokenizer, lk_slice slice) {
  LK_TRY(scan_text(corpus, text, tokenizer));
  LK_TRY(lk_corpus_check_slice(text->name, corpus->documents, slice));
  return hold_documents(corpus, text, lk_slice_range(corpus->documents, slice));
}

static lk_status fill_composed(lk_corpus *corpus, text_file *text,
                               const lk_tokenizer *tokenizer, lk_slice slice) {
  text_file composed = {.name = text->name};
  LK_TRY(lk_text_check(text->bytes, text->size, text->name));
  LK_TRY(lk_normal_text(text->bytes, text->size, text->name, &composed.bytes,
                        &composed.size, &corpus->left_out.composed));
  lk_status status = fill_corpus(corpus, &composed, tokenizer, slice);
  lk_free(composed.bytes);
  if (status == LK_OK) lk_tokenizer_compose(corpus->tokenizer, 1);
  return status;
}

static lk_status read_corpus(lk_corpus *corpus, text_file *text,
                             const lk_tokenizer *tokenizer, int composes, lk_slice slice) {
  LK_TRY(lk_foreign_check(text->name, text->bytes, text->size, "document"));
  LK_TRY(lk_sha256_bytes(&corpus->sha256, text->bytes, text->size));
  lk_clean_text(text->bytes, &text->size, &corpus->left_out);
  return composes ? fill_composed(corpus, text, tokenizer, slice)
                  : fill_corpus(corpus, text, tokenizer, slice);
}

static lk_status parse(lk_corpus **out, text_file text, const lk_tokenizer *tokenizer,
                       int composes, lk_slice slice) {
  lk_corpus *corpus = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(corpus, 1));
  lk_status status = read_corpus(corpus, &text, tokenizer, composes, slice);
  if (status == LK_OK)
    *out = corpus;
  else
    lk_corpus_free(corpus);
  return status;
}

static int composes(const lk_tokenizer *tokenizer) {
  return tokenizer && lk_tokenizer_composes(tokenizer);
}

lk_status lk_corpus_parse_text(lk_corpus **out, char *bytes, size_t size, const char *name,
                               const lk_tokenizer *tokenizer, lk_slice slice) {
  return parse(out, (text_file){name, bytes, size}, tokenizer, composes(tokenizer), slice);
}

static lk_status read_text(lk_corpus **out, const char *path, const lk_tokenizer *tokenizer,
                           int composes, lk_slice slice) {
  text_file text = {.name = lk_file_name(path)};
  *out = NULL;
  LK_TRY(lk_file_read(path, &text.bytes, &text.size));
  lk_status status = parse(out, text, tokenizer, composes, slice);
  lk_free(text.bytes);
  return status;
}

lk_status lk_corpus_read_text(lk_corpus **out, const char *path,
                              const lk_tokenizer *tokenizer, lk_slice slice) {
  return read_text(out, path, tokenizer, composes(tokenizer), slice);
}

lk_status lk_corpus_read_composed(lk_corpus **out, const char *path) {
  return read_text(out, path, NULL, 1, (lk_slice){1, 0, 1});
}

/* A document to be found, and whose place in the list it has. */
typedef struct {
  uint64_t document;
  size_t place;
} wanted;

static int in_order(const void *a, const void *b) {
  uint64_t left = ((const wanted *)a)->document, right = ((const wanted *)b)->document;
  return (left > right) - (left < right);
}

static void find_lines(const text_file *text, const wanted *list, size_t count,
                       uint64_t *lines) {
  uint64_t document = 0, number = 1;
  const char *counted = text->bytes;
  document_line line;
  for (size_t at = 0, i = 0; i < count && next_document(text, &at, &line); document++) {
    for (; counted < line.start; counted++)
      number += *counted == '\n';
    for (; i < count && list[i].document == document; i++)
      lines[list[i].place] = number;
  }
}

lk_status lk_corpus_find_lines(char *bytes, size_t size, uint64_t *documents,
                               size_t count) {
  text_file text = {.bytes = bytes, .size = size};
  lk_left_out left_out = {0};
  wanted *list = NULL;
  lk_clean_text(text.bytes, &text.size, &left_out);
  LK_TRY(LK_NEW(list, count));
  for (size_t i = 0; i < count; i++)
    list[i] = (wanted){documents[i], i};
  qsort(list, count, sizeof *list, in_order);
  find_lines(&text, list, count, documents);
  lk_free(list);
  return LK_OK;
}

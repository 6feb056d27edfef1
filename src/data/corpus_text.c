/* Reading a text: one pass over all of it checks every character and counts; a second one
 * over the slice's lines encodes them. */
#include "lockstep/characters.h"
#include "lockstep/corpus.h"
#include "lockstep/file.h"
#include "lockstep/foreign.h"
#include "lockstep/memory.h"
#include "lockstep/normal.h"
#include "lockstep/progress.h"
#include "lockstep/text.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_POINTS = 0x110000, PIECE = 1 << 20 /* bytes between two looks at the clock */ };

typedef struct {
  const char *name; /* for messages */
  char *bytes;
  size_t size;
} text_file;

typedef struct {
  const char *start;
  size_t size;
  uint64_t number; /* of the line, from 1 */
} document_line;

/* Where reading goes on. */
typedef struct {
  size_t at;
  uint64_t lines; /* before it */
} cursor;

/* The next line that is not empty, from the cursor on, which is moved behind it. 0 and an
 * empty line at the end. */
static int next_document(const text_file *text, cursor *next, document_line *line) {
  *line = (document_line){NULL, 0, 0};
  while (next->at < text->size) {
    const char *start = text->bytes + next->at;
    const char *newline = memchr(start, '\n', text->size - next->at);
    size_t size = newline ? (size_t)(newline - start) : text->size - next->at;
    next->at += size + (newline != NULL);
    *line = (document_line){start, size, ++next->lines};
    if (size) return 1;
  }
  return 0;
}

/* Which code points a text has. */
typedef struct {
  uint8_t *marks; /* (CODE_POINTS) */
  uint32_t limit; /* the highest + 1 */
} seen_characters;

static int is_reserved(uint32_t code_point) {
  return code_point == LK_PAD_CODE_POINT || code_point == LK_MASK_CODE_POINT;
}

/* Checks characters, counts them and marks those seen, from *from on, which is moved.
 * reserves: there are characters that no text may have. */
static lk_status scan_piece(const text_file *text, size_t *from, int reserves,
                            seen_characters *seen, uint64_t *characters) {
  size_t at = *from, left = text->size - at, end = at + (left < PIECE ? left : PIECE);
  while (at < end) {
    uint32_t code_point;
    int length = lk_text_next(text->bytes + at, text->size - at, &code_point);
    if (!length)
      return lk_text_refuse_byte(text->name, lk_text_place_of(text->bytes, at),
                                 text->bytes[at]);
    if (reserves && is_reserved(code_point))
      return lk_text_refuse_character(text->name, lk_text_place_of(text->bytes, at),
                                      code_point);
    seen->marks[code_point] = 1;
    if (code_point >= seen->limit) seen->limit = code_point + 1;
    ++*characters;
    at += (size_t)length;
  }
  *from = at;
  return LK_OK;
}

static lk_status scan_characters(const text_file *text, int reserves, seen_characters *seen,
                                 uint64_t *characters) {
  lk_progress progress;
  lk_status status = LK_OK;
  lk_progress_begin(&progress, NULL, text->size, "checking %s", text->name);
  for (size_t at = 0; at < text->size && status == LK_OK;) {
    status = scan_piece(text, &at, reserves, seen, characters);
    lk_progress_show(&progress, at);
  }
  lk_progress_end(&progress);
  return status;
}

static lk_status tokenizer_of_seen(lk_tokenizer **out, const seen_characters *seen) {
  uint32_t *code_points = NULL;
  size_t count = 0;
  for (uint32_t c = 0; c < seen->limit; c++)
    count += seen->marks[c];
  LK_TRY(LK_NEW(code_points, count));
  count = 0;
  for (uint32_t c = 0; c < seen->limit; c++)
    if (seen->marks[c]) code_points[count++] = c;
  lk_status status = lk_characters_create(out, code_points, count, 0);
  lk_free(code_points);
  return status;
}

/* What a given tokenizer has no token for is found where it is encoded. */
static lk_status scan_text(lk_corpus *corpus, const text_file *text,
                           const lk_tokenizer *tokenizer) {
  seen_characters seen = {0};
  document_line line;
  LK_TRY(LK_NEW(seen.marks, CODE_POINTS));
  lk_status status = scan_characters(text, !tokenizer, &seen, &corpus->characters);
  if (status == LK_OK)
    status = tokenizer ? lk_tokenizer_copy(&corpus->tokenizer, tokenizer)
                       : tokenizer_of_seen(&corpus->tokenizer, &seen);
  lk_free(seen.marks);
  for (cursor next = {0, 0}; next_document(text, &next, &line);)
    corpus->documents++;
  return status;
}

/* Bytes of so many documents from the cursor on: no fewer than their tokens. */
static size_t count_bytes(const text_file *text, cursor next, uint64_t documents) {
  document_line line;
  size_t bytes = 0;
  for (uint64_t i = 0; i < documents && next_document(text, &next, &line); i++)
    bytes += line.size;
  return bytes;
}

static lk_status encode_documents(lk_corpus *corpus, const text_file *text, cursor next,
                                  lk_progress *progress) {
  size_t room = count_bytes(text, next, corpus->held.count), used = 0, count = 0;
  document_line line;
  LK_TRY(LK_NEW(corpus->tokens, room));
  for (uint64_t i = 0; i < corpus->held.count; i++) {
    next_document(text, &next, &line);
    lk_passage passage = {line.start, line.size, text->name, line.number};
    LK_TRY(lk_tokenizer_encode(corpus->tokenizer, &passage, corpus->tokens + used,
                               room - used, &count));
    assert(count > 0 && count <= line.size);
    used += count;
    corpus->offsets[i + 1] = used;
    lk_progress_show(progress, i + 1);
  }
  return LK_OK;
}

static lk_status hold_documents(lk_corpus *corpus, const text_file *text, lk_range held) {
  lk_progress progress;
  document_line line;
  cursor next = {0, 0};
  corpus->held = held;
  LK_TRY(LK_NEW(corpus->offsets, held.count + 1));
  for (uint64_t i = 0; i < held.first; i++)
    next_document(text, &next, &line);
  lk_progress_begin(&progress, "documents", held.count, "encoding %s", text->name);
  lk_status status = encode_documents(corpus, text, next, &progress);
  lk_progress_end(&progress);
  return status;
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
  return status;
}

static lk_status hash_pieces(const text_file *text, lk_sha256_parts *hash,
                             lk_progress *progress) {
  for (size_t at = 0, part; at < text->size; at += part) {
    part = text->size - at < PIECE ? text->size - at : PIECE;
    LK_TRY(lk_sha256_add(hash, text->bytes + at, part));
    lk_progress_show(progress, at + part);
  }
  return LK_OK;
}

static lk_status hash_text(const text_file *text, lk_sha256 *out) {
  lk_sha256_parts *hash;
  lk_progress progress;
  LK_TRY(lk_sha256_create(&hash));
  lk_progress_begin(&progress, NULL, text->size, "hashing %s", text->name);
  lk_status status = hash_pieces(text, hash, &progress);
  lk_progress_end(&progress);
  if (status == LK_OK) status = lk_sha256_value(hash, out);
  lk_sha256_free(hash);
  return status;
}

static lk_status read_corpus(lk_corpus *corpus, text_file *text,
                             const lk_tokenizer *tokenizer, lk_slice slice) {
  LK_TRY(lk_foreign_check(text->name, text->bytes, text->size, "document"));
  LK_TRY(hash_text(text, &corpus->sha256));
  lk_clean_text(text->bytes, &text->size, &corpus->left_out);
  return tokenizer && lk_tokenizer_composes(tokenizer)
             ? fill_composed(corpus, text, tokenizer, slice)
             : fill_corpus(corpus, text, tokenizer, slice);
}

static lk_status parse(lk_corpus **out, text_file text, const lk_tokenizer *tokenizer,
                       lk_slice slice) {
  lk_corpus *corpus = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(corpus, 1));
  lk_status status = read_corpus(corpus, &text, tokenizer, slice);
  if (status == LK_OK)
    *out = corpus;
  else
    lk_corpus_free(corpus);
  return status;
}

lk_status lk_corpus_parse_text(lk_corpus **out, char *bytes, size_t size, const char *name,
                               const lk_tokenizer *tokenizer, lk_slice slice) {
  return parse(out, (text_file){name, bytes, size}, tokenizer, slice);
}

lk_status lk_corpus_read_text(lk_corpus **out, const char *path,
                              const lk_tokenizer *tokenizer, lk_slice slice) {
  text_file text = {.name = lk_file_name(path)};
  *out = NULL;
  LK_TRY(lk_file_read(path, &text.bytes, &text.size));
  lk_status status = parse(out, text, tokenizer, slice);
  lk_free(text.bytes);
  return status;
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
  uint64_t document = 0;
  document_line line;
  cursor next = {0, 0};
  for (size_t i = 0; i < count && next_document(text, &next, &line); document++)
    for (; i < count && list[i].document == document; i++)
      lines[list[i].place] = line.number;
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

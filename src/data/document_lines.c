/* The lines on which documents of a text stand, for messages. */
#include "data/text_file.h"
#include "lockstep/corpus.h"
#include "lockstep/memory.h"
#include <stdlib.h>
#include <string.h>

/* A document to be found, and whose place in the list it has. */
typedef struct {
  uint64_t document;
  size_t place;
} wanted;

typedef struct {
  wanted *list; /* (count), in the order of documents */
  size_t count, found;
  uint64_t documents, lines; /* passed over */
} search;

static int in_order(const void *a, const void *b) {
  uint64_t left = ((const wanted *)a)->document, right = ((const wanted *)b)->document;
  return (left > right) - (left < right);
}

static void search_piece(search *s, const lk_text_piece *piece, uint64_t *lines) {
  lk_text_line line;
  for (size_t at = 0; lk_text_piece_line(piece, &at, &line);) {
    s->lines++;
    if (line.size == 0) continue;
    for (; s->found < s->count && s->list[s->found].document == s->documents; s->found++)
      lines[s->list[s->found].place] = s->lines;
    s->documents++;
  }
}

static lk_status search_text(search *s, const lk_text_file *text, lk_sha256_parts *hash,
                             uint64_t *lines) {
  lk_text_piece piece = {0};
  lk_left_out left_out = {0};
  lk_status status = LK_OK;
  for (uint64_t at = 0; at < text->size && status == LK_OK;) {
    status = lk_text_piece_next(&piece, text, at);
    size_t size = piece.size;
    if (status == LK_OK) status = lk_sha256_add(hash, piece.bytes, size);
    if (status != LK_OK) break;
    lk_text_piece_clean(&piece, at == 0, &left_out);
    search_piece(s, &piece, lines);
    at += size;
  }
  lk_free(piece.bytes);
  return status;
}

/* Nothing but the text that was read is searched. */
static lk_status search_same(search *s, const char *path, const lk_sha256 *sha256,
                             uint64_t *lines) {
  lk_sha256_parts *hash = NULL;
  lk_text_file text;
  lk_sha256 found = {0};
  LK_TRY(lk_text_file_open(&text, path));
  lk_status status = lk_sha256_create(&hash);
  if (status == LK_OK) status = search_text(s, &text, hash, lines);
  if (status == LK_OK) status = lk_sha256_value(hash, &found);
  if (status == LK_OK && strcmp(found.hex, sha256->hex))
    status = lk_text_file_refuse_change(text.name);
  lk_sha256_free(hash);
  lk_text_file_close(&text);
  return status;
}

lk_status lk_corpus_find_lines(const char *path, const lk_sha256 *sha256,
                               uint64_t *documents, size_t count) {
  search s = {.count = count};
  uint64_t *lines = NULL;
  lk_status status = LK_NEW(s.list, count);
  if (status == LK_OK) status = LK_NEW(lines, count);
  for (size_t i = 0; i < count && status == LK_OK; i++)
    s.list[i] = (wanted){documents[i], i};
  if (status == LK_OK) qsort(s.list, count, sizeof *s.list, in_order);
  if (status == LK_OK) status = search_same(&s, path, sha256, lines);
  if (status == LK_OK) memcpy(documents, lines, count * sizeof *documents);
  lk_free(lines);
  lk_free(s.list);
  return status;
}

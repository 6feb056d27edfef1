/* A slice of a text that was surveyed: its parts are read once, compared with what the
 * survey saw, and encoded into a file of tokens. */
#include "data/survey.h"
#include "data/token_file.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  lk_corpus *corpus;
  const lk_text_file *text;
  const lk_text_survey *survey;
  lk_text_piece piece;
  lk_token *tokens; /* [room] of a document */
  size_t room;
  lk_progress progress;
} reader;

static lk_status make_room(reader *r, size_t size) {
  size_t room = lk_tokenizer_room(r->corpus->tokenizer, size);
  if (room <= r->room) return LK_OK;
  lk_free(r->tokens);
  r->room = 0;
  LK_TRY(LK_NEW(r->tokens, room));
  r->room = room;
  return LK_OK;
}

static lk_status add_document(reader *r, const lk_text_line *line, uint64_t number) {
  lk_passage passage = {line->bytes, line->size, r->text->name, number, 0};
  size_t count = 0;
  LK_TRY(make_room(r, line->size));
  LK_TRY(lk_tokenizer_encode(r->corpus->tokenizer, &passage, r->tokens, r->room, &count));
  assert(count > 0 && count <= r->room);
  return lk_token_file_add(r->corpus->source, r->tokens, count);
}

static int is_held(const lk_corpus *corpus, uint64_t document) {
  return document >= corpus->held.first &&
         document - corpus->held.first < corpus->held.count;
}

/* The lines of the part, which is in memory, that the slice has. */
static lk_status add_lines(reader *r, const lk_text_part *part) {
  uint64_t document = part->documents, number = part->lines;
  lk_text_line line;
  for (size_t at = 0; lk_text_piece_line(&r->piece, &at, &line);) {
    number++;
    if (line.size == 0) continue;
    if (is_held(r->corpus, document)) LK_TRY(add_document(r, &line, number));
    document++;
  }
  return LK_OK;
}

static lk_status read_part(reader *r, const lk_text_part *part) {
  lk_left_out counted = {0};
  LK_TRY(lk_text_piece_read(&r->piece, r->text, part->at, (size_t)part->size));
  if (lk_hash_short(r->piece.bytes, r->piece.size) != part->hash)
    return lk_text_file_refuse_change(r->text->name);
  lk_text_piece_clean(&r->piece, part->at == 0, &counted);
  return add_lines(r, part);
}

/* Parts first … end-1 have the slice's documents, or, at the text's ends, none: every byte
 * is some slice's, so that what was read once has been there twice. */
static void find_parts(const reader *r, uint64_t *first, uint64_t *end) {
  const lk_text_survey *s = r->survey;
  lk_range held = r->corpus->held;
  *first = *end = 0;
  while (held.first > 0 && *first + 1 < s->count &&
         s->parts[*first + 1].documents <= held.first)
    ++*first;
  *end = *first + 1;
  while (*end < s->count && (s->parts[*end].documents < held.first + held.count ||
                             held.first + held.count == s->documents))
    ++*end;
}

static lk_status read_parts(reader *r) {
  lk_status status = LK_OK;
  uint64_t first, end, bytes = 0;
  find_parts(r, &first, &end);
  for (uint64_t i = first; i < end; i++)
    bytes += r->survey->parts[i].size;
  lk_progress_begin(&r->progress, NULL, bytes, "encoding %s", r->text->name);
  bytes = 0;
  for (uint64_t i = first; i < end && status == LK_OK; i++) {
    status = read_part(r, &r->survey->parts[i]);
    lk_progress_show(&r->progress, bytes += r->survey->parts[i].size);
  }
  lk_progress_end(&r->progress);
  return status;
}

static lk_status take_facts(lk_corpus *corpus, const lk_text_survey *survey,
                            const lk_tokenizer *tokenizer) {
  corpus->documents = survey->documents;
  corpus->characters = survey->characters;
  corpus->sha256 = survey->sha256;
  corpus->left_out = survey->left_out;
  return tokenizer ? lk_tokenizer_copy(&corpus->tokenizer, tokenizer)
                   : lk_tokenizer_restore(&corpus->tokenizer, &survey->own);
}

static lk_status fill(reader *r, const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_corpus *corpus = r->corpus;
  const char *name = r->text->name;
  if (r->text->size != r->survey->size) return lk_text_file_refuse_change(name);
  LK_TRY(take_facts(corpus, r->survey, tokenizer));
  LK_TRY(lk_corpus_check_slice(name, corpus->documents, slice));
  corpus->held = lk_slice_range(corpus->documents, slice);
  LK_TRY(lk_token_file_create(&corpus->source, name, corpus->held.first,
                              lk_tokenizer_size(corpus->tokenizer)));
  LK_TRY(read_parts(r));
  LK_TRY(lk_text_file_check(r->text));
  return lk_token_file_finish(corpus->source);
}

static lk_status read_slice(lk_corpus **out, const lk_text_file *text,
                            const lk_text_survey *survey, const lk_tokenizer *tokenizer,
                            lk_slice slice) {
  reader r = {.text = text, .survey = survey};
  *out = NULL;
  LK_TRY(LK_NEW(r.corpus, 1));
  lk_status status = fill(&r, tokenizer, slice);
  lk_free(r.piece.bytes);
  lk_free(r.tokens);
  if (status == LK_OK)
    *out = r.corpus;
  else
    lk_corpus_free(r.corpus);
  return status;
}

lk_status lk_corpus_read_surveyed(lk_corpus **out, const char *path,
                                  const lk_text_survey *survey,
                                  const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_text_file text;
  *out = NULL;
  LK_TRY(lk_text_file_open(&text, path));
  lk_status status = read_slice(out, &text, survey, tokenizer, slice);
  lk_text_file_close(&text);
  return status;
}

/* Who needs it alone surveys it. */
static lk_status read_alone(lk_corpus **out, const lk_text_file *text,
                            const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_text_survey survey;
  *out = NULL;
  lk_status status = lk_text_survey_of(&survey, text, tokenizer);
  if (status == LK_OK) status = read_slice(out, text, &survey, tokenizer, slice);
  lk_text_survey_clear(&survey);
  return status;
}

lk_status lk_corpus_parse_text(lk_corpus **out, const char *bytes, size_t size,
                               const char *name, const lk_tokenizer *tokenizer,
                               lk_slice slice) {
  const lk_text_file text = lk_text_file_of(bytes, size, name);
  return read_alone(out, &text, tokenizer, slice);
}

/* It gives its bytes once, if it can be read at all. */
static lk_status read_pipe(lk_corpus **out, const char *path, const lk_tokenizer *tokenizer,
                           lk_slice slice) {
  char *bytes;
  size_t size;
  LK_TRY(lk_file_read(path, &bytes, &size));
  lk_status status =
      lk_corpus_parse_text(out, bytes, size, lk_file_name(path), tokenizer, slice);
  lk_free(bytes);
  return status;
}

lk_status lk_corpus_read_text(lk_corpus **out, const char *path,
                              const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_text_file text;
  *out = NULL;
  if (lk_file_is_pipe(path) || !strcmp(path, "-"))
    return read_pipe(out, path, tokenizer, slice);
  LK_TRY(lk_text_file_open(&text, path));
  lk_status status = read_alone(out, &text, tokenizer, slice);
  lk_text_file_close(&text);
  return status;
}

/* One pass over all of a text: checks every character, counts, and notes where lines are.
 */
#include "lockstep/text_survey.h"
#include "data/survey.h"
#include "lockstep/characters.h"
#include "lockstep/foreign.h"
#include "lockstep/memory.h"
#include "lockstep/normal.h"
#include "lockstep/progress.h"
#include <assert.h>
#include <string.h>

enum { CODE_POINTS = 0x110000, TAIL = 64 };

typedef struct {
  lk_text_survey *out;
  const lk_text_file *text;
  int reserves; /* there are characters that no text may have */
  int composes;
  uint8_t *seen;       /* (CODE_POINTS) */
  uint32_t seen_limit; /* the highest + 1 */
  uint64_t lines;      /* before the next */
  lk_text_piece piece;
  lk_sha256_parts *hash;
} pass;

static int is_reserved(uint32_t code_point) {
  return code_point == LK_PAD_CODE_POINT || code_point == LK_MASK_CODE_POINT;
}

static void see(pass *p, uint32_t code_point) {
  p->seen[code_point] = 1;
  if (code_point >= p->seen_limit) p->seen_limit = code_point + 1;
  p->out->characters++;
}

/* Of the line that is counted last. */
static lk_text_place place_of(const pass *p, const lk_text_line *line, size_t at) {
  lk_text_place place = lk_text_place_of(line->bytes, at);
  place.line = p->lines;
  return place;
}

static lk_status scan_characters(pass *p, const lk_text_line *line) {
  for (size_t at = 0; at < line->size;) {
    uint32_t code_point;
    int length = lk_text_next(line->bytes + at, line->size - at, &code_point);
    if (!length)
      return lk_text_refuse_byte(p->text->name, place_of(p, line, at), line->bytes[at]);
    if (p->reserves && is_reserved(code_point))
      return lk_text_refuse_character(p->text->name, place_of(p, line, at), code_point);
    see(p, code_point);
    at += (size_t)length;
  }
  return LK_OK;
}

static lk_status scan_composed(pass *p, const lk_text_line *line) {
  char *composed;
  size_t size;
  LK_TRY(
      lk_normal_line(line->bytes, line->size, p->text->name, p->lines, &composed, &size));
  p->out->left_out.composed +=
      size != line->size || memcmp(composed, line->bytes, size) != 0;
  lk_status status = scan_characters(p, &(lk_text_line){composed, size, 0});
  lk_free(composed);
  return status;
}

static lk_status scan_line(pass *p, const lk_text_line *line) {
  p->lines++;
  p->out->documents += line->size > 0;
  LK_TRY(p->composes ? scan_composed(p, line) : scan_characters(p, line));
  if (line->ends) see(p, '\n');
  return LK_OK;
}

/* How the file begins and ends tells what it is. */
static lk_status check_kind(const pass *p) {
  const lk_text_file *text = p->text;
  lk_text_piece tail = {0};
  uint64_t rest = text->size - p->piece.size;
  size_t behind = rest < TAIL ? (size_t)rest : TAIL, size = p->piece.size + behind;
  char *ends = NULL;
  lk_status status = lk_allocate((void **)&ends, size, 1, text->name);
  if (status == LK_OK)
    status = lk_text_piece_read(&tail, text, text->size - behind, behind);
  if (status == LK_OK) {
    memcpy(ends, p->piece.bytes, p->piece.size);
    if (behind) memcpy(ends + p->piece.size, tail.bytes, behind);
    status = lk_foreign_check(text->name, ends, size, "document");
  }
  lk_free(tail.bytes);
  lk_free(ends);
  return status;
}

static lk_status scan_piece(pass *p, uint64_t begin) {
  lk_text_survey *out = p->out;
  lk_text_line line;
  if (begin == 0) LK_TRY(check_kind(p));
  LK_TRY(lk_sha256_add(p->hash, p->piece.bytes, p->piece.size));
  out->parts[out->count++] =
      (lk_text_part){begin, p->piece.size, lk_hash_short(p->piece.bytes, p->piece.size),
                     out->documents, p->lines};
  lk_text_piece_clean(&p->piece, begin == 0, &out->left_out);
  for (size_t at = 0; lk_text_piece_line(&p->piece, &at, &line);)
    LK_TRY(scan_line(p, &line));
  return LK_OK;
}

static lk_status scan_pieces(pass *p) {
  lk_progress progress;
  lk_status status = LK_OK;
  uint64_t at = 0;
  lk_progress_begin(&progress, NULL, p->text->size, "checking %s", p->text->name);
  while (at < p->text->size && status == LK_OK) {
    status = lk_text_piece_next(&p->piece, p->text, at);
    size_t size = p->piece.size;
    if (status == LK_OK) status = scan_piece(p, at);
    lk_progress_show(&progress, at += size);
  }
  lk_progress_end(&progress);
  return status;
}

static lk_status save_own(pass *p) {
  uint32_t *code_points = NULL;
  lk_tokenizer *own;
  size_t count = 0;
  LK_TRY(LK_NEW(code_points, p->seen_limit));
  for (uint32_t c = 0; c < p->seen_limit; c++)
    if (p->seen[c]) code_points[count++] = c;
  lk_status status = lk_characters_create(&own, code_points, count, 0);
  lk_free(code_points);
  LK_TRY(status);
  status = lk_tokenizer_save(own, &p->out->own);
  lk_tokenizer_free(own);
  return status;
}

/* Two pieces that follow each other are longer than one can be. */
static lk_status make_room(pass *p) {
  LK_TRY(LK_NEW(p->seen, CODE_POINTS));
  LK_TRY(LK_NEW(p->out->parts, 2 * (p->text->size / LK_TEXT_PIECE) + 2));
  return lk_sha256_create(&p->hash);
}

static lk_status run(pass *p) {
  LK_TRY(make_room(p));
  LK_TRY(scan_pieces(p));
  LK_TRY(lk_text_file_check(p->text));
  LK_TRY(lk_sha256_value(p->hash, &p->out->sha256));
  return p->reserves ? save_own(p) : LK_OK;
}

lk_status lk_text_survey_of(lk_text_survey *out, const lk_text_file *text,
                            const lk_tokenizer *tokenizer) {
  pass p = {.out = out,
            .text = text,
            .reserves = !tokenizer,
            .composes = tokenizer && lk_tokenizer_composes(tokenizer)};
  *out = (lk_text_survey){.size = text->size};
  lk_status status = run(&p);
  lk_free(p.seen);
  lk_free(p.piece.bytes);
  lk_sha256_free(p.hash);
  return status;
}

lk_status lk_text_survey_make(lk_text_survey *out, const char *path,
                              const lk_tokenizer *tokenizer) {
  lk_text_file text;
  *out = (lk_text_survey){0};
  LK_TRY(lk_text_file_open(&text, path));
  lk_status status = lk_text_survey_of(out, &text, tokenizer);
  lk_text_file_close(&text);
  return status;
}

void lk_text_survey_clear(lk_text_survey *survey) {
  lk_free(survey->parts);
  lk_free(survey->own.bytes);
  *survey = (lk_text_survey){0};
}

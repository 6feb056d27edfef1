/* What is the same for all kinds. */
#include "text/tokenizer.h"
#include "lockstep/memory.h"
#include "lockstep/normal.h"
#include "lockstep/text.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static const lk_tokenizer_kind *const kinds[] = {&lk_tokenizer_characters,
                                                 &lk_tokenizer_bytes, &lk_tokenizer_bpe};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* NULL where there is none of this name. */
static const lk_tokenizer_kind *find_kind(const char *name) {
  for (int i = 0; i < KINDS; i++)
    if (!strcmp(kinds[i]->name, name)) return kinds[i];
  return NULL;
}

static lk_status refuse_kind(lk_status code, const char *name) {
  char list[128] = "";
  for (int i = 0; i < KINDS; i++)
    snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "",
             kinds[i]->name);
  return lk_fail(code, "there is no tokenizer '%s'; choose one of: %s", name, list);
}

int lk_tokenizer_learns(const char *kind) {
  const lk_tokenizer_kind *found = find_kind(kind);
  return found && found->learns;
}

static lk_status make(lk_tokenizer **out, lk_status code, const lk_tokenizer_image *image) {
  const lk_tokenizer_kind *kind = find_kind(image->kind);
  *out = NULL;
  if (!kind) return refuse_kind(code, image->kind);
  LK_TRY(kind->restore(out, image->bytes, image->size));
  assert((*out)->kind == kind);
  (*out)->composes = image->composes != 0;
  return LK_OK;
}

lk_status lk_tokenizer_create(lk_tokenizer **out, const char *kind, int composes) {
  lk_tokenizer_image image = {.composes = composes};
  assert(!lk_tokenizer_learns(kind));
  snprintf(image.kind, sizeof image.kind, "%s", kind);
  return make(out, LK_USAGE, &image);
}

lk_status lk_tokenizer_restore(lk_tokenizer **out, const lk_tokenizer_image *image) {
  *out = NULL;
  if (!image->size) return lk_fail(LK_BAD_DATA, "a tokenizer of no bytes");
  return make(out, LK_BAD_DATA, image);
}

lk_status lk_tokenizer_save(const lk_tokenizer *tokenizer, lk_tokenizer_image *image) {
  *image = (lk_tokenizer_image){.composes = tokenizer->composes};
  assert(strlen(tokenizer->kind->name) < sizeof image->kind);
  snprintf(image->kind, sizeof image->kind, "%s", tokenizer->kind->name);
  return tokenizer->kind->save(tokenizer, &image->bytes, &image->size);
}

lk_status lk_tokenizer_copy(lk_tokenizer **out, const lk_tokenizer *tokenizer) {
  lk_tokenizer_image image;
  *out = NULL;
  LK_TRY(lk_tokenizer_save(tokenizer, &image));
  lk_status status = lk_tokenizer_restore(out, &image);
  lk_free(image.bytes);
  return status;
}

lk_status lk_tokenizer_begin(void **out, size_t size, const lk_tokenizer_kind *kind,
                             size_t ids) {
  assert(size >= sizeof(lk_tokenizer) && ids >= LK_SPECIALS && ids <= LK_MOST_IDS);
  LK_TRY(lk_allocate(out, 1, size, "a tokenizer"));
  *(lk_tokenizer *)*out = (lk_tokenizer){kind, {LK_PAD, LK_MASK, -1}, (int)ids, 0};
  return LK_OK;
}

void lk_tokenizer_free(lk_tokenizer *tokenizer) {
  if (!tokenizer) return;
  tokenizer->kind->release(tokenizer);
  lk_free(tokenizer);
}

const char *lk_tokenizer_name(const lk_tokenizer *tokenizer) {
  return tokenizer->kind->name;
}

const char *lk_tokenizer_unit(const lk_tokenizer *tokenizer) {
  return tokenizer->kind->unit;
}

int lk_tokenizer_size(const lk_tokenizer *tokenizer) {
  return tokenizer->size;
}

int lk_tokenizer_composes(const lk_tokenizer *tokenizer) {
  return tokenizer->composes;
}

lk_specials lk_tokenizer_specials(const lk_tokenizer *tokenizer) {
  return tokenizer->specials;
}

lk_token lk_tokenizer_pad(const lk_tokenizer *tokenizer) {
  assert(tokenizer->specials.pad < (lk_token)tokenizer->size);
  return tokenizer->specials.pad;
}

lk_token lk_tokenizer_mask(const lk_tokenizer *tokenizer) {
  assert(tokenizer->specials.mask < (lk_token)tokenizer->size);
  return tokenizer->specials.mask;
}

lk_token lk_tokenizer_end(const lk_tokenizer *tokenizer) {
  int end = tokenizer->specials.end;
  assert(end < tokenizer->size);
  return end < 0 ? tokenizer->specials.mask : (lk_token)end;
}

int lk_tokenizer_is_text(const lk_tokenizer *tokenizer, lk_token id) {
  const lk_specials *special = &tokenizer->specials;
  return id < (lk_token)tokenizer->size && id != special->pad && id != special->mask &&
         (int)id != special->end;
}

lk_passage lk_passage_of(const char *text, const char *name, uint64_t line) {
  return (lk_passage){text, strlen(text), name, line, 0};
}

lk_status lk_tokenizer_refuse_length(const lk_tokenizer_kind *kind,
                                     const lk_passage *passage, size_t capacity) {
  char where[32] = "";
  if (passage->line)
    snprintf(where, sizeof where, ", line %llu", (unsigned long long)passage->line);
  return lk_fail(LK_BAD_DATA,
                 "%s%s: more than the %zu %s that the block has room for; shorten it",
                 passage->name, where, capacity, kind->unit);
}

lk_text_place lk_passage_place(const lk_passage *passage, size_t at) {
  const lk_passage *p = passage;
  lk_text_place place = lk_text_place_of(p->bytes, at);
  if (!p->by_lines)
    return (lk_text_place){p->line, at + 1, lk_text_count(p->bytes, at) + 1};
  place.line += p->line - 1;
  return place;
}

lk_status lk_tokenizer_check_text(const lk_passage *passage) {
  for (size_t at = 0; at < passage->size;) {
    uint32_t code_point;
    const char *here = passage->bytes + at;
    int length = lk_text_next(here, passage->size - at, &code_point);
    if (!length)
      return lk_text_refuse_byte(passage->name, lk_passage_place(passage, at), *here);
    at += (size_t)length;
  }
  return LK_OK;
}

lk_status lk_tokenizer_encode_bytes(const lk_tokenizer *tokenizer,
                                    const lk_passage *passage, lk_token *tokens,
                                    size_t capacity, size_t *count) {
  const lk_tokenizer_kind *kind = tokenizer->kind;
  lk_passage composed = *passage;
  char *bytes;
  if (!kind->encode_bytes)
    return lk_tokenizer_encode(tokenizer, passage, tokens, capacity, count);
  if (!tokenizer->composes || lk_normal_is_composed(passage->bytes, passage->size))
    return kind->encode_bytes(tokenizer, passage, tokens, capacity, count, NULL);
  LK_TRY(lk_normal_bytes(passage->bytes, passage->size, &bytes, &composed.size));
  composed.bytes = bytes;
  lk_status status =
      kind->encode_bytes(tokenizer, &composed, tokens, capacity, count, NULL);
  lk_free(bytes);
  return status;
}

lk_status lk_tokenizer_encode_part(const lk_tokenizer *tokenizer, const lk_passage *passage,
                                   lk_token *tokens, size_t capacity, size_t *count,
                                   size_t *used) {
  const lk_tokenizer_kind *kind = tokenizer->kind;
  lk_passage lines = *passage;
  if (kind->encode_bytes)
    return kind->encode_bytes(tokenizer, passage, tokens, capacity, count, used);
  while (lines.size && lines.bytes[lines.size - 1] != '\n')
    lines.size--;
  *used = lines.size;
  return lk_tokenizer_encode(tokenizer, &lines, tokens, capacity, count);
}

static lk_status compose(const lk_passage *passage, char **bytes, size_t *size) {
  const lk_passage *p = passage;
  uint64_t changed = 0;
  LK_TRY(lk_tokenizer_check_text(p)); /* which knows the place */
  return p->by_lines
             ? lk_normal_lines(p->bytes, p->size, p->name, p->line, bytes, size, &changed)
             : lk_normal_line(p->bytes, p->size, p->name, p->line, bytes, size);
}

lk_status lk_tokenizer_encode(const lk_tokenizer *tokenizer, const lk_passage *passage,
                              lk_token *tokens, size_t capacity, size_t *count) {
  const lk_tokenizer_kind *kind = tokenizer->kind;
  lk_passage composed = *passage;
  char *bytes;
  if (!tokenizer->composes || lk_normal_is_composed(passage->bytes, passage->size))
    return kind->encode(tokenizer, passage, tokens, capacity, count);
  LK_TRY(compose(passage, &bytes, &composed.size));
  composed.bytes = bytes;
  lk_status status = kind->encode(tokenizer, &composed, tokens, capacity, count);
  assert(status != LK_OK || *count <= composed.size);
  lk_free(bytes);
  return status;
}

size_t lk_tokenizer_room(const lk_tokenizer *tokenizer, size_t size) {
  return tokenizer->composes ? LK_NORMAL_GROWTH * size : size;
}

const char *lk_tokenizer_piece(const lk_tokenizer *tokenizer, lk_token id,
                               char scratch[LK_PIECE], size_t *size) {
  assert(id < (lk_token)tokenizer->size);
  return tokenizer->kind->piece(tokenizer, id, scratch, size);
}

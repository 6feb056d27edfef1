/* Tokens that are made of bytes by merges, within pieces of a text (byte-level BPE). */
#include "text/bpe.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <assert.h>
#include <string.h>

static const lk_bpe *of(const lk_tokenizer *tokenizer) {
  assert(tokenizer->kind == &lk_tokenizer_bpe);
  return (const lk_bpe *)tokenizer;
}

static lk_status restore(lk_tokenizer **out, const void *bytes, size_t size) {
  lk_bpe *bpe;
  int composes; /* the image says it itself */
  lk_status status = lk_bpe_parse(&bpe, bytes, size, &composes);
  *out = status == LK_OK ? &bpe->base : NULL;
  return status;
}

static lk_status save(const lk_tokenizer *tokenizer, void **bytes, size_t *size) {
  return lk_bpe_write(of(tokenizer), 1, (char **)bytes, size);
}

static void release(lk_tokenizer *tokenizer) {
  const lk_bpe *b = of(tokenizer);
  lk_free(b->tokens);
  lk_free(b->bytes);
  lk_free(b->merges);
  lk_free(b->names.slots);
  lk_free(b->pairs.slots);
  lk_free(b->added);
  lk_bpe_cache_free(b->cache);
}

/* A place between two pieces, and the tokens before it. */
typedef struct {
  const char *at;
  size_t count;
} border;

/* Tokens on their way to the caller. */
typedef struct {
  lk_token *tokens;
  size_t count, capacity;
  border last, settled; /* before the last piece, and before the last but one */
  int is_full;
  lk_bpe_cache *cache; /* NULL: there is no memory for one */
} target;

static void append(target *to, const lk_token *tokens, size_t count) {
  to->is_full |= count > to->capacity - to->count;
  if (to->is_full) return;
  memcpy(to->tokens + to->count, tokens, count * sizeof *tokens);
  to->count += count;
}

/* A piece that is no token. */
static lk_status append_merged(const lk_bpe *b, const char *piece, size_t size,
                               target *to) {
  size_t count;
  const lk_token *known = lk_bpe_cache_find(to->cache, piece, size, &count);
  if (known) {
    append(to, known, count);
    return LK_OK;
  }
  lk_token few[64], *many = NULL;
  if (size > sizeof few / sizeof *few) LK_TRY(LK_NEW(many, size));
  lk_token *tokens = many ? many : few;
  lk_status status = lk_bpe_merge_piece(b, piece, size, tokens, &count);
  if (status == LK_OK) {
    append(to, tokens, count);
    lk_bpe_cache_keep(to->cache, piece, size, tokens, count);
  }
  lk_free(many);
  return status;
}

static lk_status append_text(const lk_bpe *b, const char *bytes, size_t size, target *to) {
  lk_pieces pieces = lk_pieces_of(&b->pattern, bytes, size);
  const char *piece;
  while (!to->is_full && lk_pieces_next(&pieces, &piece, &size)) {
    to->settled = to->last;
    to->last = (border){piece, to->count};
    int64_t id = lk_bpe_find(b, piece, size);
    lk_token token = (lk_token)id;
    if (id >= 0 && b->tokens[id].is_whole)
      append(to, &token, 1);
    else
      LK_TRY(append_merged(b, piece, size, to));
  }
  return LK_OK;
}

/* The longest added token that stands here; -1: none. */
static int64_t find_added(const lk_bpe *b, const char *at, size_t rest) {
  for (size_t i = 0; i < b->added_count; i++) {
    size_t size;
    const char *bytes = lk_bpe_bytes(b, b->added[i], &size);
    if (size <= rest && !memcmp(at, bytes, size)) return b->added[i];
  }
  return -1;
}

/* Where the next added token begins, *id; the end where there is none. */
static size_t next_added(const lk_bpe *b, const lk_passage *of, size_t at, int64_t *id) {
  *id = -1;
  if (!b->added_count) return of->size;
  for (; at < of->size; at++)
    if (b->begins_added[(unsigned char)of->bytes[at]] &&
        (*id = find_added(b, of->bytes + at, of->size - at)) >= 0)
      break;
  return at;
}

/* The first `known` bytes, and all of an added token that begins there. */
static lk_status append_all(const lk_bpe *b, const lk_passage *passage, size_t known,
                            target *to) {
  int64_t id;
  for (size_t at = 0; at < known && !to->is_full;) {
    size_t end = next_added(b, passage, at, &id);
    if (end >= known) end = known, id = -1;
    LK_TRY(append_text(b, passage->bytes + at, end - at, to));
    at = end;
    if (id < 0) continue;
    lk_token token = (lk_token)id;
    append(to, &token, 1);
    at += b->tokens[id].length;
    to->settled = to->last = (border){passage->bytes + at, to->count};
  }
  return LK_OK;
}

/* Bytes of a passage, which may go on, where what begins is known: no added token that has
 * its end behind the passage, no part of a character. */
static size_t find_known(const lk_bpe *b, const lk_passage *passage) {
  size_t size = passage->size, longest = 1;
  if (b->added_count) lk_bpe_bytes(b, b->added[0], &longest);
  size = size < longest ? 0 : size - (longest - 1);
  for (int i = 0; i < 3 && size && lk_text_continues(passage->bytes[size - 1]); i++)
    size--;
  return size && (unsigned char)passage->bytes[size - 1] >= 0xC0 ? size - 1 : size;
}

/* The last piece of what is known may go on, and by that be one with the piece before it;
 * no pattern changes more: of "'r" behind a word GPT-2's makes two, of "'re" one. */
static lk_status encode_bytes(const lk_tokenizer *tokenizer, const lk_passage *passage,
                              lk_token *tokens, size_t capacity, size_t *count,
                              size_t *used) {
  const lk_bpe *b = of(tokenizer);
  const border start = {passage->bytes, 0};
  target to = {tokens, 0, capacity, start, start, 0, lk_bpe_cache_enter(b->cache)};
  size_t known = used ? find_known(b, passage) : passage->size;
  lk_status status = append_all(b, passage, known, &to);
  lk_bpe_cache_leave(to.cache);
  LK_TRY(status);
  if (to.is_full) return lk_tokenizer_refuse_length(tokenizer->kind, passage, capacity);
  *count = used ? to.settled.count : to.count;
  if (used) *used = (size_t)(to.settled.at - passage->bytes);
  assert(*count <= passage->size);
  return LK_OK;
}

static lk_status encode(const lk_tokenizer *tokenizer, const lk_passage *passage,
                        lk_token *tokens, size_t capacity, size_t *count) {
  LK_TRY(lk_tokenizer_check_text(passage));
  return encode_bytes(tokenizer, passage, tokens, capacity, count, NULL);
}

static const char *piece(const lk_tokenizer *tokenizer, lk_token id, char scratch[LK_PIECE],
                         size_t *size) {
  (void)scratch;
  return lk_bpe_bytes(of(tokenizer), id, size);
}

/* That of its first character behind a blank: " London" is a capital. */
static lk_class class_of(const lk_tokenizer *tokenizer, lk_token id) {
  size_t size;
  uint32_t code_point;
  const char *bytes = lk_bpe_bytes(of(tokenizer), id, &size);
  int blank = *bytes == ' ' && size > 1;
  int length = lk_text_next(bytes + blank, size - (size_t)blank, &code_point);
  if (!length) return (unsigned char)bytes[blank] < 0x80 ? LK_CLASS_OTHER : LK_CLASS_LETTER;
  return lk_text_class(code_point);
}

const lk_tokenizer_kind lk_tokenizer_bpe = {.name = "bpe",
                                            .unit = "tokens",
                                            .restore = restore,
                                            .save = save,
                                            .release = release,
                                            .encode = encode,
                                            .encode_bytes = encode_bytes,
                                            .piece = piece,
                                            .class_of = class_of,
                                            .learns = 1,
                                            .joins = 1};

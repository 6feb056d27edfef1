#include "eval/spelling.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <assert.h>
#include <string.h>

void lk_spelling_clear(lk_spelling *spelling) {
  spelling->size = 0;
  spelling->stopped = 0;
}

void lk_spelling_release(lk_spelling *spelling) {
  lk_free(spelling->bytes);
  *spelling = (lk_spelling){.bytes = NULL};
}

static lk_status make_room(lk_spelling *s, size_t more) {
  char *larger;
  if (s->size + more <= s->room) return LK_OK;
  size_t room = 2 * (s->size + more);
  LK_TRY(lk_allocate((void **)&larger, room, 1, "a generated text"));
  if (s->size) memcpy(larger, s->bytes, s->size);
  lk_free(s->bytes);
  s->bytes = larger;
  s->room = room;
  return LK_OK;
}

/* Where the text is from byte `first` on; the size: nowhere. */
static size_t find(const lk_spelling *s, const char *text, size_t length, size_t first) {
  for (size_t at = first; at + length <= s->size; at++)
    if (!memcmp(s->bytes + at, text, length)) return at;
  return s->size;
}

/* Cuts at the first stop text that ends behind byte `from`. */
static void find_stop(lk_spelling *s, size_t from) {
  size_t end = s->size;
  for (int i = 0; i < s->stop_count; i++) {
    size_t length = strlen(s->stops[i]);
    assert(length > 0);
    size_t found = find(s, s->stops[i], length, from < length ? 0 : from - length + 1);
    if (found < end) end = found;
  }
  s->stopped = end < s->size;
  s->size = end;
}

lk_status lk_spelling_add(lk_spelling *spelling, lk_token token) {
  char scratch[LK_PIECE];
  size_t size, from = spelling->size;
  if (spelling->stopped || !lk_tokenizer_is_text(spelling->tokenizer, token)) return LK_OK;
  const char *piece = lk_tokenizer_piece(spelling->tokenizer, token, scratch, &size);
  LK_TRY(make_room(spelling, size));
  if (size) memcpy(spelling->bytes + from, piece, size);
  spelling->size += size;
  find_stop(spelling, from);
  return LK_OK;
}

/* The longest end of the bytes that a stop text begins with. */
static size_t begun_stop(const lk_spelling *s) {
  size_t longest = 0;
  for (int i = 0; i < s->stop_count; i++)
    for (size_t n = strlen(s->stops[i]) - 1; n > longest; n--)
      if (n <= s->size && !memcmp(s->bytes + s->size - n, s->stops[i], n)) longest = n;
  return longest;
}

/* Bytes at the end of the first `size` that may become a character. */
static size_t begun_character(const char *bytes, size_t size) {
  uint32_t code_point;
  size_t begun = 0;
  while (begun < size && begun < 3 && lk_text_continues(bytes[size - begun - 1]))
    begun++;
  if (begun == size) return 0;
  unsigned char first = (unsigned char)bytes[size - ++begun];
  size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  int whole = lk_text_next(bytes + size - begun, begun, &code_point) > 0;
  return whole || begun >= length ? 0 : begun;
}

size_t lk_spelling_settled(const lk_spelling *spelling) {
  if (spelling->stopped) return spelling->size;
  size_t size = spelling->size - begun_stop(spelling);
  return size - begun_character(spelling->bytes, size);
}

lk_status lk_spelling_text(const lk_spelling *spelling, size_t from, size_t to,
                           char **text) {
  assert(from <= to && to <= spelling->size);
  return lk_text_repair(spelling->bytes + from, to - from, text);
}

/* Any bytes by any pattern: the pieces are the bytes, their tokens are those of the
 * plainest way to merge, and decoded they are the bytes again. The first byte chooses the
 * pattern. */
#include "fuzz.h"
#include "text/bpe.h"

enum { MOST = 4096 };

static const char *const merges[][2] = {
    {"a", "b"},   {"b", "c"},       {"ab", "c"},       {" ", "a"},   {"a", "a"},
    {"aa", "aa"}, {"\xC3", "\xA9"}, {" ", "\xC3\xA9"}, {" a", "bc"}, {" ", " "}};
enum { MERGES = sizeof merges / sizeof *merges };

static lk_token find(const lk_bpe *bpe, const char *text) {
  int64_t id = lk_bpe_find(bpe, text, strlen(text));
  MUST(id >= 0);
  return (lk_token)id;
}

static lk_bpe *make(void) {
  lk_bpe *bpe;
  char both[8];
  MUST(lk_bpe_begin(&bpe, 257 + MERGES, MERGES) == LK_OK);
  for (int i = 0; i < 256; i++)
    MUST(lk_bpe_add(bpe, (size_t)i, LK_BPE_TEXT, (char[]){(char)i}, 1) == LK_OK);
  for (size_t i = 0; i < MERGES; i++) {
    size_t size = (size_t)snprintf(both, sizeof both, "%s%s", merges[i][0], merges[i][1]);
    MUST(lk_bpe_add(bpe, 256 + i, LK_BPE_TEXT, both, size) == LK_OK);
  }
  MUST(lk_bpe_add(bpe, 256 + MERGES, LK_BPE_SPECIAL, "<|endoftext|>", 13) == LK_OK);
  for (size_t i = 0; i < MERGES; i++)
    MUST(lk_bpe_join(bpe, find(bpe, merges[i][0]), find(bpe, merges[i][1])) == LK_OK);
  MUST(lk_bpe_finish(bpe) == LK_OK);
  return bpe;
}

/* The merge of the lowest rank, the leftmost, again and again. */
static size_t merge_plainly(const lk_bpe *bpe, const char *piece, size_t size,
                            lk_token *tokens) {
  for (size_t i = 0; i < size; i++)
    tokens[i] = (unsigned char)piece[i];
  for (;;) {
    int64_t best = MERGES;
    size_t place = 0;
    for (size_t i = 0; i + 1 < size; i++) {
      int64_t rank = lk_bpe_rank(bpe, tokens[i], tokens[i + 1]);
      if (rank >= 0 && rank < best) best = rank, place = i;
    }
    if (best == MERGES) return size;
    tokens[place] = bpe->merges[best].made;
    memmove(tokens + place + 1, tokens + place + 2, (size - place - 2) * sizeof *tokens);
    size--;
  }
}

static void check_bytes(const lk_bpe *bpe, const char *bytes, size_t size) {
  static lk_token tokens[MOST], expected[MOST];
  lk_passage passage = {bytes, size, "input", 0, 0};
  lk_pieces pieces = lk_pieces_of(&bpe->pattern, bytes, size);
  const char *piece, *at = bytes;
  size_t count, part, used = 0;
  MUST(lk_tokenizer_encode_bytes(&bpe->base, &passage, tokens, MOST, &count) == LK_OK);
  while (lk_pieces_next(&pieces, &piece, &part)) {
    MUST(piece == at && part > 0);
    used += merge_plainly(bpe, piece, part, expected + used);
    at += part;
  }
  MUST(at == bytes + size && used == count);
  MUST(!memcmp(tokens, expected, count * sizeof *tokens));
  at = bytes;
  for (size_t i = 0; i < count; i++, at += part) {
    piece = lk_bpe_bytes(bpe, tokens[i], &part);
    MUST(part <= (size_t)(bytes + size - at) && !memcmp(at, piece, part));
  }
  MUST(at == bytes + size);
}

/* What is encoded of the first half, and then of what it left over, is what the whole is.
 */
static void check_parts(const lk_bpe *bpe, const char *bytes, size_t size) {
  static lk_token tokens[MOST], expected[MOST];
  size_t count, first, more, used;
  lk_passage all = {bytes, size, "input", 0, 0}, half = {bytes, size / 2, "input", 0, 0};
  MUST(lk_tokenizer_encode_bytes(&bpe->base, &all, expected, MOST, &count) == LK_OK);
  MUST(lk_tokenizer_encode_part(&bpe->base, &half, tokens, MOST, &first, &used) == LK_OK);
  lk_passage rest = {bytes + used, size - used, "input", 0, 0};
  MUST(lk_tokenizer_encode_bytes(&bpe->base, &rest, tokens + first, MOST - first, &more) ==
       LK_OK);
  MUST(first + more == count && !memcmp(tokens, expected, count * sizeof *tokens));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  if (!size || size > MOST) return 0;
  lk_bpe *bpe = make();
  bpe->pattern = (lk_pattern){(lk_pattern_kind)(bytes[0] % LK_PATTERN_COUNT), bytes[0] & 64,
                              bytes[0] & 128};
  check_bytes(bpe, (const char *)bytes + 1, size - 1);
  check_parts(bpe, (const char *)bytes + 1, size - 1);
  lk_tokenizer_free(&bpe->base);
  fuzz_end();
  return 0;
}

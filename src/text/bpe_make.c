/* A BPE out of its tokens and merges. */
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include "text/bpe.h"
#include <assert.h>
#include <string.h>

/* At most half of the slots are taken. */
static lk_status make_table(lk_bpe_table *table, size_t entries) {
  size_t slots = 4;
  while (slots < 2 * entries)
    slots *= 2;
  table->mask = (uint32_t)slots - 1;
  return LK_NEW(table->slots, slots);
}

const char *lk_bpe_bytes(const lk_bpe *bpe, lk_token id, size_t *size) {
  assert(id < (lk_token)bpe->base.size);
  *size = bpe->tokens[id].length;
  return bpe->bytes + bpe->tokens[id].first;
}

static uint32_t number_of(uint64_t slot) {
  return (uint32_t)slot - 1;
}

static uint64_t slot_of(uint64_t hash, size_t number) {
  return hash >> 32 << 32 | (uint32_t)(number + 1);
}

/* The slot of these bytes, or the free one where they belong. */
static uint64_t *find_name(const lk_bpe *bpe, const char *bytes, size_t size,
                           uint64_t hash) {
  uint32_t at = (uint32_t)hash & bpe->names.mask;
  uint64_t taken;
  for (; (taken = bpe->names.slots[at]); at = (at + 1) & bpe->names.mask) {
    if (taken >> 32 != hash >> 32) continue;
    const lk_bpe_token *token = &bpe->tokens[number_of(taken)];
    if (token->length == size && !memcmp(bpe->bytes + token->first, bytes, size)) break;
  }
  return &bpe->names.slots[at];
}

int64_t lk_bpe_find(const lk_bpe *bpe, const char *bytes, size_t size) {
  uint64_t slot = *find_name(bpe, bytes, size, lk_hash_short(bytes, size));
  return slot ? (int64_t)number_of(slot) : -1;
}

static uint64_t hash_of(lk_token left, lk_token right) {
  uint64_t key = ((uint64_t)left << 32 | right) * 0x9E3779B97F4A7C15u;
  return key ^ key >> 32;
}

static uint64_t *find_pair(const lk_bpe *bpe, lk_token left, lk_token right,
                           uint64_t hash) {
  uint32_t at = (uint32_t)hash & bpe->pairs.mask;
  uint64_t taken;
  for (; (taken = bpe->pairs.slots[at]); at = (at + 1) & bpe->pairs.mask) {
    if (taken >> 32 != hash >> 32) continue;
    const lk_bpe_merge *merge = &bpe->merges[number_of(taken)];
    if (merge->left == left && merge->right == right) break;
  }
  return &bpe->pairs.slots[at];
}

int64_t lk_bpe_rank(const lk_bpe *bpe, lk_token left, lk_token right) {
  uint64_t slot = *find_pair(bpe, left, right, hash_of(left, right));
  return slot ? (int64_t)number_of(slot) : -1;
}

static lk_status make_room(lk_bpe *b, size_t ids, size_t merges) {
  LK_TRY(LK_NEW(b->tokens, ids));
  LK_TRY(lk_bpe_cache_create(&b->cache));
  LK_TRY(LK_NEW(b->merges, merges));
  LK_TRY(make_table(&b->names, ids));
  b->merge_room = merges;
  b->end = -1;
  return make_table(&b->pairs, merges);
}

lk_status lk_bpe_begin(lk_bpe **out, size_t ids, size_t merges) {
  void *room = NULL;
  *out = NULL;
  if (ids < 256 || ids > LK_MOST_IDS)
    return lk_fail(LK_BAD_DATA, "%zu tokens; a BPE of bytes has 256 to %d", ids,
                   LK_MOST_IDS);
  if (merges > LK_MOST_IDS)
    return lk_fail(LK_BAD_DATA, "%zu merges; there can be %d", merges, LK_MOST_IDS);
  LK_TRY(lk_tokenizer_begin(&room, sizeof(lk_bpe), &lk_tokenizer_bpe, ids));
  lk_status status = make_room(room, ids, merges);
  if (status == LK_OK)
    *out = room;
  else
    lk_tokenizer_free(room);
  return status;
}

static lk_status keep_bytes(lk_bpe *b, const char *bytes, size_t size) {
  if (size > UINT32_MAX - b->used)
    return lk_fail(LK_BAD_DATA, "the tokens have more than 4 GB in all");
  if (b->used + size > b->room) {
    size_t room = 2 * (b->used + size) + 4096;
    char *larger;
    LK_TRY(LK_NEW(larger, room));
    if (b->used) memcpy(larger, b->bytes, b->used);
    lk_free(b->bytes);
    b->bytes = larger;
    b->room = room;
  }
  memcpy(b->bytes + b->used, bytes, size);
  b->used += size;
  return LK_OK;
}

lk_status lk_bpe_add(lk_bpe *b, size_t id, lk_bpe_kind kind, const char *bytes,
                     size_t size) {
  if (id >= (size_t)b->base.size)
    return lk_fail(LK_BAD_DATA, "token %zu: there are %d, from 0 on; ids must have no gaps",
                   id, b->base.size);
  if (!size) return lk_fail(LK_BAD_DATA, "token %zu is empty", id);
  if (b->tokens[id].length)
    return lk_fail(LK_BAD_DATA, "token %zu: two texts have this id", id);
  uint64_t hash = lk_hash_short(bytes, size), *slot = find_name(b, bytes, size, hash);
  if (kind == LK_BPE_TEXT && *slot)
    return lk_fail(LK_BAD_DATA, "tokens %u and %zu are the same text", number_of(*slot),
                   id);
  uint32_t first = (uint32_t)b->used;
  LK_TRY(keep_bytes(b, bytes, size));
  b->tokens[id] = (lk_bpe_token){first, (uint32_t)size, (uint8_t)kind, 0};
  if (kind == LK_BPE_TEXT) *slot = slot_of(hash, id);
  b->added_count += kind == LK_BPE_ADDED;
  return LK_OK;
}

void lk_bpe_share(lk_bpe *bpe, lk_token id) {
  size_t size;
  const char *bytes = lk_bpe_bytes(bpe, id, &size);
  uint64_t hash = lk_hash_short(bytes, size), *slot = find_name(bpe, bytes, size, hash);
  if (!*slot) *slot = slot_of(hash, id);
}

/* The token that two make, -1: there is none. */
static lk_status find_made(const lk_bpe *b, lk_token left, lk_token right, int64_t *made) {
  size_t a_size, b_size;
  char *both;
  const char *a = lk_bpe_bytes(b, left, &a_size), *c = lk_bpe_bytes(b, right, &b_size);
  LK_TRY(LK_NEW(both, a_size + b_size));
  memcpy(both, a, a_size);
  memcpy(both + a_size, c, b_size);
  *made = lk_bpe_find(b, both, a_size + b_size);
  lk_free(both);
  return LK_OK;
}

lk_status lk_bpe_join(lk_bpe *b, lk_token left, lk_token right) {
  int64_t made;
  size_t number = b->merge_count;
  assert(number < b->merge_room);
  LK_TRY(find_made(b, left, right, &made));
  if (made < 0)
    return lk_fail(LK_BAD_DATA, "merge %zu: no token is what tokens %u and %u make", number,
                   (unsigned)left, (unsigned)right);
  uint64_t hash = hash_of(left, right), *slot = find_pair(b, left, right, hash);
  if (*slot)
    return lk_fail(LK_BAD_DATA, "merges %u and %zu are the same", number_of(*slot), number);
  b->merges[number] = (lk_bpe_merge){left, right, (lk_token)made};
  *slot = slot_of(hash, number);
  b->merge_count++;
  return LK_OK;
}

static lk_status check_ids(const lk_bpe *b) {
  for (int id = 0; id < b->base.size; id++)
    if (!b->tokens[id].length) return lk_fail(LK_BAD_DATA, "no token has the id %d", id);
  return LK_OK;
}

static lk_status find_bytes(lk_bpe *b) {
  for (int i = 0; i < 256; i++) {
    char byte = (char)i;
    int64_t id = lk_bpe_find(b, &byte, 1);
    if (id < 0)
      return lk_fail(LK_BAD_DATA, "no token is the byte 0x%02X; each of the 256 needs one",
                     i);
    b->of_byte[i] = (lk_token)id;
  }
  return LK_OK;
}

/* Tokens that merges do not make of their own bytes are no piece of a text. */
static lk_status find_whole(lk_bpe *b) {
  lk_token *tokens;
  size_t longest = 1, size, count;
  for (int id = 0; id < b->base.size; id++)
    if (b->tokens[id].length > longest) longest = b->tokens[id].length;
  LK_TRY(LK_NEW(tokens, longest));
  lk_status status = LK_OK;
  for (lk_token id = 0; id < (lk_token)b->base.size && status == LK_OK; id++) {
    if (b->tokens[id].kind != LK_BPE_TEXT) continue;
    const char *bytes = lk_bpe_bytes(b, id, &size);
    b->tokens[id].is_whole = b->ignores_merges != 0;
    if (b->ignores_merges) continue;
    status = lk_bpe_merge_piece(b, bytes, size, tokens, &count);
    b->tokens[id].is_whole = count == 1 && tokens[0] == id;
  }
  lk_free(tokens);
  return status;
}

/* By their names, as files call them, where nothing says what ends a document; one that is
 * not named is what does. */
static int64_t find_special(const lk_bpe *b, const char *const *names) {
  size_t size;
  for (; *names; names++)
    for (lk_token id = 0; id < (lk_token)b->base.size; id++) {
      if (b->tokens[id].kind != LK_BPE_SPECIAL) continue;
      const char *bytes = lk_bpe_bytes(b, id, &size);
      if (size == strlen(*names) && !memcmp(bytes, *names, size)) return id;
    }
  return -1;
}

static lk_status find_specials(lk_bpe *b) {
  static const char *const pads[] = {"<|pad|>", "<pad>", "[PAD]", "<|padding|>", NULL},
                           *const masks[] = {"<|mask|>", "<mask>", "[MASK]", NULL},
                           *const ends[] = {"<|endoftext|>", "<|end_of_text|>", "</s>",
                                            "<eos>",         "<|eos|>",         NULL};
  int64_t end = find_special(b, ends), pad = find_special(b, pads),
          mask = find_special(b, masks);
  int64_t unsaid = end < 0 && pad >= 0 ? mask : end; /* what does so if nothing is said */
  if (b->end == unsaid) b->end = -1;
  if (b->end >= 0) end = b->end;
  if (end < 0 && (pad < 0 || mask < 0))
    return lk_fail(LK_BAD_DATA,
                   "no special token ends a document; one of added_tokens must be special "
                   "and be called %s",
                   *ends);
  b->base.specials = (lk_specials){(lk_token)(pad < 0 ? end : pad),
                                   (lk_token)(mask < 0 ? end : mask), (int)end};
  return LK_OK;
}

/* The longest come first, so that they are what is found. */
static void insert_added(lk_bpe *b, size_t count, lk_token id) {
  size_t at = count;
  for (; at && b->tokens[b->added[at - 1]].length < b->tokens[id].length; at--)
    b->added[at] = b->added[at - 1];
  b->added[at] = id;
}

static lk_status list_added(lk_bpe *b) {
  size_t count = 0;
  if (b->added_count > LK_BPE_MOST_ADDED)
    return lk_fail(LK_BAD_DATA,
                   "%zu tokens of added_tokens are not special; there can be %d",
                   b->added_count, LK_BPE_MOST_ADDED);
  LK_TRY(LK_NEW(b->added, b->added_count));
  for (lk_token id = 0; id < (lk_token)b->base.size; id++) {
    if (b->tokens[id].kind != LK_BPE_ADDED) continue;
    insert_added(b, count++, id);
    b->begins_added[(unsigned char)b->bytes[b->tokens[id].first]] = 1;
  }
  assert(count == b->added_count);
  return LK_OK;
}

lk_status lk_bpe_finish(lk_bpe *bpe) {
  LK_TRY(check_ids(bpe));
  LK_TRY(find_bytes(bpe));
  LK_TRY(find_specials(bpe));
  LK_TRY(list_added(bpe));
  return find_whole(bpe);
}

/* How often each piece stands in texts. */
#include "text/piece_counts.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Slots are twice as many as pieces at least; entries hold their bytes by place, for the
 * arena moves. */
struct lk_piece_counts {
  lk_pattern pattern;
  lk_piece_count *list; /* [room] in the order in which they came */
  uint32_t *slots;      /* [2 * room] number + 1; 0: free */
  size_t count, room, most;
  char *bytes; /* [byte_room] */
  size_t used, byte_room;
  int is_pruned; /* some were left out */
};

static lk_status reserve(lk_piece_counts *c, size_t room) {
  LK_TRY(LK_NEW(c->list, room));
  c->room = room;
  return LK_NEW(c->slots, 2 * room);
}

lk_status lk_piece_counts_create(lk_piece_counts **out, const lk_pattern *pattern,
                                 size_t most) {
  assert(most >= 2 && most < UINT32_MAX / 4);
  LK_TRY(LK_NEW(*out, 1));
  (*out)->pattern = *pattern;
  (*out)->most = most;
  lk_status status = reserve(*out, 1024);
  if (status == LK_OK) return LK_OK;
  lk_piece_counts_free(*out);
  *out = NULL;
  return status;
}

void lk_piece_counts_free(lk_piece_counts *counts) {
  if (!counts) return;
  lk_free(counts->list);
  lk_free(counts->slots);
  lk_free(counts->bytes);
  lk_free(counts);
}

static uint32_t *find(const lk_piece_counts *c, const char *bytes, size_t size,
                      uint64_t hash) {
  size_t mask = 2 * c->room - 1, at = (size_t)hash & mask;
  for (; c->slots[at]; at = (at + 1) & mask) {
    const lk_piece_count *one = &c->list[c->slots[at] - 1];
    if (one->size == size && !memcmp(c->bytes + one->first, bytes, size)) break;
  }
  return &c->slots[at];
}

static lk_status keep_bytes(lk_piece_counts *c, const char *bytes, size_t size) {
  if (c->used + size > c->byte_room) {
    size_t room = 2 * (c->used + size) + 65536;
    char *larger;
    LK_TRY(LK_NEW(larger, room));
    if (c->used) memcpy(larger, c->bytes, c->used);
    lk_free(c->bytes);
    c->bytes = larger;
    c->byte_room = room;
  }
  memcpy(c->bytes + c->used, bytes, size);
  c->used += size;
  return LK_OK;
}

/* Those of `from` that are more than so often, in a counter of their own, which is empty.
 */
static lk_status copy(lk_piece_counts *to, const lk_piece_counts *from, uint64_t above,
                      size_t room) {
  LK_TRY(reserve(to, room));
  for (size_t i = 0; i < from->count; i++) {
    const lk_piece_count *one = &from->list[i];
    if (one->times > above)
      LK_TRY(lk_piece_counts_add(to, from->bytes + one->first, one->size, one->times));
  }
  return LK_OK;
}

static lk_status rebuild(lk_piece_counts *c, uint64_t above, size_t room) {
  lk_piece_counts next = {
      .pattern = c->pattern, .most = c->most, .is_pruned = c->is_pruned};
  lk_status status = copy(&next, c, above, room);
  lk_piece_counts *old = status == LK_OK ? c : &next;
  lk_free(old->list);
  lk_free(old->slots);
  lk_free(old->bytes);
  if (status == LK_OK) *c = next;
  return status;
}

/* The rarest go where there are too many: those that stand once, then twice, until half of
 * the room is free. */
static lk_status prune(lk_piece_counts *c) {
  uint64_t above = 0;
  size_t left = c->count;
  c->is_pruned = 1;
  while (left > c->most / 2) {
    above++;
    left = 0;
    for (size_t i = 0; i < c->count; i++)
      left += c->list[i].times > above;
  }
  return rebuild(c, above, c->room);
}

lk_status lk_piece_counts_add(lk_piece_counts *c, const char *bytes, size_t size,
                              uint64_t times) {
  uint64_t hash = lk_hash_short(bytes, size);
  uint32_t *slot = find(c, bytes, size, hash);
  if (*slot) {
    c->list[*slot - 1].times += times;
    return LK_OK;
  }
  if (c->count == c->most) {
    LK_TRY(prune(c));
    slot = find(c, bytes, size, hash);
  } else if (c->count == c->room) {
    LK_TRY(rebuild(c, 0, 2 * c->room));
    slot = find(c, bytes, size, hash);
  }
  c->list[c->count] = (lk_piece_count){c->used, (uint32_t)size, times};
  LK_TRY(keep_bytes(c, bytes, size));
  *slot = (uint32_t)++c->count;
  return LK_OK;
}

/* A piece of any length in parts, so that no merge has to look at much. */
lk_status lk_piece_counts_add_text(lk_piece_counts *counts, const char *bytes,
                                   size_t size) {
  lk_pieces pieces = lk_pieces_of(&counts->pattern, bytes, size);
  const char *piece;
  size_t rest;
  while (lk_pieces_next(&pieces, &piece, &rest))
    for (size_t part; rest; piece += part, rest -= part) {
      part = rest < LK_PIECE_MOST ? rest : LK_PIECE_MOST;
      LK_TRY(lk_piece_counts_add(counts, piece, part, 1));
    }
  return LK_OK;
}

lk_status lk_piece_counts_take(lk_piece_counts *counts, const lk_piece_counts *more) {
  counts->is_pruned |= more->is_pruned;
  for (size_t i = 0; i < more->count; i++) {
    const lk_piece_count *one = &more->list[i];
    LK_TRY(lk_piece_counts_add(counts, more->bytes + one->first, one->size, one->times));
  }
  return LK_OK;
}

int lk_piece_counts_pruned(const lk_piece_counts *counts) {
  return counts->is_pruned;
}

const lk_pattern *lk_piece_counts_pattern(const lk_piece_counts *counts) {
  return &counts->pattern;
}

size_t lk_piece_counts_list(const lk_piece_counts *counts, const lk_piece_count **list,
                            const char **bytes) {
  *list = counts->list;
  *bytes = counts->bytes;
  return counts->count;
}

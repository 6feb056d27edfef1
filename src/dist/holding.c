#include "lockstep/holding.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

lk_status lk_holding_create(lk_holding *out, int room) {
  *out = (lk_holding){.room = room};
  assert(room > 0);
  return LK_NEW(out->spans, (size_t)room);
}

void lk_holding_clear(lk_holding *holding) {
  lk_free(holding->spans);
  *holding = (lk_holding){0};
}

void lk_holding_add(lk_holding *holding, uint64_t first, uint64_t count) {
  if (count == 0) return;
  lk_held *next = &holding->spans[holding->used++];
  assert(holding->used <= holding->room);
  assert(holding->used == 1 || first >= next[-1].first + next[-1].count);
  *next = (lk_held){first, count, holding->count};
  holding->count += count;
}

lk_status lk_holding_of_tree(lk_holding *out, const lk_tree *tree) {
  int parts = lk_tree_parts(tree);
  LK_TRY(lk_holding_create(out, parts + 1));
  for (int i = 0; i < parts; i++) {
    size_t first, count;
    lk_tree_part(tree, i, &first, &count);
    lk_holding_add(out, first, count);
  }
  return LK_OK;
}

lk_held lk_held_common(lk_held span, uint64_t first, uint64_t end) {
  uint64_t from = first > span.first ? first : span.first;
  uint64_t to = span.first + span.count < end ? span.first + span.count : end;
  return (lk_held){from, from < to ? to - from : 0, span.at + (from - span.first)};
}

void lk_holding_read(const lk_holding *holding, const float *held, uint64_t first,
                     uint64_t count, float *to) {
  memset(to, 0, count * sizeof *to);
  for (int i = 0; i < holding->used; i++) {
    lk_held part = lk_held_common(holding->spans[i], first, first + count);
    if (part.count == 0) continue;
    assert(part.at + part.count <= holding->count);
    memcpy(to + (part.first - first), held + part.at, part.count * sizeof *to);
  }
}

void lk_holding_write(const lk_holding *holding, float *held, uint64_t first,
                      uint64_t count, const float *from) {
  for (int i = 0; i < holding->used; i++) {
    lk_held part = lk_held_common(holding->spans[i], first, first + count);
    if (part.count == 0) continue;
    assert(part.at + part.count <= holding->count);
    memcpy(held + part.at, from + (part.first - first), part.count * sizeof *from);
  }
}

#include "dist/holders.h"
#include "lockstep/types.h"
#include <assert.h>
#include <stdint.h>

int lk_layout_is_valid(lk_layout layout) {
  int V = layout.shards, P = layout.ranks;
  return P >= 1 && P <= V && (V & (V - 1)) == 0;
}

int lk_layout_levels(lk_layout layout) {
  int levels = 0;
  assert(lk_layout_is_valid(layout));
  while (layout.shards >> levels > 1)
    levels++;
  return levels;
}

int lk_first_shard(lk_layout layout, int rank) {
  assert(0 <= rank && rank <= layout.ranks);
  return layout.starts[rank];
}

/* The lowest rank whose first shard is not below this one. */
static int rank_from(lk_layout layout, int shard) {
  int low = 0, high = layout.ranks;
  assert(0 <= shard && shard <= layout.shards);
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (layout.starts[middle] < shard)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

int lk_shard_rank(lk_layout layout, int shard) {
  int rank = rank_from(layout, shard + 1) - 1;
  assert(lk_first_shard(layout, rank) <= shard);
  assert(shard < lk_first_shard(layout, rank + 1));
  return rank;
}

lk_node lk_node_of(int shard, int level) {
  return (lk_node){level, shard >> level};
}

lk_node lk_node_sibling(lk_node node) {
  return (lk_node){node.level, node.index ^ 1};
}

static int node_start(lk_node node) {
  return node.index << node.level;
}

static int node_end(lk_node node) {
  return (node.index + 1) << node.level;
}

int lk_count_whole(lk_layout layout, int rank, lk_node nodes[LK_MOST_WHOLE]) {
  int end = lk_first_shard(layout, rank + 1), count = 0;
  for (int shard = lk_first_shard(layout, rank); shard < end;) {
    lk_node node = lk_node_of(shard, 0), larger = lk_node_of(shard, 1);
    while (node_start(larger) == shard && node_end(larger) <= end) {
      node = larger;
      larger = lk_node_of(shard, larger.level + 1);
    }
    assert(count < LK_MOST_WHOLE);
    nodes[count++] = node;
    shard = node_end(node);
  }
  return count;
}

int lk_is_inside(lk_layout layout, lk_node node, int rank) {
  return lk_first_shard(layout, rank) <= node_start(node) &&
         node_end(node) <= lk_first_shard(layout, rank + 1);
}

int lk_count_members(lk_layout layout, lk_node node, int *first) {
  int start = rank_from(layout, node_start(node));
  if (first) *first = start;
  return rank_from(layout, node_end(node)) - start;
}

/* How many of `others` members come before the one at `position` of `members`, where each
 * side's are spread over the same length: its own is at (2·position + 1) / (2·members).
 * Of two at the same place that one comes first if `is_first`. */
static int count_before(int position, int members, int others, int is_first) {
  int64_t at = (2 * (int64_t)position + 1) * others, between = 2 * (int64_t)members;
  int64_t steps = at - members; /* times `between`, from the first of the others on */
  if (steps < 0 || (steps == 0 && is_first)) return 0;
  return (int)((steps - is_first) / between) + 1;
}

/* Of sides of as many members the left one's come first. */
int lk_member_position(lk_layout layout, lk_node node, int rank) {
  int shard = lk_first_shard(layout, rank);
  assert(shard >> node.level == node.index);
  if (lk_count_members(layout, node, NULL) == 1) return 0;
  lk_node child = lk_node_of(shard, node.level - 1), other = lk_node_sibling(child);
  int members = lk_count_members(layout, child, NULL);
  int others = lk_count_members(layout, other, NULL);
  int is_first = members > others || (members == others && child.index < other.index);
  int own = lk_member_position(layout, child, rank);
  return own + count_before(own, members, others, is_first);
}

size_t lk_layout_grain(lk_layout layout) {
  return layout.grain ? layout.grain : LK_ALIGNMENT / sizeof(float);
}

/* Where the span at `position` of `members` begins. */
static size_t cut(size_t grain, size_t count, int position, int members) {
  size_t grains = (count + grain - 1) / grain;
  size_t first = grains * (size_t)position / (size_t)members * grain;
  return first < count ? first : count;
}

lk_stretch lk_member_stretch(lk_layout layout, lk_node node, int rank, size_t count) {
  int members = lk_count_members(layout, node, NULL);
  int position = lk_member_position(layout, node, rank);
  size_t grain = lk_layout_grain(layout), first = cut(grain, count, position, members);
  return (lk_stretch){first, cut(grain, count, position + 1, members) - first};
}

lk_stretch lk_stretch_common(lk_stretch one, lk_stretch other) {
  size_t first = one.first > other.first ? one.first : other.first;
  size_t end = one.first + one.count, other_end = other.first + other.count;
  if (other_end < end) end = other_end;
  return (lk_stretch){first, first < end ? end - first : 0};
}

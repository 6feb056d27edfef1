/* Which rank holds what of a partial sum.
 *
 * A node of the tree over V shards stands for the sum over its shards. A rank has
 * contiguous shards, so it forms the sums of nodes that lie inside them by itself. The sum
 * of a node that several ranks have shards of is dealt out among its members, the ranks
 * whose first shard lies in it: to each an equal span of the array. A rank with shards in a
 * node that is no member of it gives its sums there to the members.
 *
 * In their parent the members of two siblings take turns, as many of the one side between
 * two of the other as its number asks for. Where the sides differ by one member at most, as
 * they do when the shards are dealt evenly, each member's new span lies within its old one,
 * so that every element moves once, from one side's holder to the other's; for P a power of
 * two that is recursive halving from distance 1 on. Otherwise some of a new span may be
 * another member's of the same side, and come from there too. */
#ifndef LOCKSTEP_DIST_HOLDERS_H
#define LOCKSTEP_DIST_HOLDERS_H

#include <stddef.h>

/* V and P; 1 <= P <= V, and V is a power of two. */
typedef struct {
  int shards, ranks;
  const int *starts; /* (P + 1) lk_balance_shards', not owned */
  size_t grain;      /* floats: spans begin at multiples of it; 0: of a cache line */
} lk_layout;

/* Shards index·2^level … (index+1)·2^level - 1. */
typedef struct {
  int level, index;
} lk_node;

typedef struct {
  size_t first, count;
} lk_stretch;

static inline size_t lk_larger(size_t a, size_t b) {
  return a > b ? a : b;
}

int lk_layout_is_valid(lk_layout layout);

/* log2(V): the level of the root. */
int lk_layout_levels(lk_layout layout);

/* Rank r's shards are first_shard(r) … first_shard(r+1)-1. */
int lk_first_shard(lk_layout layout, int rank);

/* The rank that has a shard. */
int lk_shard_rank(lk_layout layout, int shard);

/* The node of this level that a shard is in, and a node's sibling. */
lk_node lk_node_of(int shard, int level);
lk_node lk_node_sibling(lk_node node);

/* Nonzero: all its shards are this rank's. */
int lk_is_inside(lk_layout layout, lk_node node, int rank);

/* The fewest nodes that a rank's shards make up, from its first shard on: 2·log2(V) at
 * most.
 */
enum { LK_MOST_WHOLE = 64 };
int lk_count_whole(lk_layout layout, int rank, lk_node nodes[LK_MOST_WHOLE]);

/* How many members a node has; they follow each other from rank *first on. */
int lk_count_members(lk_layout layout, lk_node node, int *first);

/* Whose turn it is for a part of the node's sum: the position of a member. */
int lk_member_position(lk_layout layout, lk_node node, int rank);

/* Floats that a span is made up of, but for the array's end. */
size_t lk_layout_grain(lk_layout layout);

/* What a member holds of a node's sum of `count` floats: whole grains. */
lk_stretch lk_member_stretch(lk_layout layout, lk_node node, int rank, size_t count);

/* What two spans have in common; count is 0 where that is nothing. */
lk_stretch lk_stretch_common(lk_stretch one, lk_stretch other);

#endif

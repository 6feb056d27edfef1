/* The sum of one array over all shards, whose bits do not depend on P. */
#ifndef LOCKSTEP_TREE_H
#define LOCKSTEP_TREE_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include "lockstep/world.h"
#include <stddef.h>

LK_C_BEGIN

/* Sums one array of `count` floats over all V shards in a fixed binary tree: shards 2i and
 * 2i+1 first, then pairs of pairs. The lower levels are inside a rank, the upper ones
 * between ranks, so the bits are the same for every power-of-two P <= V. For other P the
 * sum rounds otherwise. Holds log2(V/P) + 1 arrays and 8 MiB; nothing is allocated after
 * creation. */
typedef struct lk_tree lk_tree;

/* leaves: this rank's number of shards. The caller owns *out: lk_tree_free. */
lk_status lk_tree_create(lk_tree **out, size_t count, int leaves);
void lk_tree_free(lk_tree *tree);

/* The next shard's array, zeroed, to add gradients into; valid until lk_tree_add. */
float *lk_tree_leaf(lk_tree *tree);

/* The leaf is complete: sums what can be summed. When `leaves` is even, nothing is added to
 * the last leaf but one before the last one is there too: both can be filled together. */
void lk_tree_add(lk_tree *tree);

/* While the last leaf is being filled, by all ranks, each as often as it likes: elements
 * `first` … of the leaf are final. They are summed over this rank's shards, and their sum
 * over the ranks is begun, or moved on as far as it goes without waiting: MPI makes no
 * progress by itself. It changes no bits. Before the last leaf it does nothing. A failure
 * is lk_tree_reduce's. */
void lk_tree_finish(lk_tree *tree, lk_world *world, size_t first);

/* All ranks, after `leaves` leaves: stores in *sum the sum over all shards (owned by the
 * tree, valid until the next lk_tree_leaf), by recursive halving and doubling between
 * ranks. Completes what lk_tree_finish has begun. */
lk_status lk_tree_reduce(lk_tree *tree, lk_world *world, float **sum);

LK_C_END

#endif

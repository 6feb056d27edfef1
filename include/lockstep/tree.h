/* The sum of one array over all shards, to the same bits on any number of ranks. */
#ifndef LOCKSTEP_TREE_H
#define LOCKSTEP_TREE_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include "lockstep/world.h"
#include <stddef.h>

LK_C_BEGIN

/* Sums one array of `count` floats over all V shards in a fixed binary tree: shards 2i and
 * 2i+1 first, then pairs of pairs. A rank's contiguous shards make up whole subtrees, which
 * it sums by itself; their sums are added between the ranks in the tree's order. So the
 * bits are the same for every P <= V, however many shards each rank has.
 *
 * Between ranks a sum is a reduce-scatter, after which each rank has its own parts of it
 * (lk_tree_part), about count/P floats in all, and an all-gather, which gives every rank
 * all parts (Thakur, Rabenseifner and Gropp 2005). Either can be had alone.
 *
 * A tree holds so many arrays as the rank's k shards need at most while they are added one
 * by one: log2(k) + 1 where they make up one subtree, else up to 2·log2(k) + 2. In a world
 * of several ranks it also holds 8 MiB, or 16 where P is no power of two, less for small
 * arrays. Nothing is allocated after creation. */
typedef struct lk_tree lk_tree;

typedef enum {
  LK_SUM_EVERYWHERE, /* lk_tree_reduce is an all-reduce */
  LK_SUM_SCATTERED   /* … a reduce-scatter: only the rank's own parts hold the sum */
} lk_sum;

/* The parts of a scattered sum are whole blocks of so many floats from the array's start
 * on, but for its end: what is summed in such blocks has the same bits on any P. Beyond
 * count / LK_TREE_GRAIN ranks, or 512, some have no part. */
enum { LK_TREE_GRAIN = 4096 };

/* For this rank's shards of V (lk_world_shards), V a power of two. The caller owns *out:
 * lk_tree_free. Not collective, but all ranks' trees must be alike. */
lk_status lk_tree_create(lk_tree **out, const lk_world *world, size_t count, int shards,
                         lk_sum sum);
void lk_tree_free(lk_tree *tree);

/* From now on every sum of the tree, leaves and root among them, is rounded to the nearest
 * bf16, ties to even, and added up in fp32: ranks send each other half the bytes, in as
 * much memory again as they hold for messages, and any number of them gets the same bits,
 * which are not those of unrounded sums. What lk_tree_gather hands out is not rounded.
 * Before the first leaf. */
lk_status lk_tree_round(lk_tree *tree);

/* How the elements of leaves become final: the same way in each. */
typedef struct {
  size_t early; /* the first ones, written from the start on and final at the very end */
  size_t start; /* the last ones, written before the first element is final */
  size_t part;  /* of the others the most that are written and not final */
  int whole;    /* nonzero: all are written before the first one is final */
  int pair;     /* nonzero: the last two leaves are filled side by side */
  int between;  /* nonzero: another use is made of lk_tree_spare */
} lk_leaf_filling;

/* From now on memory whose numbers are not needed any more goes back to the system: a leaf
 * that completes a sum takes little more than what of it is not final yet, and of a
 * scattered sum only the rank's parts stay. So that all ranks send as they compute,
 * lk_tree_finish waits where final elements, more than `part` and what is left of `start`,
 * are still to be sent. It changes no bits, and costs as much time as to get the memory
 * anew. Before the first leaf. */
void lk_tree_economise(lk_tree *tree, const lk_leaf_filling *filling);

/* Bytes of its arrays that such a tree never has in memory at a time, where all ranks fill
 * leaves alike; 0 of one that does not economise. */
size_t lk_tree_spared(const lk_tree *tree);

/* The next shard's array, zeroed, to add gradients into; valid until lk_tree_add. */
float *lk_tree_leaf(lk_tree *tree);

/* The leaf is complete: sums what can be summed. */
void lk_tree_add(lk_tree *tree);

/* Nonzero: nothing is added to the last leaf but one before the last one is there too, so
 * that both can be filled together. */
int lk_tree_ends_in_pair(const lk_tree *tree);

/* While the last leaf is being filled, by all ranks, each as often as it likes: elements
 * `first` … of the leaf are final. They are summed over this rank's shards, and their sum
 * over the ranks is begun, or moved on as far as it goes without waiting, unless the tree
 * economises: MPI makes no progress by itself. It changes no bits. Before the last leaf it
 * sums at most. A failure is lk_tree_reduce's. */
void lk_tree_finish(lk_tree *tree, size_t first);

/* All ranks, after each has added all its leaves: stores in *sum the sum over all shards,
 * or this rank's parts of it (owned by the tree, valid until the next lk_tree_leaf).
 * Completes what lk_tree_finish has begun. */
lk_status lk_tree_reduce(lk_tree *tree, float **sum);

/* Floats that travel between the ranks at a time, chosen by what the world knew of its
 * links (lk_world_time_links) when the tree was made. It changes no bits. */
size_t lk_tree_piece(const lk_tree *tree);

/* This rank's own parts, in the order of the elements: elements first … first + count-1
 * (count may be 0). The parts of all ranks make up the array. Not collective. */
int lk_tree_parts(const lk_tree *tree);
void lk_tree_part(const lk_tree *tree, int i, size_t *first, size_t *count);

/* Room for an array of `count` floats, whatever they are, which the tree does not need
 * before the next lk_tree_leaf. Owned by the tree. */
float *lk_tree_spare(const lk_tree *tree);

/* All ranks: every rank's parts of `array` (count floats) to all ranks' arrays, as after an
 * update of the parts by who owns them. Not between lk_tree_finish and lk_tree_reduce. */
lk_status lk_tree_gather(lk_tree *tree, float *array);

LK_C_END

#endif

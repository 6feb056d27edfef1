/* The tree's lower levels: a binary counter over this rank's shards.
 *
 * The arrays form a stack of partial sums. Leaf n goes on top; then, as in counting up, one
 * sum of two equal neighbours is made for every trailing one of n in binary. So the stack
 * never holds more than log2(leaves) + 1 arrays, and shards 2i and 2i+1 always meet first.
 */
#include "dist/world.h"
#include "lockstep/memory.h"
#include "lockstep/types.h"
#include <string.h>

struct lk_tree {
  size_t count;  /* floats an array */
  size_t stride; /* floats from one array of the stack to the next: whole cache lines */
  int leaves;    /* this rank's shards */
  int added;     /* of them so far */
  int depth;     /* finished arrays on the stack */
  float *stack;  /* (log2(leaves) + 1 arrays, then 2 chunks for the exchange), owned */
  float *landing;
};

static size_t stack_arrays(int leaves) {
  size_t arrays = 1;
  for (int n = leaves - 1; n > 0; n /= 2)
    arrays++;
  return arrays;
}

lk_status lk_tree_create(lk_tree **out, size_t count, int leaves) {
  const size_t line = LK_ALIGNMENT / sizeof(float);
  size_t floats;
  lk_tree *tree = NULL;
  *out = NULL;
  if (leaves < 1)
    return lk_fail(LK_INTERNAL, "a sum needs at least one shard on each rank, not %d",
                   leaves);
  size_t stride = count / line * line + (count % line ? line : 0);
  if (stride < count || __builtin_mul_overflow(stride, stack_arrays(leaves), &floats) ||
      __builtin_add_overflow(floats, 2 * LK_CHUNK, &floats))
    return lk_fail(LK_INTERNAL, "sums of %zu numbers are more than memory can address",
                   count);
  LK_TRY(LK_NEW(tree, 1));
  *tree = (lk_tree){.count = count, .stride = stride, .leaves = leaves};
  lk_status status =
      lk_allocate((void **)&tree->stack, floats, sizeof(float), "gradient sums");
  if (status != LK_OK) {
    lk_free(tree);
    return status;
  }
  tree->landing = tree->stack + stride * stack_arrays(leaves);
  *out = tree;
  return LK_OK;
}

void lk_tree_free(lk_tree *tree) {
  if (!tree) return;
  lk_free(tree->stack);
  lk_free(tree);
}

static float *array_at(const lk_tree *tree, int depth) {
  return tree->stack + (size_t)depth * tree->stride;
}

float *lk_tree_leaf(lk_tree *tree) {
  if (tree->added == tree->leaves) tree->added = tree->depth = 0;
  float *leaf = array_at(tree, tree->depth);
  memset(leaf, 0, tree->count * sizeof *leaf);
  return leaf;
}

void lk_add_array(float *restrict to, const float *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] += from[i];
}

static void merge_top(lk_tree *tree) {
  tree->depth--;
  lk_add_array(array_at(tree, tree->depth - 1), array_at(tree, tree->depth), tree->count);
}

void lk_tree_add(lk_tree *tree) {
  tree->depth++;
  for (int carry = tree->added; carry & 1; carry >>= 1)
    merge_top(tree);
  tree->added++;
}

lk_status lk_tree_reduce(lk_tree *tree, lk_world *world, float **sum) {
  int P = world->size;
  if (tree->added != tree->leaves)
    return lk_fail(LK_INTERNAL, "%d of %d shards were summed", tree->added, tree->leaves);
  while (tree->depth > 1)
    merge_top(tree);
  *sum = array_at(tree, 0);
  if (P & (P - 1)) return lk_world_sum_floats(world, *sum, tree->count);
  return lk_exchange_sum(world, *sum, tree->count, tree->landing);
}

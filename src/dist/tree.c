/* The tree's lower levels: a binary counter over this rank's shards.
 *
 * The arrays form a stack of partial sums. Leaf n goes on top; then, as in counting up, one
 * sum of two equal neighbours is made for every trailing one of n in binary. So the stack
 * never holds more than log2(leaves) + 1 arrays, and shards 2i and 2i+1 always meet first.
 * After the last leaf the whole stack falls together, from the top; that can be done with a
 * part of the array before the others, for each element is a sum of its own. */
#include "lockstep/tree.h"
#include "dist/exchange.h"
#include "lockstep/memory.h"
#include "lockstep/profile.h"
#include "lockstep/types.h"
#include <string.h>

struct lk_tree {
  size_t count;  /* floats an array */
  size_t stride; /* floats from one array of the stack to the next: whole cache lines */
  int leaves;    /* this rank's shards */
  int added;     /* of them so far */
  int depth;     /* finished arrays on the stack */
  size_t open;   /* elements 0 … open-1 of the stack have not fallen together yet */
  float *stack;  /* (log2(leaves) + 1 arrays), owned */
  lk_exchange *exchange;
  lk_status status; /* of the exchange, which goes on beside other work */
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
  lk_status status;
  *out = NULL;
  if (leaves < 1)
    return lk_fail(LK_INTERNAL, "a sum needs at least one shard on each rank, not %d",
                   leaves);
  size_t stride = count / line * line + (count % line ? line : 0);
  if (stride < count || __builtin_mul_overflow(stride, stack_arrays(leaves), &floats))
    return lk_fail(LK_INTERNAL, "sums of %zu numbers are more than memory can address",
                   count);
  LK_TRY(LK_NEW(tree, 1));
  *tree = (lk_tree){.count = count, .stride = stride, .leaves = leaves};
  LK_TRY_OR(failed,
            lk_allocate((void **)&tree->stack, floats, sizeof(float), "gradient sums"));
  LK_TRY_OR(failed, lk_exchange_create(&tree->exchange, count));
  *out = tree;
  return LK_OK;
failed:
  lk_tree_free(tree);
  return status;
}

void lk_tree_free(lk_tree *tree) {
  if (!tree) return;
  lk_exchange_free(tree->exchange);
  lk_free(tree->stack);
  lk_free(tree);
}

static float *array_at(const lk_tree *tree, int depth) {
  return tree->stack + (size_t)depth * tree->stride;
}

float *lk_tree_leaf(lk_tree *tree) {
  if (tree->added == tree->leaves) tree->added = tree->depth = 0;
  float *leaf = array_at(tree, tree->depth);
  lk_profile_switch(LK_PART_REST);
  memset(leaf, 0, tree->count * sizeof *leaf);
  tree->open = tree->count;
  return leaf;
}

void lk_add_array(float *restrict to, const float *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] += from[i];
}

void lk_tree_add(lk_tree *tree) {
  tree->depth++;
  if (++tree->added == tree->leaves) return; /* falls together in another way */
  lk_profile_switch(LK_PART_REST);
  for (int carry = tree->added - 1; carry & 1; carry >>= 1) {
    tree->depth--;
    lk_add_array(array_at(tree, tree->depth - 1), array_at(tree, tree->depth), tree->count);
  }
}

/* Elements `first` … of all arrays up to the one at `top` fall together, if they have not
 * yet. */
static void collapse(lk_tree *tree, int top, size_t first) {
  if (first >= tree->open) return;
  lk_profile_switch(LK_PART_REST);
  for (int depth = top; depth > 0; depth--)
    lk_add_array(array_at(tree, depth - 1) + first, array_at(tree, depth) + first,
                 tree->open - first);
  tree->open = first;
}

static int is_power_of_two(int n) {
  return (n & (n - 1)) == 0;
}

/* In other worlds than powers of two MPI sums at the end: its order of adding depends on
 * where an array is cut. */
void lk_tree_finish(lk_tree *tree, lk_world *world, size_t first) {
  if (tree->added != tree->leaves - 1 || tree->status != LK_OK) return;
  lk_part before = lk_profile_switch(LK_PART_COMMUNICATION);
  collapse(tree, tree->depth, first);
  lk_profile_switch(LK_PART_COMMUNICATION);
  if (world->size > 1 && is_power_of_two(world->size))
    tree->status = lk_exchange_poll(tree->exchange, world, tree->stack, tree->open);
  lk_profile_switch(before);
}

lk_status lk_tree_reduce(lk_tree *tree, lk_world *world, float **sum) {
  if (tree->added != tree->leaves)
    return lk_fail(LK_INTERNAL, "%d of %d shards were summed", tree->added, tree->leaves);
  LK_TRY(tree->status);
  collapse(tree, tree->depth - 1, 0);
  lk_profile_switch(LK_PART_COMMUNICATION);
  *sum = tree->stack;
  if (!is_power_of_two(world->size)) return lk_world_sum_floats(world, *sum, tree->count);
  return world->size == 1 ? LK_OK : lk_exchange_complete(tree->exchange, world, *sum);
}

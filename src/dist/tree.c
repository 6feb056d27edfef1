/* The tree's lower levels: a binary counter over this rank's shards.
 *
 * The arrays form a stack of partial sums. A leaf goes on top; then one sum of two equal
 * neighbours is made for every node that the leaf completes. So shards 2i and 2i+1 always
 * meet first, and what is left at the end are the sums of the rank's whole nodes. What the
 * last leaf completes falls together from the top; that can be done with a part of the
 * array before the others, for each element is a sum of its own. */
#include "lockstep/tree.h"
#include "dist/exchange.h"
#include "dist/sums.h"
#include "dist/world.h"
#include "lockstep/memory.h"
#include "lockstep/profile.h"
#include "lockstep/types.h"
#include <assert.h>
#include <string.h>

struct lk_tree {
  size_t count;      /* floats an array */
  size_t stride;     /* floats from one array of the stack to the next: whole cache lines */
  int first, leaves; /* this rank's shards */
  int added;         /* of them so far */
  int depth;         /* finished arrays on the stack */
  int economises;    /* gives back memory that it does not need */
  lk_leaf_filling filling; /* where it does */
  int rounds;              /* every sum to bf16 */
  size_t open;  /* elements 0 … open-1 of the stack have not fallen together yet */
  float *stack; /* (the most arrays at a time), owned */
  int ranks;
  int phases;   /* of the exchange */
  size_t piece; /* floats that it takes at a time */
  lk_exchange *exchange;
  lk_status status; /* of the exchange, which goes on beside other work */
};

/* How many nodes a shard completes that begin at `first` or behind it: it is the last one
 * of 2, 4 … */
static int count_merges(int first, int shard) {
  int merges = 0;
  while ((shard + 1) % (2 << merges) == 0 && shard + 1 - (2 << merges) >= first)
    merges++;
  return merges;
}

/* The most arrays on the stack while leaf after leaf is added. */
static int count_arrays(int first, int leaves) {
  int depth = 0, most = 0;
  for (int shard = first; shard < first + leaves; shard++) {
    if (++depth > most) most = depth;
    depth -= count_merges(first, shard);
  }
  return most;
}

static size_t arrays_of(const lk_tree *tree) {
  return (size_t)count_arrays(tree->first, tree->leaves);
}

static lk_status allocate_stack(lk_tree *tree) {
  const size_t line = LK_ALIGNMENT / sizeof(float);
  size_t floats, count = tree->count, arrays = arrays_of(tree);
  tree->stride = count / line * line + (count % line ? line : 0);
  if (tree->stride < count || __builtin_mul_overflow(tree->stride, arrays, &floats))
    return lk_fail(LK_INTERNAL, "sums of %zu numbers are more than memory can address",
                   count);
  return lk_allocate((void **)&tree->stack, floats, sizeof(float), "gradient sums");
}

/* The layout's starts are not needed any more when the tree is there. */
static lk_status create(lk_tree **out, const lk_world *world, lk_layout layout,
                        size_t count, lk_sum sum) {
  lk_tree *tree = NULL;
  lk_status status;
  int rank = lk_world_rank(world);
  if (!lk_layout_is_valid(layout))
    return lk_fail(LK_INTERNAL, "%d shards are no power of two", layout.shards);
  int first = lk_first_shard(layout, rank);
  LK_TRY(LK_NEW(tree, 1));
  *tree = (lk_tree){.count = count, .first = first, .ranks = layout.ranks};
  tree->leaves = lk_first_shard(layout, rank + 1) - first;
  tree->phases = sum == LK_SUM_SCATTERED ? LK_SCATTER : LK_SCATTER | LK_GATHER;
  LK_TRY_OR(failed, allocate_stack(tree));
  tree->piece = lk_exchange_choose_piece(layout, &world->links, count);
  LK_TRY_OR(failed, lk_exchange_create(&tree->exchange, layout, world->circle, rank, count,
                                       tree->stride, tree->piece));
  *out = tree;
  return LK_OK;
failed:
  lk_tree_free(tree);
  return status;
}

lk_status lk_tree_create(lk_tree **out, const lk_world *world, size_t count, int shards,
                         lk_sum sum) {
  int *starts;
  *out = NULL;
  LK_TRY(lk_world_deal(world, shards, &starts));
  const lk_layout layout = {.shards = shards,
                            .ranks = lk_world_size(world),
                            .starts = starts,
                            .grain = sum == LK_SUM_SCATTERED ? LK_TREE_GRAIN : 0};
  lk_status status = create(out, world, layout, count, sum);
  lk_free(starts);
  return status;
}

void lk_tree_free(lk_tree *tree) {
  if (!tree) return;
  lk_exchange_free(tree->exchange);
  lk_free(tree->stack);
  lk_free(tree);
}

static float *array_at(const lk_tree *tree, int depth) {
  assert(0 <= depth && depth <= tree->leaves);
  return tree->stack + (size_t)depth * tree->stride;
}

void lk_tree_economise(lk_tree *tree, const lk_leaf_filling *filling) {
  assert(tree->added == 0 && tree->depth == 0);
  assert(filling->early + filling->start <= tree->count);
  tree->economises = 1;
  tree->filling = *filling;
  lk_exchange_economise(tree->exchange);
}

lk_status lk_tree_round(lk_tree *tree) {
  assert(tree->added == 0 && tree->depth == 0);
  tree->rounds = 1;
  return lk_exchange_round(tree->exchange);
}

/* Without a touch to whole pages, which are zeros when they have been given back. */
static void clear(float *array, size_t count) {
  char *start = (char *)array, *end = (char *)(array + count);
  char *first = lk_page_behind(start), *last = lk_page_before(end);
  if (first >= last) {
    memset(array, 0, count * sizeof *array);
    return;
  }
  lk_release_pages(first, last);
  memset(start, 0, (size_t)(first - start));
  memset(last, 0, (size_t)(end - last));
}

float *lk_tree_leaf(lk_tree *tree) {
  if (tree->added == tree->leaves) tree->added = tree->depth = 0;
  float *leaf = array_at(tree, tree->depth);
  lk_profile_switch(LK_PART_REST);
  if (tree->economises)
    clear(leaf, tree->count);
  else
    memset(leaf, 0, tree->count * sizeof *leaf);
  tree->open = tree->count;
  return leaf;
}

/* Sums that a leaf of this rank completes. */
static int merges_of(const lk_tree *tree, int leaf) {
  return count_merges(tree->first, tree->first + leaf);
}

int lk_tree_ends_in_pair(const lk_tree *tree) {
  return merges_of(tree, tree->leaves - 1) > 0;
}

/* Elements `first` … open-1 of an array have been added to others. Those behind have been
 * before, in a page that both may have had. */
static void give_back(const lk_tree *tree, float *array, size_t first) {
  char *end = (char *)(array + tree->open);
  if (tree->open < tree->count) end = lk_page_behind(end);
  char *most = (char *)(array + tree->count);
  lk_release_pages(array + first, end < most ? end : most);
}

/* Nonzero: no other shard of this rank is added to the leaf, nor the leaf to one. */
static int is_alone(const lk_tree *tree, int leaf) {
  int is_left = (tree->first + leaf) % 2 == 0;
  return is_left ? leaf == tree->leaves - 1 : merges_of(tree, leaf) == 0;
}

static void add(const lk_tree *tree, float *to, const float *from, size_t count) {
  if (tree->rounds)
    lk_add_rounded(to, from, count);
  else
    lk_add_array(to, from, count);
}

/* Elements `first` … of the sums that the leaf, the array at `top`, completes fall
 * together, if they have not yet. */
static void collapse(lk_tree *tree, int leaf, int top, size_t first) {
  int merges = merges_of(tree, leaf);
  if (first >= tree->open) return;
  assert(merges <= top);
  lk_profile_switch(LK_PART_REST);
  if (tree->rounds && is_alone(tree, leaf))
    lk_round_array(array_at(tree, top) + first, tree->open - first);
  for (int depth = top; depth > top - merges; depth--) {
    add(tree, array_at(tree, depth - 1) + first, array_at(tree, depth) + first,
        tree->open - first);
    if (tree->economises) give_back(tree, array_at(tree, depth), first);
  }
  tree->open = first;
}

void lk_tree_add(lk_tree *tree) {
  int leaf = tree->added++;
  assert(leaf < tree->leaves);
  tree->depth++;
  if (tree->added == tree->leaves) return; /* falls together in lk_tree_reduce */
  collapse(tree, leaf, tree->depth - 1, 0);
  tree->depth -= merges_of(tree, leaf);
  assert(tree->depth > 0);
}

/* Nonzero: while leaves up to this one are filled, so many at a time, their sum grows in
 * one of them, for there is no array below that takes it. */
static int grows(const lk_tree *tree, int leaf, int open) {
  return merges_of(tree, leaf) < open;
}

/* Nonzero: it matters to the memory how soon the last leaf is sent. */
static int is_bounded(const lk_tree *tree) {
  int open = tree->filling.pair ? 2 : 1;
  return tree->economises && tree->phases == LK_SCATTER && tree->ranks > 1 &&
         !tree->filling.whole && grows(tree, tree->leaves - 1, open);
}

/* Elements from `open` on that may wait to be sent: what becomes final at a time, and of
 * what did at the start what the rest leaves time for. */
static size_t may_wait(const lk_tree *tree, size_t open) {
  double rest = (double)open / (double)lk_larger(tree->count, 1);
  size_t part = lk_larger(tree->filling.part, 2 * tree->piece);
  return part + (size_t)((double)tree->filling.start * rest);
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Floats of the last leaf while its sum travels: what is not final, what waits, with a
 * piece that is not whole yet, and of what is over the rank's own, or, at the start of
 * the way, what was there then. */
static size_t most_while_sent(const lk_tree *tree, int depth) {
  const lk_leaf_filling *f = &tree->filling;
  size_t own = 0, first, count;
  size_t held = f->early + f->part + may_wait(tree, 0) + tree->piece;
  if (held >= tree->count) return tree->count;
  for (int i = 0; depth == 0 && i < lk_tree_parts(tree); i++, own += count)
    lk_tree_part(tree, i, &first, &count);
  double over = (double)(tree->count - held) / (double)tree->count;
  return least(held + lk_larger((size_t)((double)own * over), f->start), tree->count);
}

/* Floats of the arrays while the leaves up to this one are filled, so many at a time: the
 * arrays below, what is not final, and the sum that grows. */
static size_t most_until(const lk_tree *tree, int depth, int leaf, int open) {
  const lk_leaf_filling *f = &tree->filling;
  size_t at_first = f->early + lk_larger(f->start, f->part);
  size_t open_floats = f->whole ? tree->count : least(at_first, tree->count);
  size_t held = (size_t)depth * tree->count + (size_t)(open - 1) * open_floats;
  if (!grows(tree, leaf, open)) return held + open_floats;
  if (leaf < tree->leaves - 1 || !is_bounded(tree)) return held + tree->count;
  return held + most_while_sent(tree, depth);
}

size_t lk_tree_spared(const lk_tree *tree) {
  size_t most = tree->filling.between ? tree->count : 0;
  size_t all = arrays_of(tree) * tree->stride;
  if (!tree->economises) return 0;
  for (int leaf = 0, depth = 0; leaf < tree->leaves; leaf++) {
    int open = tree->filling.pair && leaf == tree->leaves - 2 ? 2 : 1;
    leaf += open - 1;
    most = lk_larger(most, most_until(tree, depth, leaf, open));
    depth += open - merges_of(tree, leaf);
  }
  return (all - least(most, all)) * sizeof(float);
}

/* Early, an earlier leaf than the last saves memory, no time. */
void lk_tree_finish(lk_tree *tree, size_t first) {
  int last = tree->added == tree->leaves - 1;
  if ((!last && !tree->economises) || tree->status != LK_OK) return;
  lk_part before = lk_profile_switch(LK_PART_COMMUNICATION);
  assert(first <= tree->count && tree->added < tree->leaves);
  collapse(tree, tree->added, tree->depth, first);
  lk_profile_switch(LK_PART_COMMUNICATION);
  if (last && tree->ranks > 1)
    tree->status =
        lk_exchange_poll(tree->exchange, tree->phases, tree->stack, tree->open,
                         is_bounded(tree) ? may_wait(tree, tree->open) : SIZE_MAX);
  lk_profile_switch(before);
}

lk_status lk_tree_reduce(lk_tree *tree, float **sum) {
  if (tree->added != tree->leaves)
    return lk_fail(LK_INTERNAL, "%d of %d shards were summed", tree->added, tree->leaves);
  LK_TRY(tree->status);
  collapse(tree, tree->leaves - 1, tree->depth - 1, 0);
  lk_profile_switch(LK_PART_COMMUNICATION);
  *sum = tree->stack;
  if (tree->ranks == 1) return LK_OK;
  return lk_exchange_complete(tree->exchange, tree->phases, tree->stack);
}

size_t lk_tree_piece(const lk_tree *tree) {
  return tree->piece;
}

int lk_tree_parts(const lk_tree *tree) {
  return lk_exchange_pieces(tree->exchange);
}

void lk_tree_part(const lk_tree *tree, int i, size_t *first, size_t *count) {
  lk_stretch own = lk_exchange_own(tree->exchange, i);
  assert(own.first + own.count <= tree->count);
  *first = own.first;
  *count = own.count;
}

float *lk_tree_spare(const lk_tree *tree) {
  assert(tree->added == 0 || tree->added == tree->leaves);
  return tree->stack;
}

lk_status lk_tree_gather(lk_tree *tree, float *array) {
  lk_profile_switch(LK_PART_COMMUNICATION);
  if (tree->ranks == 1) return LK_OK;
  return lk_exchange_complete(tree->exchange, LK_GATHER, array);
}

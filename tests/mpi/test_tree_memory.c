/* What a tree that gives memory back has in memory at most is what it says. ranks: 3 8 */
#include "check.h"
#include "lockstep/memory.h"
#include "lockstep/tree.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SHARDS = 8, COUNT = 1 << 22, PART = 1 << 18, HEAD = 1 << 20 };

static lk_tree *tree;
static lk_leaf_filling filling;
static float *base, *end; /* of the arrays that have been seen */
static size_t most;       /* bytes of them that were in memory */

/* Pages between, in bytes: a page that has been given back is not there until it is used.
 */
static void look(void) {
  static unsigned char there[8 * (COUNT / 1024)];
  size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = 0;
  char *from = lk_page_before(base), *to = lk_page_behind(end);
  size_t pages = (size_t)(to - from) / page;
  CHECK(pages <= sizeof there && mincore(from, (size_t)(to - from), there) == 0);
  for (size_t i = 0; i < pages; i++)
    bytes += there[i] & 1 ? page : 0;
  if (bytes > most) most = bytes;
}

static void write_ones(float *leaf, size_t from, size_t to) {
  for (size_t i = from; i < to; i++)
    leaf[i] += 1;
  look();
}

static float *begin_leaf(void) {
  float *leaf = lk_tree_leaf(tree);
  if (leaf + COUNT > end) end = leaf + COUNT;
  write_ones(leaf, 0, filling.early);
  write_ones(leaf, COUNT - filling.start, COUNT);
  if (filling.whole) write_ones(leaf, filling.early, COUNT - filling.start);
  return leaf;
}

/* A backward pass of leaves side by side, the last of which calls elements final. The first
 * rank is slow, so that the others get as far ahead as they may. */
static void go_back(float *const *leaves, int count) {
  size_t done = COUNT - filling.start;
  for (size_t from; done > filling.early; done = from) {
    from = done - filling.early > PART ? done - PART : filling.early;
    lk_tree_finish(tree, done);
    if (lk_world_rank(world) == 0) usleep(2000);
    for (int i = 0; i < count; i++)
      if (!filling.whole) write_ones(leaves[i], from, done);
  }
  lk_tree_finish(tree, done);
  look();
  lk_tree_finish(tree, 0);
}

/* Nothing was given back too early. */
static void check_sum(const float *sum) {
  size_t first, count, wrong = 0;
  for (int part = 0; part < lk_tree_parts(tree); part++) {
    lk_tree_part(tree, part, &first, &count);
    for (size_t i = first; i < first + count; i++)
      wrong += sum[i] != SHARDS;
  }
  CHECK(wrong == 0);
}

static void make_step(int shards) {
  float *sum, *leaves[2];
  for (int i = 0, count; i < shards; i += count) {
    count = filling.pair && i == shards - 2 ? 2 : 1;
    for (int slot = 0; slot < count; slot++) {
      if (slot) lk_tree_add(tree);
      leaves[slot] = begin_leaf();
    }
    go_back(leaves, count);
    lk_tree_add(tree);
  }
  CHECK(lk_tree_reduce(tree, &sum) == LK_OK);
  look();
  check_sum(sum);
}

/* It is not far below what is said, and above by pages that belong to two neighbours. */
static void compare(int shards) {
  double all = (double)(size_t)(end - base) * sizeof *base;
  double said = all - (double)lk_tree_spared(tree), is = (double)most;
  printf("rank %d of %d, %d shards: %.1f MB of %.1f, said %.1f\n", lk_world_rank(world),
         lk_world_size(world), shards, is / 1e6, all / 1e6, said / 1e6);
  CHECK(is < said + 0.03 * all);
  CHECK(is > said - sizeof(float) * (2.0 * PART + 2.0 * (double)lk_tree_piece(tree)));
}

static void check(lk_leaf_filling f) {
  int first, shards;
  filling = f;
  most = 0;
  CHECK(lk_world_shards(world, SHARDS, &first, &shards) == LK_OK);
  CHECK(lk_tree_create(&tree, world, COUNT, SHARDS, LK_SUM_SCATTERED) == LK_OK);
  filling.pair = f.pair && lk_tree_ends_in_pair(tree);
  lk_tree_economise(tree, &filling);
  base = end = lk_tree_spare(tree);
  for (int again = 0; again < 2; again++)
    make_step(shards);
  compare(shards);
  lk_tree_free(tree);
}

int main(int argc, char **argv) {
  int failed_anywhere = 1;
  if (lk_world_create(&world, &argc, &argv) != LK_OK) return EXIT_FAILURE;
  check((lk_leaf_filling){.part = PART});
  check((lk_leaf_filling){.part = PART, .early = HEAD});
  check((lk_leaf_filling){.part = PART, .start = HEAD, .pair = 1});
  check((lk_leaf_filling){.part = PART, .early = HEAD, .pair = 1});
  check((lk_leaf_filling){.part = PART, .whole = 1});
  if (lk_world_any(world, failures != 0, &failed_anywhere) != LK_OK) failed_anywhere = 1;
  lk_world_free(world);
  return failed_anywhere ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The gradient's global norm, and how far it is clipped. */
#include "base/chunks.h"
#include "base/vector.h"
#include "lockstep/profile.h"
#include "optim/kind.h"
#include <assert.h>
#include <string.h>

enum {
  BLOCK = 4096, /* elements whose squares are summed in single precision */
  BLOCKS = 512  /* that threads share out at a time: their sums are added in order */
};
_Static_assert(LK_TREE_GRAIN % BLOCK == 0, "a block is one rank's");

LK_CLONES static double block_squares(const float *from, size_t count) {
  return (double)lk_row_dot(from, from, count);
}

static double block_at(const float *gradients, uint64_t first, uint64_t end) {
  return block_squares(gradients + first, end - first < BLOCK ? end - first : BLOCK);
}

uint64_t lk_gradient_blocks(uint64_t count) {
  return (count + BLOCK - 1) / BLOCK;
}

/* Of the blocks of elements first … end-1. */
static void square_blocks(const float *gradients, uint64_t first, uint64_t end,
                          double *squares) {
  const uint64_t blocks = lk_gradient_blocks(end - first);
  const int chunks = lk_chunks(blocks, LK_ROWS_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, blocks, LK_ROWS_GRAIN);
    for (uint64_t b = c.first; b < c.first + c.count; b++)
      squares[b] = block_at(gradients, first + b * BLOCK, end);
  }
}

double lk_gradient_norm(const float *gradients, uint64_t count) {
  double sum = 0, squares[BLOCKS];
  lk_profile_switch(LK_PART_OPTIMIZER);
  for (uint64_t first = 0, end; first < count; first = end) {
    end = count - first < BLOCKS * BLOCK ? count : first + BLOCKS * BLOCK;
    square_blocks(gradients, first, end, squares);
    for (uint64_t b = 0; b < lk_gradient_blocks(end - first); b++)
      sum += squares[b];
  }
  return sqrt(sum);
}

/* The blocks that this rank has. */
static void square_held(const lk_optimizer *o, const float *gradients) {
  memset(o->squares, 0, lk_gradient_blocks(o->table->count) * sizeof *o->squares);
  for (int i = 0; i < o->held.used; i++) {
    uint64_t first = o->held.spans[i].first, end = first + o->held.spans[i].count;
    assert(first % BLOCK == 0 && (end % BLOCK == 0 || end == o->table->count));
    square_blocks(gradients, first, end, o->squares + first / BLOCK);
  }
}

static lk_status norm_of_parts(const lk_optimizer *o, lk_world *world,
                               const float *gradients, double *norm) {
  uint64_t blocks = lk_gradient_blocks(o->table->count);
  double sum = 0;
  lk_profile_switch(LK_PART_OPTIMIZER);
  square_held(o, gradients);
  lk_profile_switch(LK_PART_COMMUNICATION);
  LK_TRY(
      lk_world_unite(world, o->squares, blocks * (sizeof *o->squares / sizeof(uint32_t))));
  for (uint64_t i = 0; i < blocks; i++)
    sum += o->squares[i];
  *norm = sqrt(sum);
  return LK_OK;
}

lk_status lk_optimizer_norm(const lk_optimizer *optimizer, lk_world *world,
                            const float *gradients, double *norm) {
  if (optimizer->squares) return norm_of_parts(optimizer, world, gradients, norm);
  *norm = lk_gradient_norm(gradients, optimizer->table->count);
  return LK_OK;
}

double lk_clip_factor(double most, double norm) {
  assert(!(norm < 0));
  if (most <= 0) return 1;
  double factor = most / (norm + 1e-6);
  return factor < 1 ? factor : 1;
}

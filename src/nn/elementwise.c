/* Residuals, dropout, embeddings and row copies: each is its own reference, for there is no
 * sum and no order in them to optimise. */
#include "base/chunks.h"
#include "base/keep.h"
#include "base/vector.h"
#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include "nn/operand.h"
#include <assert.h>
#include <string.h>

/* The mask of the elements from `first` on, where a chunk begins. */
static const uint32_t *mask_from(const uint32_t *keep, size_t first) {
  assert(first % LK_KEEP_ELEMENTS == 0);
  return keep ? keep + lk_keep_words(first) : NULL;
}

/* What is left of a mask behind its last whole vector, element by element. */
LK_INLINE lk_real factor_of(const uint32_t *keep, size_t i, lk_real keep_scale) {
  return lk_keep_bit(keep, i) ? keep_scale : 0;
}

LK_INLINE void add_kept(lk_real *y, const lk_real *x, const lk_real *branch,
                        const uint32_t *keep, lk_real keep_scale, size_t count) {
  size_t i = 0;
  for (; i + LK_KEEP_WORDS <= count; i += LK_KEEP_WORDS) {
    lk_kept kept = lk_kept_from(keep, i);
    lk_real sums[LK_KEEP_WORDS]; /* for y may be x */
#pragma GCC unroll 1             /* see lk_row_maximum */
    for (size_t lane = 0; lane < LK_KEEP_WORDS; lane++)
      sums[lane] =
          x[i + lane] + branch[i + lane] * (kept.words[lane] & kept.bit ? keep_scale : 0);
    memcpy(y + i, sums, sizeof sums);
  }
  for (; i < count; i++)
    y[i] = x[i] + branch[i] * factor_of(keep, i, keep_scale);
}

LK_CLONES static void add_branch(lk_real *y, const lk_real *x, const lk_real *branch,
                                 const uint32_t *keep, lk_real keep_scale, size_t count) {
  if (keep)
    add_kept(y, x, branch, keep, keep_scale, count);
  else
    for (size_t i = 0; i < count; i++)
      y[i] = x[i] + branch[i];
}

void lk_residual_forward(lk_real *y, const lk_real *x, const lk_real *branch,
                         const uint32_t *keep, lk_real keep_scale, size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  lk_profile_switch(LK_PART_ELEMENTWISE);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    add_branch(y + c.first, x + c.first, branch + c.first, mask_from(keep, c.first),
               keep_scale, c.count);
  }
}

LK_CLONES static void round_numbers(lk_bf16 *restrict to, const lk_real *restrict from,
                                    size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = lk_bf16_of(from[i]);
}

void lk_round_operand(lk_bf16 *to, const lk_real *from, size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    round_numbers(to + c.first, from + c.first, c.count);
  }
}

void lk_bf16_round(lk_bf16 *to, const lk_real *from, size_t count) {
  lk_profile_switch(LK_PART_ELEMENTWISE);
  lk_round_operand(to, from, count);
}

/* What is written never reaches what is still to be read. */
void lk_bf16_round_in_place(lk_real *numbers, size_t count, lk_bf16 *scratch, size_t room) {
  assert(room > 0);
  for (size_t first = 0; first < count; first += room) {
    size_t size = count - first < room ? count - first : room;
    lk_bf16_round(scratch, numbers + first, size);
    memcpy((char *)numbers + first * sizeof *scratch, scratch, size * sizeof *scratch);
  }
}

LK_INLINE void put_kept(lk_operand y, const lk_real *x, const uint32_t *keep,
                        lk_real keep_scale, size_t count) {
  size_t i = 0;
  for (; i + LK_KEEP_WORDS <= count; i += LK_KEEP_WORDS) {
    lk_kept kept = lk_kept_from(keep, i);
    lk_real left[LK_KEEP_WORDS]; /* for y may be x */
#pragma GCC unroll 1             /* see lk_row_maximum */
    for (size_t lane = 0; lane < LK_KEEP_WORDS; lane++)
      left[lane] = x[i + lane] * (kept.words[lane] & kept.bit ? keep_scale : 0);
#pragma GCC unroll 1
    for (size_t lane = 0; lane < LK_KEEP_WORDS; lane++)
      lk_put(y, i + lane, left[lane]);
  }
  for (; i < count; i++)
    lk_put(y, i, x[i] * factor_of(keep, i, keep_scale));
}

LK_CLONES static void drop(lk_operand y, const lk_real *x, const uint32_t *keep,
                           lk_real keep_scale, size_t count) {
  if (keep)
    put_kept(y, x, keep, keep_scale, count);
  else
    for (size_t i = 0; i < count; i++)
      lk_put(y, i, x[i]);
}

void lk_drop_elements(lk_operand y, const lk_real *x, const uint32_t *keep,
                      lk_real keep_scale, size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  lk_profile_switch(LK_PART_ELEMENTWISE);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    drop(lk_operand_from(y, c.first), x + c.first, mask_from(keep, c.first), keep_scale,
         c.count);
  }
}

LK_INLINE void add_row(lk_real *restrict to, const lk_real *restrict from, int columns) {
  for (int c = 0; c < columns; c++)
    to[c] += from[c];
}

LK_CLONES void lk_embedding_forward(lk_real *y, const lk_token *tokens,
                                    const uint16_t *positions, const lk_real *token_table,
                                    const lk_real *position_table, int rows, int columns) {
  lk_profile_switch(LK_PART_EMBEDDING);
  for (int i = 0; i < rows; i++) {
    size_t row = (size_t)i * (size_t)columns;
    const lk_real *token = token_table + (size_t)tokens[i] * (size_t)columns;
    memcpy(y + row, token, (size_t)columns * sizeof *y);
    if (position_table)
      add_row(y + row, position_table + (size_t)positions[i] * (size_t)columns, columns);
  }
}

LK_CLONES void lk_embedding_backward(lk_real *dtoken_table, lk_real *dposition_table,
                                     const lk_real *dy, const lk_token *tokens,
                                     const uint16_t *positions, int rows, int columns) {
  lk_profile_switch(LK_PART_EMBEDDING);
  for (int i = 0; i < rows; i++) {
    const lk_real *row = dy + (size_t)i * (size_t)columns;
    add_row(dtoken_table + (size_t)tokens[i] * (size_t)columns, row, columns);
    if (dposition_table)
      add_row(dposition_table + (size_t)positions[i] * (size_t)columns, row, columns);
  }
}

void lk_gather_rows(lk_operand y, lk_operand x, const int32_t *index, int rows,
                    int columns) {
  lk_profile_switch(LK_PART_ELEMENTWISE);
  assert(!y.bf16 == !x.bf16);
  for (int i = 0; i < rows; i++) {
    size_t to = (size_t)i * (size_t)columns, from = (size_t)index[i] * (size_t)columns;
    if (y.bf16)
      memcpy(y.bf16 + to, x.bf16 + from, (size_t)columns * sizeof *y.bf16);
    else
      memcpy(y.real + to, x.real + from, (size_t)columns * sizeof *y.real);
  }
}

LK_CLONES void lk_scatter_add_rows(lk_real *x, const lk_real *y, const int32_t *index,
                                   int rows, int columns) {
  lk_profile_switch(LK_PART_ELEMENTWISE);
  for (int i = 0; i < rows; i++)
    add_row(x + (size_t)index[i] * (size_t)columns, y + (size_t)i * (size_t)columns,
            columns);
}

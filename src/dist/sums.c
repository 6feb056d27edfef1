#include "dist/sums.h"
#include "base/bf16.h"
#include "base/chunks.h"

static void add_numbers(float *restrict to, const float *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] += from[i];
}

void lk_add_array(float *to, const float *from, size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    add_numbers(to + c.first, from + c.first, c.count);
  }
}

LK_INLINE float rounded(float number) {
  return lk_bf16_value(lk_bf16_of(number));
}

LK_CLONES static void add_rounded_numbers(float *restrict to, const float *restrict from,
                                          size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = rounded(rounded(to[i]) + rounded(from[i]));
}

void lk_add_rounded(float *to, const float *from, size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    add_rounded_numbers(to + c.first, from + c.first, c.count);
  }
}

LK_CLONES static void round_numbers(float *array, size_t count) {
  for (size_t i = 0; i < count; i++)
    array[i] = rounded(array[i]);
}

void lk_round_array(float *array, size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    round_numbers(array + c.first, c.count);
  }
}

LK_CLONES static void narrow_numbers(lk_bf16 *restrict to, const float *restrict from,
                                     size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = lk_bf16_of(from[i]);
}

void lk_narrow_array(lk_bf16 *to, const float *from, size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    narrow_numbers(to + c.first, from + c.first, c.count);
  }
}

LK_CLONES static void widen_numbers(float *restrict to, const lk_bf16 *restrict from,
                                    size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = lk_bf16_value(from[i]);
}

void lk_widen_array(float *to, const lk_bf16 *from, size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    widen_numbers(to + c.first, from + c.first, c.count);
  }
}

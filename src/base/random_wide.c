/* Philox4x32-10 in vectors of 64 bytes, with the instruction that multiplies 32-bit numbers
 * to 64-bit ones: from plain loops compilers make products of 64-bit numbers, and move each
 * number there and back. */
#include "base/random_wide.h"
#include <stddef.h>

#if LK_HAVE_CLONES && !defined(LK_NO_AVX512)
#pragma GCC target("arch=x86-64-v4")
#include <immintrin.h>

/* VECTORS are computed together, for a round waits for the round before it. */
enum { BLOCKS = 8, VECTORS = 4 };

/* Word by word BLOCKS of them, in the lower halves of 64 bits; nobody looks at the upper
 * ones. */
LK_INLINE void next_round(__m512i words[4], __m512i key0, __m512i key1) {
  __m512i product0 = _mm512_mul_epu32(words[0], _mm512_set1_epi64(PHILOX_M4x32_0));
  __m512i product1 = _mm512_mul_epu32(words[2], _mm512_set1_epi64(PHILOX_M4x32_1));
  words[0] = _mm512_srli_epi64(product1, 32) ^ words[1] ^ key0;
  words[2] = _mm512_srli_epi64(product0, 32) ^ words[3] ^ key1;
  words[1] = product1;
  words[3] = product0;
}

LK_INLINE void start(__m512i words[4], philox4x32_ctr_t counter, uint32_t first) {
  const __m512i lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  words[0] = _mm512_set1_epi64(counter.v[0] + first) + lanes;
#pragma GCC unroll 3
  for (int word = 1; word < 4; word++)
    words[word] = _mm512_set1_epi64(counter.v[word]);
}

LK_INLINE void ten_rounds(__m512i at[VECTORS][4], philox4x32_key_t key) {
  __m512i key0 = _mm512_set1_epi64(key.v[0]), key1 = _mm512_set1_epi64(key.v[1]);
#pragma GCC unroll 1
  for (int round = 0; round < 10; round++) {
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++)
      next_round(at[v], key0, key1);
    key0 += _mm512_set1_epi64(PHILOX_W32_0);
    key1 += _mm512_set1_epi64(PHILOX_W32_1);
  }
}

/* The words of two vectors of blocks, one after the other. */
LK_INLINE __m512i lower_halves(__m512i first, __m512i second) {
  const __m512i lower =
      _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  return _mm512_permutex2var_epi32(first, lower, second);
}

static void philox(uint32_t words[4][LK_PHILOX_LANES], philox4x32_ctr_t counter,
                   philox4x32_key_t key) {
  for (uint32_t first = 0; first < LK_PHILOX_LANES; first += VECTORS * BLOCKS) {
    __m512i at[VECTORS][4];
#pragma GCC unroll 4
    for (uint32_t v = 0; v < VECTORS; v++)
      start(at[v], counter, first + v * BLOCKS);
    ten_rounds(at, key);
#pragma GCC unroll 2
    for (uint32_t v = 0; v < VECTORS; v += 2)
#pragma GCC unroll 4
      for (int word = 0; word < 4; word++)
        _mm512_storeu_si512(words[word] + first + v * BLOCKS,
                            lower_halves(at[v][word], at[v + 1][word]));
  }
}

lk_philox *lk_philox_wide(void) {
  return lk_vector_bytes() == 64 ? philox : NULL;
}

#else

lk_philox *lk_philox_wide(void) {
  return NULL;
}

#endif

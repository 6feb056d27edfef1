/* Numbers rounded to bf16, two to a word of the size of lk_real: pairs are neighbours in
 * the sum of a product. Only what is compiled with LK_ATTENTION_PAIRS has them. */
#ifndef LOCKSTEP_ATTENTION_PAIRS_H
#define LOCKSTEP_ATTENTION_PAIRS_H

#include "base/clones.h"
#include "lockstep/types.h"
#include <stddef.h>

/* How pairs are made, and NULL where none are: tiles of another kind never ask. */
typedef struct {
  /* Pairs along the row: count numbers become (count + 1) / 2 words. to may be the row
   * itself. */
  void (*along)(lk_real *to, const lk_real *row, int count);
  /* Pairs across rows: to (rows / 2, to_row words) from rows of `count` numbers. */
  void (*across)(lk_real *to, size_t to_row, const lk_real *from, size_t stride, int rows,
                 int count);
} lk_pairing;

#ifdef LK_ATTENTION_PAIRS

#include <immintrin.h>

/* The first `count` of 16, as many as there are. */
LK_INLINE __mmask16 lk_first_of_16(int count) {
  return count >= 16 ? 0xffff : count <= 0 ? 0 : (__mmask16)((1 << count) - 1);
}

/* 16 numbers from `from` on, rounded to nearest, ties to even; zero from `count` on. */
LK_INLINE __m512i lk_rounded(const lk_real *from, int count) {
  __m512 values = _mm512_maskz_loadu_ps(lk_first_of_16(count), from);
  return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(values));
}

/* sum + a's pair · b's pairs: the second product of a pair is added first. */
LK_INLINE __m512 lk_add_pairs(__m512 sum, const lk_real *a, const lk_real *b) {
  __m512bh pair = (__m512bh)_mm512_set1_ps(*a);
  return _mm512_dpbf16_ps(sum, (__m512bh)_mm512_loadu_si512(b), pair);
}

/* The words of 32 numbers, of as many as there are. */
LK_INLINE __m512i lk_pair_words(const lk_real *row, int count) {
  __m512 first = _mm512_maskz_loadu_ps(lk_first_of_16(count), row);
  __m512 second = _mm512_maskz_loadu_ps(lk_first_of_16(count - 16), row + 16);
  return (__m512i)_mm512_cvtne2ps_pbh(second, first);
}

LK_INLINE void pair_along(lk_real *to, const lk_real *row, int count) {
  for (int i = 0; i < count; i += 32)
    _mm512_mask_storeu_epi32(to + i / 2, lk_first_of_16((count - i + 1) / 2),
                             lk_pair_words(row + i, count - i));
}

LK_INLINE void pair_across(lk_real *to, size_t to_row, const lk_real *from, size_t stride,
                           int rows, int count) {
  for (int i = 0; i < rows; i += 2)
    for (int c = 0; c < count; c += 16) {
      const lk_real *at = from + (size_t)i * stride + c;
      __m512i low = lk_rounded(at, count - c);
      __m512i high =
          i + 1 < rows ? lk_rounded(at + stride, count - c) : _mm512_setzero_si512();
      _mm512_storeu_si512(to + (size_t)(i / 2) * to_row + c,
                          _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
    }
}

static const lk_pairing lk_pairs = {pair_along, pair_across};

#else
static const lk_pairing lk_pairs = {NULL, NULL};
#endif
#endif

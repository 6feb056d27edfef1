/* A random order of any number of things, one place at a time: a Feistel network permutes
 * the numbers of an even number of bits, whatever its round function, and walking on until
 * a number is below n makes of it a permutation of 0 … n-1 (cycle walking: Black & Rogaway,
 * CT-RSA 2002, who need it for the same reason: no table). */
#include "lockstep/random.h"
#include <assert.h>

enum { ROUNDS = 8 }; /* twice those of Luby & Rackoff's proof (SIAM J. Comput. 1988) */

/* Of each half: all 2^(2·bits) numbers are no fewer than n, and fewer than 4n. */
static int half_bits(uint64_t n) {
  int bits = 1;
  while (bits < 32 && (n - 1) >> (2 * bits))
    bits++;
  return bits;
}

/* Site 0 is lk_random_order's. */
static uint64_t mix(const lk_stream *stream, int bits, uint64_t number) {
  uint64_t mask = (UINT64_C(1) << bits) - 1, left = number >> bits, right = number & mask;
  lk_stream round = *stream;
  for (round.site = 1; round.site <= ROUNDS; round.site++) {
    uint64_t next = left ^ (lk_random_u32(&round, right) & mask);
    left = right;
    right = next;
  }
  return left << bits | right;
}

uint64_t lk_random_place(const lk_stream *stream, uint64_t n, uint64_t i) {
  int bits = half_bits(n);
  assert(i < n && stream->site == 0);
  do
    i = mix(stream, bits, i);
  while (i >= n);
  return i;
}

#include "lockstep/random.h"
#include "base/chunks.h"
#include "base/random_wide.h"
#include <Random123/philox.h>
#include <assert.h>
#include <math.h>
#include <string.h>

/* The counter: word 0 and 16 bits of word 1 count blocks of one site, the rest names the
 * stream. word 0  block, low 32 bits        word 2  step, low 32 bits word 1  site, 24 bits
 * | purpose   word 3  step, high 16 bits | shard, 16 bits The key is the seed. One block is
 * 128 random bits. */
static philox4x32_ctr_t counter_of(const lk_stream *stream, uint32_t block) {
  assert(stream->site < 1u << 24 && stream->shard < 1u << 16 && stream->step < 1ull << 48);
  philox4x32_ctr_t counter = {{block, stream->site | (uint32_t)stream->purpose << 24,
                               (uint32_t)stream->step,
                               (uint32_t)(stream->step >> 32) << 16 | stream->shard}};
  return counter;
}

static philox4x32_key_t key_of(const lk_stream *stream) {
  philox4x32_key_t key = {{(uint32_t)stream->seed, (uint32_t)(stream->seed >> 32)}};
  return key;
}

uint32_t lk_random_u32(const lk_stream *stream, uint64_t element) {
  philox4x32_ctr_t bits =
      philox4x32(counter_of(stream, (uint32_t)(element / 4)), key_of(stream));
  return bits.v[element % 4];
}

uint64_t lk_random_u64(const lk_stream *stream, uint64_t element) {
  philox4x32_ctr_t bits =
      philox4x32(counter_of(stream, (uint32_t)(element / 2)), key_of(stream));
  return (uint64_t)bits.v[element % 2 * 2 + 1] << 32 | bits.v[element % 2 * 2];
}

uint64_t lk_random_below(const lk_stream *stream, uint64_t element, uint64_t n) {
  return (uint64_t)(((unsigned __int128)lk_random_u64(stream, element) * n) >> 64);
}

double lk_random_normal(const lk_stream *stream, uint64_t element) {
  uint64_t bits = lk_random_u64(stream, element);
  double radius =
      ((double)(uint32_t)bits + 1.0) * 0x1p-32; /* in (0, 1], so its log is finite */
  double angle = (double)(bits >> 32) * 0x1p-32;
  return sqrt(-2.0 * log(radius)) * cos(2.0 * M_PI * angle);
}

void lk_random_order(const lk_stream *stream, uint32_t n, uint32_t *order) {
  for (uint32_t i = 0; i < n; i++)
    order[i] = i;
  for (uint32_t i = n; i > 1; i--) {
    uint32_t j = (uint32_t)lk_random_below(stream, i, i);
    uint32_t kept = order[i - 1];
    order[i - 1] = order[j];
    order[j] = kept;
  }
}

/* Dropout needs 16 bits an element, so a block serves 8 elements. */
static uint32_t drop_threshold(double drop) {
  return (uint32_t)lrint(drop * 65536.0);
}

double lk_keep_scale(double drop) {
  return 65536.0 / (65536.0 - drop_threshold(drop));
}

/* Blocks are made LANES at a time, so that the multiplications of one vector of them need
 * not wait for those of another; each GROUP of blocks serves elements in a row. */
enum { GROUP = LK_KEEP_WORDS, AT_A_TIME = LK_KEEP_ELEMENTS, LANES = LK_PHILOX_LANES };
_Static_assert(8 * LANES == AT_A_TIME, "a block serves 8 elements");

/* Philox4x32-10 on LANES consecutive blocks: the same function as philox4x32() above,
 * written with one array a word so that the compiler can use vectors; a test compares the
 * two. */
LK_INLINE void ten_rounds(uint32_t c[4][LANES], uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < LANES; i++) {
      uint64_t product0 = (uint64_t)PHILOX_M4x32_0 * c[0][i];
      uint64_t product1 = (uint64_t)PHILOX_M4x32_1 * c[2][i];
      uint32_t next0 = (uint32_t)(product1 >> 32) ^ c[1][i] ^ key0;
      uint32_t next2 = (uint32_t)(product0 >> 32) ^ c[3][i] ^ key1;
      c[1][i] = (uint32_t)product1;
      c[3][i] = (uint32_t)product0;
      c[0][i] = next0;
      c[2][i] = next2;
    }
    key0 += PHILOX_W32_0;
    key1 += PHILOX_W32_1;
  }
}

LK_CLONES void lk_philox_lanes(uint32_t c[4][LANES], philox4x32_ctr_t counter,
                               philox4x32_key_t key) {
  for (int i = 0; i < LANES; i++) {
    c[0][i] = counter.v[0] + (uint32_t)i;
    for (int word = 1; word < 4; word++)
      c[word][i] = counter.v[word];
  }
  ten_rounds(c, key.v[0], key.v[1]);
}

/* Group after group: the low, then the high halves of its words 0, then of its words 1, 2
 * and 3, those of each half in one bit of all `bits`. Unrolled whole, the loop would no
 * longer become vectors. */
LK_CLONES static void keep_bits(const uint32_t c[4][LANES], uint32_t threshold,
                                uint32_t bits[GROUP]) {
  uint32_t kept[GROUP] = {0};
  for (int group = 0; group < LANES / GROUP; group++)
    for (int word = 0; word < 4; word++)
#pragma GCC unroll 1
      for (int i = 0; i < GROUP; i++) {
        uint32_t random = c[word][group * GROUP + i];
        uint32_t low = (random & 0xffff) >= threshold, high = (random >> 16) >= threshold;
        kept[i] |= (low | high << 1) << (8 * group + 2 * word);
      }
  memcpy(bits, kept, sizeof kept);
}

static void keep_chunk(const lk_stream *stream, uint32_t threshold, uint32_t *bits,
                       lk_chunk chunk) {
  lk_philox *const wide = lk_philox_wide(), *const philox = wide ? wide : lk_philox_lanes;
  const philox4x32_key_t key = key_of(stream);
  for (size_t i = chunk.first; i < chunk.first + chunk.count; i++) {
    uint32_t words[4][LANES] __attribute__((aligned(64)));
    philox(words, counter_of(stream, (uint32_t)(i * LANES)), key);
    keep_bits((const uint32_t(*)[LANES])words, threshold, bits + i * GROUP);
  }
}

void lk_random_keep_bits(const lk_stream *stream, double drop, uint32_t *bits, size_t n) {
  const size_t count = lk_keep_words(n) / GROUP;
  const int chunks = lk_chunks(count, LK_GRAIN / AT_A_TIME);
  LK_PARALLEL(chunks)
  for (int c = 0; c < chunks; c++)
    keep_chunk(stream, drop_threshold(drop), bits, lk_chunk_of(c, chunks, count, 1));
}

/* Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011; the Random123
 * library).
 *
 * A number is a pure function of (seed, purpose, step, shard, site, element). Nothing here
 * depends on the rank, on the order of calls or on a state, so any rank computes the same
 * numbers for a shard, before and after a restart. */
#ifndef LOCKSTEP_RANDOM_H
#define LOCKSTEP_RANDOM_H

#include "lockstep/linkage.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* What the numbers are for. Values are part of the format: never renumber. */
typedef enum {
  LK_RANDOM_WEIGHTS = 1,     /* initial parameters; site = index in the parameter table */
  LK_RANDOM_ORDER = 2,       /* order of a shard's documents; step = epoch */
  LK_RANDOM_OBJECTIVE = 3,   /* span corruption; site = index within the micro-batch */
  LK_RANDOM_DROPOUT = 4,     /* site = place in the model */
  LK_RANDOM_SYNTH = 5,       /* the invented data set */
  LK_RANDOM_LAB = 6,         /* the attention experiments; step = draw, site = what of it */
  LK_RANDOM_WINDOW = 7,      /* parts of documents; step = epoch */
  LK_RANDOM_HELD_OUT = 8,    /* which documents are not trained on; element = document */
  LK_RANDOM_SAMPLE = 9,      /* text out of a model; step = text, shard = attempt */
  LK_RANDOM_VALIDATION = 10, /* examples of those held out; site = the window's number */
  LK_RANDOM_DEAL = 11,       /* the step of each micro-batch; step = the group's first */
  LK_RANDOM_FAILURES = 12    /* of a simulated run; element = failure */
} lk_purpose;

typedef struct {
  uint64_t seed;
  lk_purpose purpose;
  uint64_t step;  /* below 2^48 */
  uint32_t shard; /* below 2^16 */
  uint32_t site;  /* below 2^24 */
} lk_stream;

/* Element `element` of the stream: 32 or 64 random bits (the two overlap: use one a
 * stream). */
uint32_t lk_random_u32(const lk_stream *stream, uint64_t element);
uint64_t lk_random_u64(const lk_stream *stream, uint64_t element);

/* A whole number uniform in [0, n), n > 0; the bias is below n / 2^64. Uses u64 `element`.
 */
uint64_t lk_random_below(const lk_stream *stream, uint64_t element, uint64_t n);

/* Standard normal (Box-Muller). Uses u64 `element`. */
double lk_random_normal(const lk_stream *stream, uint64_t element);

/* A uniformly random order of 0 … n-1 (Fisher-Yates) into the caller's order[n]. */
void lk_random_order(const lk_stream *stream, uint32_t n, uint32_t *order);

/* What stands at place i < n of another random order of 0 … n-1, without the rest of it, so
 * that n may be any number. stream->site is 0. */
uint64_t lk_random_place(const lk_stream *stream, uint64_t n, uint64_t i);

/* Element i < n of a mask is 0 with probability `drop`, else 1. `drop` is used in steps of
 * 2^-16: lk_keep_scale() is the exact inverse of the share that is kept. bits has room for
 * lk_keep_words(n): of LK_KEEP_ELEMENTS elements, LK_KEEP_WORDS neighbours each are one bit
 * of so many words, so that kernels read them in vectors. */
enum { LK_KEEP_WORDS = 16, LK_KEEP_ELEMENTS = 32 * LK_KEEP_WORDS };
void lk_random_keep_bits(const lk_stream *stream, double drop, uint32_t *bits, size_t n);
double lk_keep_scale(double drop);

static inline size_t lk_keep_words(size_t n) {
  return (n + LK_KEEP_ELEMENTS - 1) / LK_KEEP_ELEMENTS * LK_KEEP_WORDS;
}

/* Whether element i is kept. */
static inline int lk_keep_bit(const uint32_t *bits, size_t i) {
  size_t word = i / LK_KEEP_ELEMENTS * LK_KEEP_WORDS + i % LK_KEEP_WORDS;
  return bits[word] >> (i / LK_KEEP_WORDS % 32) & 1;
}

LK_C_END

#endif

#include "store/lengths.h"
#include "lockstep/memory.h"
#include <assert.h>

lk_status lk_length_counts_begin(lk_length_counts *counts) {
  *counts = (lk_length_counts){.documents = 0};
  return LK_NEW(counts->counts, LK_MEDIAN_MOST + 1);
}

void lk_length_counts_add(lk_length_counts *counts, uint64_t length) {
  assert(length > 0);
  counts->counts[length < LK_MEDIAN_MOST ? length : LK_MEDIAN_MOST]++;
  counts->documents++;
  counts->tokens += length;
  if (length > counts->longest) counts->longest = length;
}

lk_corpus_lengths lk_length_counts_end(const lk_length_counts *counts) {
  uint64_t median = 0, below = 0;
  assert(counts->documents > 0);
  while (below < counts->documents - counts->documents / 2)
    below += counts->counts[++median];
  assert(median <= LK_MEDIAN_MOST && counts->longest >= median);
  return (lk_corpus_lengths){counts->tokens, counts->longest, median};
}

/* Lengths of documents, in memory that does not grow with their number. Private to
 * src/store. */
#ifndef LOCKSTEP_STORE_LENGTHS_H
#define LOCKSTEP_STORE_LENGTHS_H

#include "lockstep/store.h"

typedef struct {
  uint64_t *counts; /* a length, LK_MEDIAN_MOST and above in one; owned */
  uint64_t documents, tokens, longest;
} lk_length_counts;

/* lk_free(counts.counts). */
lk_status lk_length_counts_begin(lk_length_counts *counts);
void lk_length_counts_add(lk_length_counts *counts, uint64_t length);

/* Of at least one document. */
lk_corpus_lengths lk_length_counts_end(const lk_length_counts *counts);

#endif

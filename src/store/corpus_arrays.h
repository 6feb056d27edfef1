/* Where a corpus' numbers are in its file. Private to src/store. */
#ifndef LOCKSTEP_STORE_CORPUS_ARRAYS_H
#define LOCKSTEP_STORE_CORPUS_ARRAYS_H

#include "store/h5.h"

/* Tokens take 16 bits where all of so many ids fit into them, else 32. */
static inline lk_h5_array lk_corpus_tokens(int ids) {
  return (lk_h5_array){
      .name = "tokens", .type = ids <= UINT16_MAX + 1 ? LK_H5_U16 : LK_H5_U32, .rank = 1};
}

static inline lk_h5_array lk_corpus_offsets(void) {
  return (lk_h5_array){.name = "offsets", .type = LK_H5_U64, .rank = 1};
}

/* Of files whose documents have any. */
static inline lk_h5_array lk_corpus_titles(void) {
  return (lk_h5_array){.name = "titles", .type = LK_H5_U32, .rank = 1};
}

#endif

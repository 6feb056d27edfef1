/* Reading dropout masks in vectors. */
#ifndef LOCKSTEP_BASE_KEEP_H
#define LOCKSTEP_BASE_KEEP_H

#include "base/clones.h"
#include "lockstep/random.h"

/* The bits of LK_KEEP_WORDS neighbours in a mask: of each word the same one. */
typedef struct {
  const uint32_t *words;
  uint32_t bit;
} lk_kept;

/* Of the neighbours from `element`, a multiple of LK_KEEP_WORDS, on. */
LK_INLINE lk_kept lk_kept_from(const uint32_t *mask, size_t element) {
  return (lk_kept){mask + element / LK_KEEP_ELEMENTS * LK_KEEP_WORDS,
                   (uint32_t)1 << (element / LK_KEEP_WORDS % 32)};
}

#endif

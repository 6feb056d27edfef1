/* Private to src/prepare. */
#ifndef LOCKSTEP_PREPARE_VOCABULARY_H
#define LOCKSTEP_PREPARE_VOCABULARY_H

#include "lockstep/tokenizer.h"

/* Characters by how often counts[LK_SPOOL_CODE_POINTS] says that they stand in the text:
 * all, or the `most` most frequent ones (0: all) and U+FFFD, which then stands for the
 * *unknown others, and for what a question brings later. Of equal ones the lower code
 * points come first. */
lk_status lk_vocabulary_make(lk_tokenizer **out, const uint64_t *counts, uint64_t most,
                             int composes, uint64_t *unknown);

#endif

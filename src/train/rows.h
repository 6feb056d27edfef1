/* Where shards have equal parts of the corpora's windows (lk_mixture_shares): the documents
 * that this rank's are made of. Private to src/train. */
#ifndef LOCKSTEP_TRAIN_ROWS_H
#define LOCKSTEP_TRAIN_ROWS_H

#include "lockstep/config.h"
#include "lockstep/mixture.h"
#include "lockstep/world.h"

/* All ranks, once: the ranks tell each other how many tokens their shards' documents have,
 * and each opens the files for those that it needs, a text to be read once more. files: the
 * corpora's. slice: the mixture's. world NULL: this process alone, which holds all shards.
 * Fails on all alike, as lk_corpus_share and lk_mixture_share. */
lk_status lk_rows_share(lk_world *world, lk_mixture *corpora, const lk_config_corpus *files,
                        lk_slice slice);

#endif

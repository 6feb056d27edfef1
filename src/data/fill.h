/* How the rows of corpora, each cut as one (LK_CUT_CORPUS), are shared out over the shards:
 * an epoch visits as many of each shard, ±1. Private to src/data. */
#ifndef LOCKSTEP_DATA_FILL_H
#define LOCKSTEP_DATA_FILL_H

#include "lockstep/corpus.h"

/* Of one corpus. */
typedef struct {
  uint64_t *before; /* (shards + 1) tokens in front of the documents of each shard */
  uint64_t rows;
  uint64_t visits; /* of an epoch to them */
  uint64_t first;  /* visits to the corpora in front of it */
} lk_filling;

typedef struct {
  int count, shards;
  lk_filling *list; /* (count) */
} lk_fill;

/* Room for so many; on failure, too, the caller owns what is in *fill: lk_fill_free. */
lk_status lk_fill_create(lk_fill *fill, int count, int shards);
void lk_fill_free(lk_fill *fill);

/* The next corpus, from the first on, of `weight`, the documents of each shard of which
 * have tokens[shards], at least as many as there are shards: rows of at most `reach`
 * tokens, at least one a shard. */
void lk_fill_add(lk_fill *fill, int corpus, const uint64_t *tokens, double weight,
                 size_t reach);

/* Of the visits to a corpus those that a shard makes, and the rows that they are to. The
 * visits of all shards are all visits, in order. With weight 1 they are to all rows once.
 */
lk_range lk_fill_visits(const lk_fill *fill, int corpus, int shard);
lk_range lk_fill_rows(const lk_fill *fill, int corpus, int shard);

/* The shards whose documents the slice's rows are made of, with the slice's own: a slice.
 */
lk_slice lk_fill_documents(const lk_fill *fill, int corpus, lk_slice slice);

#endif

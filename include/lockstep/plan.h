/* Which documents belong to which step: a pure function of the counts, the seed and the
 * step. */
#ifndef LOCKSTEP_PLAN_H
#define LOCKSTEP_PLAN_H

#include "lockstep/corpus.h"
#include "lockstep/linkage.h"

LK_C_BEGIN

typedef struct {
  uint64_t documents; /* of the whole corpus (or questions of the whole file) */
  int shards;         /* V */
  int batch_size;     /* documents a step over all shards, a multiple of V */
  uint64_t seed;
} lk_plan;

/* Steps that an epoch takes: as many as its largest shard needs at batch_size / V documents
 * a step. A shard's last micro-batch of an epoch may be short, or empty. */
uint64_t lk_plan_steps_per_epoch(const lk_plan *plan);

/* Documents in all shards' micro-batches of step `step` (first is 0), and in steps 0 …
 * step-1. */
uint64_t lk_plan_documents_of(const lk_plan *plan, uint64_t step);
uint64_t lk_plan_documents_before(const lk_plan *plan, uint64_t step);

/* The micro-batch of one shard in one step: stores document numbers (in the whole corpus)
 * in documents[batch_size / V] and returns how many. `order` is scratch for the largest
 * shard's documents, (lk_plan_largest_shard), in which the epoch's order is computed anew.
 */
int lk_plan_micro_batch(const lk_plan *plan, uint64_t step, int shard, uint32_t *order,
                        uint64_t *documents);
uint64_t lk_plan_largest_shard(const lk_plan *plan);

LK_C_END

#endif

/* Which documents belong to which step: a pure function of the counts, the seed and the
 * step. */
#ifndef LOCKSTEP_PLAN_H
#define LOCKSTEP_PLAN_H

#include "lockstep/corpus.h"
#include "lockstep/linkage.h"
#include "lockstep/window.h"

LK_C_BEGIN

typedef struct {
  uint64_t documents; /* that an epoch takes: of the whole corpus, or its windows, or the
                         questions of the whole file */
  int shards;         /* V */
  int batch_size;     /* documents a step over all shards, a multiple of V */
  uint64_t seed;
  const uint64_t *borders; /* (V + 1), not owned: shard s has the documents borders[s] …
                              borders[s+1]-1; NULL: it has lk_shard_range's */
} lk_plan;

/* The documents of a shard. */
lk_range lk_plan_shard(const lk_plan *plan, int shard);

/* Steps that an epoch takes: as many as its largest shard needs at batch_size / V documents
 * a step. A shard's last micro-batch of an epoch may be short, or empty. */
uint64_t lk_plan_steps_per_epoch(const lk_plan *plan);

/* Which of its documents, in the order of the epoch and counted from the shard's first, a
 * shard takes in the k-th step of an epoch: at most batch_size / V. Shards with borders of
 * their own all end with the epoch: the smaller ones take fewer a step, each in other
 * steps. */
lk_range lk_plan_part(const lk_plan *plan, int shard, uint64_t k);

/* Documents in all shards' micro-batches of step `step` (first is 0), and in steps 0 …
 * step-1. */
uint64_t lk_plan_documents_of(const lk_plan *plan, uint64_t step);
uint64_t lk_plan_documents_before(const lk_plan *plan, uint64_t step);

/* In which order an epoch takes the documents of some shards. A step costs nothing that
 * grows with their number: the order of a shard of up to 2²² documents is made once an
 * epoch and held, 4 bytes a document; that of a larger one is computed a document at a
 * time (lk_random_place). */
typedef struct lk_order lk_order;

/* For shards first_shard … first_shard + shard_count-1 of the plan. The caller owns *out:
 * lk_order_free. */
lk_status lk_order_create(lk_order **out, const lk_plan *plan, int first_shard,
                          int shard_count);
void lk_order_free(lk_order *order);

/* Values of config->deal: the order; lk_order_deal; that, and lengths that an objective
 * draws are those of the step, not of each shard. */
typedef enum { LK_DEAL_SHUFFLED, LK_DEAL_EVEN, LK_DEAL_ALIKE } lk_deal_kind;

/* What an item costs to compute: a function of the visit alone. */
typedef struct {
  uint64_t (*of)(const void *context, const lk_visit *visit);
  const void *context;
} lk_cost;

/* Once: from now on, and again for each group of steps, the documents that the order has in
 * the group's steps are dealt to them so that a shard's micro-batches cost the same, and
 * those of all shards in a step are alike where they do not, as far as sizes let them: a
 * function of the costs, too, and of no other shard's. A group has some 4,096 documents, or
 * those of 8 steps, or an epoch's: a step asks for the cost of one document for each that
 * it takes, whatever their number. */
lk_status lk_order_deal(lk_order *order, const lk_cost *cost);

/* The micro-batch of one of the shards in one step, whichever: stores document numbers (in
 * the whole corpus) in documents[batch_size / V] and returns how many. */
int lk_order_micro_batch(lk_order *order, uint64_t step, int shard, uint64_t *documents);

LK_C_END

#endif

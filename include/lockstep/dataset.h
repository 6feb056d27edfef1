/* What a run trains on: a corpus, an objective, and which of its items belong to which
 * step. */
#ifndef LOCKSTEP_DATASET_H
#define LOCKSTEP_DATASET_H

#include "lockstep/config.h"
#include "lockstep/corpus.h"
#include "lockstep/linkage.h"
#include "lockstep/objective.h"
#include "lockstep/pack.h"
#include "lockstep/plan.h"
#include "lockstep/world.h"

LK_C_BEGIN

typedef struct lk_dataset lk_dataset;

/* All ranks: opens the config's corpora (text or HDF5), if it names any, holding the
 * slice's part only, and the objective; lk_dataset_settle makes it ready. `tokenizer`: of
 * the checkpoint to start from, which must be able to read the corpora's tokens
 * (lk_tokenizer_reads); NULL takes any. The dataset's is that of the corpora. Fails on all
 * alike: errors as lk_corpus_share and lk_objective_open. world NULL: this process alone,
 * whatever the slice. The caller owns *out: lk_dataset_close. */
lk_status lk_dataset_open(lk_dataset **out, lk_world *world, const lk_config *config,
                          lk_objective_kind objective, const lk_tokenizer *tokenizer,
                          lk_slice slice);
void lk_dataset_close(lk_dataset *dataset);

/* All ranks, once: agrees on how much each shard has, which only who holds it knows, opens
 * the corpora for what this rank's shards get of others', and plans the steps. world NULL:
 * this process alone, which holds all shards. */
lk_status lk_dataset_settle(lk_dataset *dataset, lk_world *world);

/* All owned by the dataset. */
const lk_tokenizer *lk_dataset_tokenizer(const lk_dataset *dataset);
const lk_plan *lk_dataset_plan(const lk_dataset *dataset);
lk_objective_kind lk_dataset_kind(const lk_dataset *dataset);
const lk_objective *lk_dataset_objective(const lk_dataset *dataset);
const lk_mixture *lk_dataset_corpora(const lk_dataset *dataset); /* NULL: there are none */
const lk_items *lk_dataset_items(const lk_dataset *dataset);
/* "lines 3 8 of wiki.txt", or documents where the file has no lines, or windows of an epoch
 * where the items are: where in their file they are (numbers in the whole of it, from 0;
 * they are changed), for a message with room for as many as fit into size bytes. A text is
 * read again. */
void lk_dataset_name_items(const lk_dataset *dataset, uint64_t *items, size_t count,
                           char *text, size_t size);
/* Documents or windows of a pass over the corpora, for the schedule. */
uint64_t lk_dataset_corpus_documents(const lk_dataset *dataset);
/* Says on standard error what was left out of its files, if anything was: one rank. */
void lk_dataset_say_left_out(const lk_dataset *dataset);

/* Example i of the micro-batch that lk_dataset_select chose last. tokens need room for
 * block + 1. */
void lk_dataset_example(lk_dataset *dataset, int i, lk_example *example);

/* Which window of which file that shows; 0 as lk_objective_find. *path: the dataset's. */
int lk_dataset_find(const lk_dataset *dataset, int i, lk_place *place, const char **path);

/* Chooses the micro-batch of one shard (held) in one step; returns its number of examples.
 */
int lk_dataset_select(lk_dataset *dataset, uint64_t step, int shard);

/* The items that it is made of, by their numbers in the whole of their files; the
 * dataset's, until the next choice. */
const uint64_t *lk_dataset_chosen(const lk_dataset *dataset);

/* Packs examples first … of the micro-batch that was chosen last, as many as there is room
 * for whatever their lengths, and returns the number of the next. */
int lk_dataset_pack(lk_dataset *dataset, int first, lk_pack *pack);

/* LK_OK, or the first failure to read an example's data, with its message: it is then not
 * what it should be. */
lk_status lk_dataset_status(const lk_dataset *dataset);

LK_C_END

#endif

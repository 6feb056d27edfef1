/* The trainer: model, data, objective, optimizer and sums over all ranks, a step at a time.
 * It knows nothing of run directories: lockstep/training.h does. */
#ifndef LOCKSTEP_TRAINER_H
#define LOCKSTEP_TRAINER_H

#include "lockstep/dataset.h"
#include "lockstep/linkage.h"
#include "lockstep/run.h"
#include "lockstep/world.h"

LK_C_BEGIN

typedef struct lk_trainer lk_trainer;

/* What a trainer is made for. */
typedef enum {
  LK_TO_RUN,     /* a whole run: run directory, checkpoints, signals, watchdog */
  LK_TO_MEASURE, /* single steps: no run directory, no length, nothing is resumed */
  LK_TO_PROBE    /* inside a run, whose watchdog and signals these are: a length only */
} lk_trainer_purpose;

/* What is refused of a config before any data is opened, also by a command that only
 * checks. LK_USAGE. Not collective.
 * … in the settings themselves: the length, stop_after. */
lk_status lk_trainer_check_recipe(const lk_config *config, lk_trainer_purpose purpose);
/* … in the files that the objective needs, and in those that are pipes. */
lk_status lk_trainer_check_files(const lk_config *config, lk_task task);
/* … because of this machine, with so many ranks on it: threads, precision. */
lk_status lk_trainer_check_machine(const lk_config *config, int local_ranks);

/* The orders of the config's names of `replicas`, and of `shard`. */
enum { LK_REPLICAS_RANK, LK_REPLICAS_NODE, LK_REPLICAS_AUTO };
enum { LK_SHARD_AUTO, LK_SHARD_NONE, LK_SHARD_OPTIMIZER };

/* Nonzero: each rank is to update and remember its part of the parameters. */
int lk_trainer_deals(const lk_config *config);

/* Nonzero: the ranks of this host are to have one copy of the parameters, as `replicas`
 * says; of auto, where all of them with a copy each would take so many bytes. Not
 * collective. */
int lk_trainer_shares_values(const lk_config *config, double bytes);

/* All ranks: a trainer with the parameters of config->init or initial ones. Fails on all
 * ranks alike. config is completed in place with the shape of `init`'s model and must
 * outlive the trainer. The caller owns *out: lk_trainer_free. */
lk_status lk_trainer_open(lk_trainer **out, lk_world *world, lk_config *config,
                          lk_task task, lk_trainer_purpose purpose);

/* What a rank of a world of so many would hold that has as many shards as any. */
typedef struct {
  lk_shape shape;
  int shards;          /* of the config's */
  uint64_t parameters; /* numbers */
  uint64_t data, room; /* bytes of its shards' data, and of what it trains with at a time,
                          but for … */
  uint64_t values; /* … the parameters, in both precisions that it has them in, which the
                      ranks of a node may have in common */
  uint64_t checkpoint; /* bytes of a checkpoint's numbers, as rank 0 copies them */
  int pack_rows;       /* most rows of a pack */
} lk_trainer_needs;

/* Finds that by making it: memory that nobody uses costs none, and no step is made. Where
 * gradients go back to the system as they are summed, all ranks are taken to be as fast.
 * world: of this process alone. As lk_trainer_open otherwise. */
lk_status lk_trainer_weigh(lk_world *world, lk_config *config, lk_task task, int ranks,
                           lk_trainer_needs *out);

/* All ranks. */
void lk_trainer_free(lk_trainer *trainer);

/* All ranks: one step. *metrics holds the same loss and norm on every rank. */
lk_status lk_trainer_step(lk_trainer *trainer, lk_metrics *metrics);

/* Steps done, steps of the whole run, and the model's table. */
uint64_t lk_trainer_steps_done(const lk_trainer *trainer);
uint64_t lk_trainer_steps(const lk_trainer *trainer);
const lk_parameters *lk_trainer_table(const lk_trainer *trainer);

/* What this rank computed in the last step: packs, their rows (N) and rows with loss (M).
 */
typedef struct {
  double packs, rows, target_rows;
} lk_trainer_work;
lk_trainer_work lk_trainer_last_work(const lk_trainer *trainer);

LK_C_END

#endif

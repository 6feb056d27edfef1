/* Private to the trainer: its state. */
#ifndef LOCKSTEP_TRAIN_TRAINER_H
#define LOCKSTEP_TRAIN_TRAINER_H

#include "lockstep/build.h"
#include "lockstep/model.h"
#include "lockstep/optimizer.h"
#include "lockstep/schedule.h"
#include "lockstep/shared.h"
#include "lockstep/trainer.h"
#include "lockstep/tree.h"
#include "lockstep/watchdog.h"
#include "train/dealt.h"

/* Gradients of a step by layer: what they are counted with, and where the counts go. */
typedef struct lk_layer_histograms lk_layer_histograms;

/* Dropout sites of a pack, and packs of a shard's part of a batch: a stream has 2^24 sites.
 * Bits depend on the first. */
enum { LK_PACK_SITES = 1 << 12, LK_PACKS_MOST = (1 << 24) / LK_PACK_SITES };

/* Groups of ranks that make steps by themselves: train/sites.h. */
typedef struct lk_sites lk_sites;

struct lk_trainer {
  lk_world *world; /* not owned */
  lk_world *home;  /* the ranks that make a step together: all, or its site's; not owned */
  lk_sites *sites; /* NULL: there are none */
  const lk_config *config; /* not owned */
  lk_watchdog *watchdog;   /* not owned; NULL in a probe: the run's says more */
  lk_dataset *dataset;
  uint64_t most_answer; /* tokens of an answer that are decoded */
  lk_parameters *table;
  lk_model *models[2]; /* the second, where shards are computed in pairs, or NULL */
  lk_pack *packs[2];
  lk_tree *tree;
  size_t final;      /* gradients from here on will not change any more in this step */
  float *values;     /* (table->count) parameters */
  lk_shared *shared; /* whose they are, once on each host; NULL: each rank's own */
  int shares_values; /* they are to be so */
  lk_bf16 *rounded;  /* (table->count) the values that models hold; NULL in fp32 */
  lk_shared *shared_rounded; /* whose they are, likewise */
  int is_dealt;              /* each rank has its own part of the optimizer's states */
  float *m, *v;              /* the optimizer's states, of what it holds */
  float *average; /* running mean of the values, of what the optimizer holds; or NULL */
  int first_shard, shard_count; /* this rank's */
  int shards_a_rank;            /* most shards that a rank has */
  int step_first, step_count;   /* those of a step: of the site whose turn it is */
  int step_most;                /* most of them that a rank has in a step */
  double *mine;                 /* loss and targets of each of this rank's shards */
  double nats;                  /* loss of the last step, summed over all its targets */
  lk_optimizer *optimizer;
  lk_schedule schedule;
  double
      fixed_rate; /* the learning rate of all steps, instead of the schedule's; 0: none */
  uint64_t step, steps; /* done, of the whole run */
  int has_checkpoint;   /* there is one to go back to; rank 0 knows */
  uint64_t skipped;     /* updates left out since the start */
  int skipped_in_a_row;
  lk_hash trail;                   /* of this replica's parameters after every step */
  lk_trainer_work work;            /* of this rank in the last step */
  lk_layer_histograms *histograms; /* NULL: none are made */
};

/* The model as it is now: nothing of it is the caller's, nor may be changed. */
lk_trained lk_trainer_model(const lk_trainer *trainer);

/* What of it no rank has alone: of a model whose optimizer's states are dealt out, or that
 * has sites; and whether there is any. */
int lk_trainer_is_spread(const lk_trainer *trainer);
lk_dealt lk_trainer_dealt(const lk_trainer *trainer);

/* All ranks: what comes before a trainer. Sets kernels and threads, agrees on config, task
 * and build, starts the watchdog's limits unless a run's are at work, and opens
 * config->init, if it names a checkpoint: the caller owns *init, NULL where there is none.
 */
lk_status lk_trainer_begin(lk_world *world, lk_config *config, lk_task task,
                           lk_trainer_purpose purpose, lk_checkpoint **init);

/* All ranks, after lk_trainer_begin: opens the data and makes room. tokenizer: init's, or
 * NULL. Parameters are zeros. The caller owns *out: lk_trainer_free. */
lk_status lk_trainer_create(lk_trainer **out, lk_world *world, const lk_config *config,
                            lk_task task, lk_trainer_purpose purpose,
                            const lk_tokenizer *tokenizer);

/* Two steps of it, in this order: the data of this rank's shards, which is the slowest part
 * of a start and the one with most ways to fail: all ranks of `readers`, which is
 * the trainer's world, or NULL where that is imagined; and all else that training needs
 * room for, not collective. */
lk_status lk_trainer_open_data(lk_trainer *trainer, lk_world *readers, lk_task task,
                               const lk_tokenizer *tokenizer);
lk_status lk_trainer_make_buffers(lk_trainer *trainer);

/* Bytes of the parameters, as training and products take them: what is there besides. */
uint64_t lk_trainer_value_bytes(const lk_trainer *trainer);

/* All ranks: parameters of a checkpoint, or, with NULL, initial ones. */
lk_status lk_trainer_initialise(lk_trainer *trainer, const lk_checkpoint *init);

/* Batches of the plan that so many steps are: a group that is a job of its own makes its
 * steps on every so many-th, the others on those between. The fewest steps that take so
 * many. How many the step that is next takes, more than one where they grow; and its k-th.
 * Not collective. */
uint64_t lk_trainer_batches(const lk_trainer *trainer, uint64_t steps);
uint64_t lk_trainer_steps_for(const lk_trainer *trainer, uint64_t batches);
uint64_t lk_trainer_step_batches(const lk_trainer *trainer);
uint64_t lk_trainer_batch(const lk_trainer *trainer, uint64_t k);

/* All ranks, before the first step: meets the groups that are jobs of their own. Where they
 * are ahead, the step and the model become theirs. */
lk_status lk_trainer_arrive(lk_trainer *trainer);

/* Nonzero when all ranks are together after this step: without sites they always are. What
 * happens around steps happens then alone. Not collective, as all three. */
int lk_trainer_has_met(const lk_trainer *trainer);

/* Nonzero when all ranks are together, for the first time since a step that is a multiple
 * of `every`; 0: never. */
int lk_trainer_passes(const lk_trainer *trainer, uint64_t every);

/* The *count rows of the steps since the last meeting but for the last. Owned by the
 * trainer, valid until its next step. */
const lk_metrics *lk_trainer_earlier(const lk_trainer *trainer, uint64_t *count);

/* All ranks of t->home: one step of theirs. A failure ends all ranks where some are not of
 * them. *metrics lacks what a step took. */
lk_status lk_trainer_step_alone(lk_trainer *t, lk_metrics *metrics);

/* All ranks: makes values what passes are over from now on. */
lk_status lk_trainer_hold(const lk_trainer *trainer, const float *values);

/* Before the first update: the running mean, if one is kept, is the values. */
void lk_trainer_begin_average(lk_trainer *trainer);

/* After every update: takes the values into their running mean, if one is kept. */
void lk_trainer_follow_average(lk_trainer *trainer);

/* All ranks: the values that held-out losses, dev scores and samples are of: the running
 * mean, where one is kept. Owned by the trainer, valid until its next step. */
lk_status lk_trainer_judged(const lk_trainer *trainer, const float **values);

/* After every update: remembers the parameters' hash for the next comparison. Adds the time
 * it took to *seconds. */
void lk_trainer_follow_replica(lk_trainer *trainer, double *seconds);

/* The same after every meeting of the sites. */
void lk_trainer_follow_meeting(lk_trainer *trainer, double *seconds);

/* All ranks: compares parameters, also those of the steps before, moments and means over
 * all ranks, and adds the time it took to *seconds. LK_INTERNAL names the ranks that
 * differ. */
lk_status lk_trainer_check_replicas(lk_trainer *trainer, double *seconds);

/* Makes room for histograms where the config asks for them, and gives it back. Not
 * collective. */
lk_status lk_trainer_make_histograms(lk_trainer *trainer);
void lk_trainer_free_histograms(lk_layer_histograms *histograms);

/* All ranks, before the update of a step: counts its gradients, as the tree has summed
 * them, times `scale`, if histograms of it are due. Changes nothing else. */
lk_status lk_trainer_count_gradients(lk_trainer *trainer, const float *gradients,
                                     double scale);

/* Those of the last step, a layer each, owned by the trainer; NULL: none were due. */
const lk_named_histogram *lk_trainer_histograms(const lk_trainer *trainer, int *layers);

/* For the tests: the environment variable LOCKSTEP_FLIP_BIT=RANK:STEP flips one bit of that
 * rank's parameters after that step; RANK:STEP:m and RANK:STEP:v one of the moments,
 * RANK:STEP:a one of the running mean. */
void lk_trainer_inject_fault(lk_trainer *trainer);

/* What the bits of training by this config depend on beside it: lk_build_describe, by the
 * formats of all its products. Not collective. */
void lk_trainer_describe_build(const lk_config *config, char text[LK_BUILD_SIZE]);

/* All ranks: settings and build, then data, are the same everywhere. LK_USAGE names the
 * rank, its host and what differs. */
lk_status lk_trainer_agree_on_start(lk_world *world, const lk_config *config, lk_task task);
lk_status lk_trainer_agree_on_data(const lk_trainer *trainer);

/* All ranks: the same of anything else, by the hexadecimal digits of its hash. */
lk_status lk_trainer_agree_on(lk_world *world, const char *what, const char *digits);

#endif

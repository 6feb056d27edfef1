/* Private to the trainer: its state. */
#ifndef LOCKSTEP_TRAIN_TRAINER_H
#define LOCKSTEP_TRAIN_TRAINER_H

#include "lockstep/model.h"
#include "lockstep/optimizer.h"
#include "lockstep/questions.h"
#include "lockstep/schedule.h"
#include "lockstep/trainer.h"
#include "lockstep/tree.h"
#include "lockstep/watchdog.h"

typedef struct lk_probe lk_probe; /* train/probe.h */

struct lk_trainer {
  lk_world *world;   /* not owned */
  lk_config *config; /* not owned */
  lk_run *run;       /* rank 0 only, NULL without a run directory */
  lk_watchdog *watchdog;
  lk_dataset *dataset;
  lk_questions *dev;    /* NULL: none */
  uint64_t most_answer; /* characters of an answer that are decoded */
  lk_probe *probe;      /* NULL: none */
  lk_parameters *table;
  lk_model *models[2]; /* the second, where shards are computed in pairs, or NULL */
  lk_pack *packs[2];
  lk_tree *tree;
  size_t final;  /* gradients from here on will not change any more in this step */
  float *values; /* (table->count) parameters */
  float *m, *v;  /* the optimizer's states */
  int first_shard, shard_count; /* this rank's */
  int shards_a_rank;            /* most shards that a rank has */
  double *mine, *all;           /* loss and targets a shard: this rank's, all ranks' */
  lk_optimizer *optimizer;
  lk_schedule schedule;
  uint64_t step, steps; /* done, of the whole run */
  lk_task task;
  char origin[40];    /* lk_checkpoint_info's */
  int has_checkpoint; /* of this run, all ranks know */
  int complete;       /* nothing to do: a finished run was started again */
  double start;       /* time when lk_trainer_run began */
  double time_limit;  /* seconds, 0: none */
  const char *reason; /* what this rank was asked to stop by, or NULL */
  int stopping;       /* some rank was, agreed on */
  uint64_t skipped;   /* updates left out since the start */
  int skipped_in_a_row;
  lk_hash trail;            /* of this replica's parameters after every step */
  double *hashes;           /* (P, 4) replicas' hashes */
  double rows, target_rows; /* of this rank in the last step */
};

/* The model as it is now: nothing of it is the caller's, nor may be changed. */
lk_trained lk_trainer_model(const lk_trainer *trainer);

/* All ranks: a checkpoint to go on with (moments, step) or to start from, or initial
 * values. */
lk_status lk_trainer_restore(lk_trainer *trainer, lk_checkpoint *resumed,
                             lk_checkpoint *init);

/* After every update: remembers the parameters' hash for the next comparison. Adds the time
 * it took to *seconds. */
void lk_trainer_follow_replica(lk_trainer *trainer, double *seconds);

/* All ranks: compares parameters, also those of the steps before, and moments over all
 * ranks, and adds the time it took to *seconds. LK_INTERNAL names the ranks that differ. */
lk_status lk_trainer_check_replicas(lk_trainer *trainer, double *seconds);

/* For the tests: the environment variable LOCKSTEP_FLIP_BIT=RANK:STEP flips one bit of that
 * rank's parameters after that step; RANK:STEP:m and RANK:STEP:v one of the moments. */
void lk_trainer_inject_fault(lk_trainer *trainer);

/* Rank 0 says when the schedule never reaches the learning rate, or the decay of the
 * weights is too small for fp32. */
void lk_trainer_warn_of_rate(const lk_trainer *trainer);

/* All ranks, before pretraining: rank 0 says what share of the corpus is ever seen where
 * documents are longer than an example. */
lk_status lk_trainer_warn_of_length(const lk_trainer *trainer);

/* All ranks: asks whether to stop: sets reason and stopping. */
lk_status lk_trainer_ask_to_stop(lk_trainer *trainer);

/* All ranks, when stopping: LK_STOPPED, with the step and a reason. */
lk_status lk_trainer_report_stop(const lk_trainer *trainer);

/* All ranks, before the first step: LK_STOPPED when a signal has come. */
lk_status lk_trainer_heed_signals(lk_trainer *trainer);

/* Reads the config's dev questions, if it names any. Not collective. */
lk_status lk_trainer_open_dev(lk_trainer *trainer);

/* Rank 0, others do nothing: says how many dev answers are too long for the model that was
 * trained by `trained`: this one or its probe's copy. */
void lk_trainer_say_dev_limit(const lk_trainer *trainer, const lk_trainer *trained);

/* All ranks: how many dev questions the model that `trained` trained answers right. */
lk_status lk_trainer_answer_dev(const lk_trainer *trainer, const lk_trainer *trained,
                                size_t *correct);

/* Rank 0: "dev after step 40: Correct: …" to standard error. */
void lk_trainer_say_score(const lk_trainer *trainer, const char *what, size_t correct);

/* All ranks: answers the dev questions and logs the score, unless that was done after this
 * step. Questions that cannot be asked are found out at the first time, before training. */
lk_status lk_trainer_score_dev(lk_trainer *trainer);

/* All ranks: settings and build, then data, are the same everywhere. LK_USAGE names the
 * rank, its host and what differs. */
lk_status lk_trainer_agree_on_start(lk_trainer *trainer, lk_task task);
lk_status lk_trainer_agree_on_data(lk_trainer *trainer);

#endif

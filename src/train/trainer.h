/* Private to the trainer: its state. */
#ifndef LOCKSTEP_TRAIN_TRAINER_H
#define LOCKSTEP_TRAIN_TRAINER_H

#include "lockstep/adamw.h"
#include "lockstep/model.h"
#include "lockstep/schedule.h"
#include "lockstep/trainer.h"

struct lk_trainer {
  lk_world *world;   /* not owned */
  lk_config *config; /* not owned */
  lk_run *run;       /* rank 0 only, NULL without a run directory */
  lk_dataset *dataset;
  lk_parameters *table;
  lk_model *model;
  lk_pack *pack;
  lk_tree *tree;
  float *values, *m, *v;        /* (table->count) parameters and Adam's moments */
  int first_shard, shard_count; /* this rank's */
  int shards_a_rank;            /* most shards that a rank has */
  double *mine, *all;           /* loss and targets a shard: this rank's, all ranks' */
  lk_adamw optimizer;
  lk_schedule schedule;
  uint64_t step, steps;     /* done, of the whole run */
  int complete;             /* nothing to do: a finished run was started again */
  double rows, target_rows; /* of this rank in the last step */
};

/* All ranks: a checkpoint to go on with (moments, step) or to start from, or initial
 * values. */
lk_status lk_trainer_restore(lk_trainer *trainer, lk_checkpoint *resumed,
                             lk_checkpoint *init);

#endif

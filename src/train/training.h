/* A run: the trainer, and what happens around its steps. Private to src/train. */
#ifndef LOCKSTEP_TRAIN_TRAINING_H
#define LOCKSTEP_TRAIN_TRAINING_H

#include "lockstep/questions.h"
#include "lockstep/run.h"
#include "lockstep/run_heads.h"
#include "lockstep/training.h"
#include "train/pace.h"
#include "train/trainer.h"
#include "train/writer.h"

typedef struct lk_probe lk_probe;       /* train/probe.h */
typedef struct lk_held_out lk_held_out; /* train/held_out.h */
typedef struct lk_rank_table lk_rank_table;
typedef struct lk_checkpoint_copy lk_checkpoint_copy; /* train/copy.h */

typedef struct {
  lk_world *world; /* not owned, as the config */
  lk_config *config;
  lk_task task;
  lk_trainer *trainer;          /* owned, as all below */
  lk_run *run;                  /* the directory; rank 0 only */
  lk_questions *dev;            /* NULL: none */
  lk_probe *probe;              /* NULL: none */
  lk_held_out *held_out;        /* NULL: none */
  lk_checkpoint_writer *writer; /* of checkpoints beside training; rank 0 only, or NULL */
  lk_checkpoint_copy *copy;     /* of checkpoints elsewhere; NULL: none */
  lk_pace pace;                 /* when the next checkpoint is due */
  lk_rank_table *ranks;         /* ranks.csv; rank 0 of several, or NULL */
  lk_best_model best;           /* by the held-out loss, so far */
  int improved;                 /* after this step it was the lowest of all */
  char origin[40];              /* lk_checkpoint_info's */
  int ended;                    /* nothing to train: a finished run was started again … */
  int complete;                 /* … and nothing to do */
  int arrived;                  /* at the model of other groups, before the first step */
  double start;                 /* time when the first step could begin */
  double report_seconds;        /* that report.html has taken, */
  double report_newest;         /* and that it took last */
  lk_run_heads heads;           /* what report.html shows of them; rank 0 only, */
  lk_page_attention attention;  /* and as it shows it */
  const char *reason;           /* what this rank was asked to stop by, or NULL */
  int stopping;                 /* some rank was, agreed on */
} lk_training;

/* What happens around steps: one row of the list in training.c, which is their order. All
 * ranks call each of its functions; NULL: nothing happens then. */
typedef struct {
  lk_status (*begin)(lk_training *training);                     /* before the first step */
  lk_status (*step)(lk_training *training, lk_metrics *metrics); /* after every step */
  void (*end)(lk_training *training, lk_status status);          /* however it ended */
} lk_hook;

extern const lk_hook lk_hook_history, lk_hook_warnings, lk_hook_stop, lk_hook_replicas,
    lk_hook_tables, lk_hook_checkpoints, lk_hook_scores, lk_hook_halt, lk_hook_validation,
    lk_hook_best, lk_hook_samples, lk_hook_report, lk_hook_ranks;

/* Nonzero after the last step, or the one that the run stops at. */
int lk_training_is_last(const lk_training *training);

/* Nonzero when held-out losses are measured and samples written after this step. */
int lk_training_validates(const lk_training *training);

/* Nonzero when `patience` ends the run: so many held-out losses were not the lowest. */
int lk_training_is_exhausted(const lk_training *training);

/* Nonzero when the best so far, of the checkpoint that a run goes on from, was by the
 * losses of other documents than those that are held out now. Not collective. */
int lk_training_forgets_best(const lk_training *training);

/* Nonzero when a checkpoint, and with it a score, is due after this step. */
int lk_training_is_due(const lk_training *training);

/* Waits until no checkpoint is being written beside training: LK_OK, also after one that
 * could not be written for a full disk, which is said. Not collective. */
lk_status lk_training_await_checkpoint(lk_training *training);

/* What this process was asked to stop by ("SIGTERM", "stop_after"), or NULL. `seconds` is
 * the time since the start, `limit` the time allowed or 0. */
const char *lk_stop_requested(double seconds, double limit);

/* All ranks, before the first step: LK_STOPPED when a signal has come. */
lk_status lk_training_heed_signals(lk_training *training);

/* All ranks: asks whether to stop: sets reason and stopping. A checkpoint that failed
 * beside training is one that has no reason. */
lk_status lk_training_ask_to_stop(lk_training *training);

/* All ranks, when stopping: LK_STOPPED, with the step and a reason. */
lk_status lk_training_report_stop(const lk_training *training);

/* LK_USAGE where this run's own checkpoint is of other data, shape or vocabulary: the same
 * directory with other data would be another run. Not collective. */
lk_status lk_training_check_data(const lk_training *training, const lk_checkpoint *own);

/* All ranks: the trainer takes a checkpoint to go on with, or to start from, or initial
 * values; the run's tables go on. */
lk_status lk_training_restore(lk_training *training, lk_checkpoint *resumed,
                              lk_checkpoint *init);

/* Reads the config's dev questions, if it names any. Not collective. */
lk_status lk_training_open_dev(lk_training *training);

/* Rank 0, others do nothing: says how many dev answers are too long for the model that was
 * trained by `trained`: the run's trainer or its probe's. */
void lk_training_say_dev_limit(const lk_training *training, const lk_trainer *trained);

/* All ranks: how many dev questions the model that `trained` trained answers right; rank 0
 * learns it. */
lk_status lk_training_answer_dev(const lk_training *training, const lk_trainer *trained,
                                 size_t *correct);

/* Rank 0: "dev after step 40: Correct: …" to standard error. */
void lk_training_say_score(const lk_training *training, const char *what, size_t correct);

/* All ranks: answers the dev questions and logs the score, unless that was done after this
 * step. Questions that cannot be asked are found out at the first time, before training. */
lk_status lk_training_score_dev(lk_training *training);

#endif

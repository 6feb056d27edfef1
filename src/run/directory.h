/* The inside of a run directory. */
#ifndef LOCKSTEP_RUN_DIRECTORY_H
#define LOCKSTEP_RUN_DIRECTORY_H

#include "lockstep/run.h"
#include "run/list.h"
#include <sys/types.h>

typedef struct lk_sinks lk_sinks; /* run/sink.h */

/* What this process knows of a checkpoint, which it wrote or read. */
typedef struct {
  uint64_t step;
  lk_run_verdict verdict;
} lk_run_known;

struct lk_run {
  const lk_config *config; /* not owned */
  const char *key;         /* of it, that names the folder: "run" */
  const char *task;        /* lk_run_expect's, or NULL … */
  const lk_sha256 *corpus; /* … and these */
  const lk_sha256 *answers;
  int lock;                    /* descriptor */
  lk_sinks *sinks;             /* owned; NULL before lk_run_begin */
  uint64_t dev_questions;      /* lk_run_use_dev; 0: none … */
  lk_sha256 dev_sha256;        /* … and their hash */
  lk_sha256 probe_sha256;      /* lk_run_use_probe; empty: none */
  uint64_t best_correct;       /* of the checkpoint that `best` links to, or 0 */
  char folder[PATH_MAX - 300]; /* room for the names inside it */
  char checkpoint[PATH_MAX];   /* gone on from, as it was named … */
  dev_t origin_device;         /* … and the file that it is */
  ino_t origin_file;
  lk_run_known *known; /* owned */
  size_t known_count, known_room;
};

/* Path of a file of the run; the folder's length is checked once, in lk_run_open. */
void lk_run_path(const lk_run *run, const char *name, char path[PATH_MAX]);

/* table.c. Gives a file of the run, whatever it is, another name, and says why. */
lk_status lk_run_set_aside_file(const lk_run *run, const char *name, const char *reason);

/* table.c. Adds bytes to the end of a file that is open, whole or not at all: a full disk
 * leaves no half row behind. LK_IO names the run's file. */
lk_status lk_run_append(const lk_run *run, const char *name, int file, const char *bytes,
                        size_t size);

/* scores.c. What dev.csv, of a run that goes on after `step`, says is the best. */
lk_status lk_run_begin_scores(lk_run *run, uint64_t step);

/* samples.c. Cuts off what samples.txt holds of later steps, which a crash undid; before
 * the first step it is of another run, and set aside. */
lk_status lk_run_begin_samples(const lk_run *run, uint64_t step);

/* run.c. Removes from a folder of the run the temporary files of writers that were killed.
 */
void lk_run_remove_left_over(const char *folder);

/* tensorboard.c. Whether this is the name of one of TensorBoard's files. */
int lk_run_is_events(const char *name);

/* save.c. Path of checkpoints/`name`, and of the checkpoint of a step. */
void lk_run_link_path(const lk_run *run, const char *name, char path[PATH_MAX]);
void lk_run_checkpoint_file(const lk_run *run, uint64_t step, char path[PATH_MAX]);

/* save.c. Gives what has the name of a step's checkpoint, and is none, another name; and,
 * once that checkpoint is there: points `latest` to it and removes those that need not
 * stay. */
lk_status lk_run_make_way(const lk_run *run, uint64_t step);
lk_status lk_run_settle(lk_run *run, uint64_t step);

/* The step of the checkpoint that checkpoints/`link` leads to, by its name; 0: it is no
 * link, or leads elsewhere. */
uint64_t lk_run_led_to(const lk_run *run, const char *link);

/* Points it to the checkpoint of this step; does nothing when there is none. */
lk_status lk_run_point(const lk_run *run, const char *link, uint64_t step);

#endif

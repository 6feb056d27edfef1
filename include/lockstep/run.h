/* The run directory: config.yaml, metrics.csv, history.txt, dev.csv, probe.csv,
 * checkpoints/step-NNNNNN.h5, checkpoints/latest and checkpoints/best. One process (rank 0)
 * opens it, and holds its lock until it closes it.
 */
#ifndef LOCKSTEP_RUN_H
#define LOCKSTEP_RUN_H

#include "lockstep/config.h"
#include "lockstep/draft.h"
#include "lockstep/histogram.h"
#include "lockstep/linkage.h"
#include "lockstep/metrics.h"
#include "lockstep/questions.h"
#include "lockstep/store.h"

LK_C_BEGIN

typedef struct lk_run lk_run;

/* LK_USAGE when config names no run directory. */
lk_status lk_run_check(const lk_config *config);

/* Makes config->run where it is missing and locks it. LK_USAGE: no run directory given, or
 * another process (named) uses it; LK_IO: it cannot be written. The caller owns *out:
 * lk_run_close. */
lk_status lk_run_open(lk_run **out, const lk_config *config);
void lk_run_close(lk_run *run);

/* The same of the folder config->checkpoint_copy, which has a lock and checkpoints, and
 * nothing else of a run, unless it was this run's directory: LK_USAGE, too, for that of
 * another run. */
lk_status lk_run_open_copy(lk_run **out, const lk_config *config);

/* The same folder, which need not be there, to be looked at and read: nothing is locked or
 * changed. */
lk_status lk_run_visit_copy(lk_run **out, const lk_config *config);

/* What is to be trained, "pretrain" or "finetune", and on which data, its corpus' and its
 * answers' hash, NULL: not known yet (none is copied): a checkpoint of anything else is
 * refused. */
void lk_run_expect(lk_run *run, const char *task, const lk_sha256 *corpus,
                   const lk_sha256 *answers);

/* The checkpoint to go on from, by config->resume: "auto" takes the newest good one;
 * "never" refuses a directory that has any, good or not; else a path. It is open and
 * checked, moments too (lk_checkpoint_check), but not in memory. *out is NULL when there is
 * none; the caller owns it: lk_checkpoint_free. LK_USAGE when its config differs
 * in a key that the bits depend on, LK_BAD_DATA when checkpoints are there but none is
 * good, LK_NO_INPUT when one cannot be read (no permission, a failing disk): an older one
 * is not taken for it.
 *
 * Damaged ones that are newer than a good one are named on standard error and renamed to
 * step-NNNNNN.h5.damaged (.damaged-1 … where that is taken). They count for nothing from
 * then on. Folders, pipes, links to nothing, other spellings of a step (step-7.h5) and
 * files that hold another step than their name says are named and left alone. */
lk_status lk_run_find_checkpoint(lk_run *run, lk_checkpoint **out);

/* The same of a folder of copies, but for a checkpoint that config->resume names: only
 * which step the newest good one is of, 0: there is none. */
lk_status lk_run_find_copy(lk_run *copy, uint64_t *step);

/* The same of one that is visited: damaged ones keep their names. */
lk_status lk_run_look_for_copy(lk_run *copy, uint64_t *step);

/* Of a checkpoint that could not be read: passes its status on, and where its path is a
 * link to nothing (a run's `latest`), makes a message that says where it points and which
 * checkpoint beside it is good. */
lk_status lk_run_explain(lk_status status, const char *path);

/* Where the checkpoint that lk_run_find_checkpoint found is; owned by the run. */
const char *lk_run_checkpoint_path(const lk_run *run);

/* Whose scores dev.csv and probe.csv hold, before lk_run_begin and lk_run_has_probe. */
lk_status lk_run_use_dev(lk_run *run, const lk_questions *dev);
/* Behind it: of which probe, by a text of at most 200 characters. */
lk_status lk_run_use_probe(lk_run *run, const char *recipe);

/* Writes config.yaml and starts the tables, or goes on with them after row `step`: rows
 * behind it, of steps that a crash undid, are cut off, and so is a torn last row. A table
 * that cannot be gone on with (another header, carriage returns, no file, other dev
 * questions, a line that is no row, or any row at step 0) is set aside as
 * NAME.set-aside-N, which standard error says; so is a config.yaml that lockstep did not
 * write. What dev.csv and probe.csv are of stands in NAME.questions. */
lk_status lk_run_begin(lk_run *run, uint64_t step);

/* The metrics of a step, into metrics.csv and every other sink. One that cannot be written
 * is named once, on standard error: training matters more. */
void lk_run_log(lk_run *run, const lk_metrics *metrics);

/* The same of how numbers of a step are spread. */
void lk_run_log_histograms(lk_run *run, uint64_t step, const lk_named_histogram *list,
                           int count);

/* A row of dev.csv: after `step`, `correct` of `questions` dev questions were answered
 * right. checkpoints/best links to the first checkpoint with the most of them, which is
 * kept. */
lk_status lk_run_log_dev(lk_run *run, uint64_t step, uint64_t correct, uint64_t questions);

/* Adds texts that a model wrote after `step` to samples.txt, each line indented below a
 * heading with the step. LK_IO. */
lk_status lk_run_log_samples(lk_run *run, uint64_t step, const char *texts);
/* Nonzero when it has those of `step`, above 0, or of a later one. */
int lk_run_has_samples(const lk_run *run, uint64_t step);

/* Gives checkpoints/best another name, and says why: what it is the best by is measured no
 * more. LK_IO. */
lk_status lk_run_forget_best(const lk_run *run, const char *reason);

/* Points checkpoints/best, which is kept, to the checkpoint of a step that has one. */
lk_status lk_run_mark_best(lk_run *run, uint64_t step);

/* Nonzero when that checkpoint is there and the link leads elsewhere. 0 at step 0. */
int lk_run_lacks_best(const lk_run *run, uint64_t step);

/* Nonzero when dev.csv, of these dev questions, has a row of `step`; reads the file. */
int lk_run_has_dev(const lk_run *run, uint64_t step);

/* Nonzero when dev.csv, or with a probe probe.csv, is there and of these dev questions. */
int lk_run_knows_scores(const lk_run *run);

/* Nonzero when dev.csv, where lk_run_knows_scores, has no row of `step`, or `best` leads
 * elsewhere than it says: a run that ended there was killed meanwhile. */
int lk_run_lacks_dev(const lk_run *run, uint64_t step);

/* A row of probe.csv: the probe after `step` answered `correct` of `count` dev questions
 * right and took so many seconds. */
lk_status lk_run_log_probe(lk_run *run, uint64_t step, uint64_t correct, uint64_t count,
                           double seconds);

/* Nonzero when probe.csv, of these dev questions, has a row of `step`; reads the file. */
int lk_run_has_probe(const lk_run *run, uint64_t step);

/* Writes checkpoints/step-NNNNNN.h5, points latest to it and removes all but the newest
 * keep_last good ones (0 keeps all), the best, those that keep_every keeps, the one that
 * this start went on from and later ones than this. Something else that has the name
 * already is renamed to step-NNNNNN.h5.other. */
lk_status lk_run_save(lk_run *run, const lk_checkpoint *checkpoint);

/* A checkpoint that another run directory has, on its way into this one as bytes. */
typedef struct {
  lk_draft draft; /* lk_draft_add takes them, lk_draft_discard gives it up */
  uint64_t step;
  char path[PATH_MAX];
} lk_run_arrival;

/* Opens the checkpoint of a step to be read as a file, whose descriptor is the caller's.
 * LK_NO_INPUT. */
lk_status lk_run_open_file(const lk_run *run, uint64_t step, int *descriptor,
                           uint64_t *size);

/* The step of the checkpoint that `best` links to, 0: none. */
uint64_t lk_run_best(const lk_run *run);

/* Makes room for the checkpoint of a step, of which nothing is there under its name before
 * the end, which verifies it as a whole (lk_checkpoint_check), and then does as lk_run_save
 * does; `best` is what it is to link to, where that is there, 0: as it does. LK_IO,
 * LK_BAD_DATA. `arrival` must stay where it is. */
lk_status lk_run_begin_arrival(lk_run *run, uint64_t step, lk_run_arrival *arrival);
lk_status lk_run_end_arrival(lk_run *run, lk_run_arrival *arrival, uint64_t best);

/* How the checkpoints of a run are cleaned up. */
typedef struct {
  int keeps_best, keeps_last; /* the one that `best` links to; the newest and `latest`'s */
  int removes;                /* else nothing but `say` happens */
  void (*say)(const char *path, uint64_t bytes); /* of each that goes, or would go */
} lk_run_cleaning;

/* The checkpoints of a run directory that are not to be kept: regular files with the name
 * of a step that are checkpoints; no link is followed, nothing else is touched. For a run
 * that is not going on. LK_USAGE when none would be left; LK_NO_INPUT without a folder of
 * checkpoints; LK_IO. Not collective. */
lk_status lk_run_clean(const char *run, const lk_run_cleaning *how);

LK_C_END

#endif

#include "train/copy.h"
#include "base/clock.h"
#include "lockstep/memory.h"
#include "train/errand.h"
#include <string.h>
#include <sys/stat.h>

struct lk_checkpoint_copy {
  int holder;    /* the rank that has the folder */
  lk_run *run;   /* … and has it open; NULL on others; owned */
  int is_owed;   /* a checkpoint is being written beside training, or was */
  uint64_t step; /* of the one that is to be copied; rank 0 knows, 0: none */
  double seconds;
};

/* What a rank sees of copies at the start: where, the newest good one's step, 0: none, and
 * what kept it from finding one. */
typedef struct {
  lk_run *run; /* not owned */
  uint64_t step;
  lk_status status;
} sight;

/* A lock of its own process would not keep rank 0 out of its own run. */
static lk_status check_apart(const lk_config *c) {
  struct stat run, copy;
  if (stat(c->run, &run) || stat(c->checkpoint_copy, &copy) || run.st_dev != copy.st_dev ||
      run.st_ino != copy.st_ino)
    return LK_OK;
  return lk_fail(LK_USAGE, "%s: checkpoint_copy is the run directory; name another folder",
                 lk_config_origin(c, "checkpoint_copy"));
}

static void expect(const lk_training *t, lk_run *copy) {
  const lk_items *items = lk_dataset_items(t->trainer->dataset);
  lk_run_expect(copy, lk_task_name(t->task), &items->sha256, &items->answers);
}

/* The holder: a folder of another run's copies is refused before anything is removed there.
 * That all are damaged matters only where they are all that is left. */
static lk_status open_folder(lk_training *t, int is_far, sight *seen) {
  lk_checkpoint_copy *copy = t->copy;
  if (!is_far) LK_TRY(check_apart(t->config));
  LK_TRY(lk_run_open_copy(&copy->run, t->config));
  expect(t, copy->run);
  lk_say("checkpoint_copy: rank %d keeps copies of checkpoints in %s of %s%s", copy->holder,
         t->config->checkpoint_copy, lk_world_host(t->world),
         is_far ? "" : ", the only host that there is");
  seen->run = copy->run;
  seen->status = lk_run_find_copy(copy->run, &seen->step);
  return seen->status == LK_BAD_DATA ? LK_OK : seen->status;
}

/* A rank of each other host: one that was the holder's in an earlier start may be rank 0's
 * now. What another run keeps there is left alone. */
static void look_around(lk_training *t, lk_run **visited, sight *seen) {
  seen->status = lk_run_visit_copy(visited, t->config);
  if (seen->status == LK_OK) {
    expect(t, *visited);
    seen->status = lk_run_look_for_copy(*visited, &seen->step);
  }
  seen->run = *visited;
  if (seen->status != LK_USAGE) return;
  lk_say("%s; it is not used", lk_message());
  seen->status = LK_OK;
}

/* The newest good copy, and the first rank that sees it. */
typedef struct {
  double step;
  int rank;
} newest_copy;

static void take_newer(void *context, int rank, size_t first, const double *numbers,
                       size_t count) {
  newest_copy *newest = context;
  (void)first;
  if (count == 0 || *numbers <= newest->step) return;
  newest->step = *numbers;
  newest->rank = rank;
}

/* All ranks: from there into the run, which then has a good checkpoint. */
static lk_status fetch(lk_training *t, const newest_copy *newest, const sight *seen,
                       lk_checkpoint **resumed) {
  lk_errand errand = {.from = newest->rank, .step = (uint64_t)newest->step};
  errand.target = t->run;
  if (lk_world_rank(t->world) == newest->rank) errand.source = seen->run;
  if (t->run)
    lk_say("%s has no good checkpoint: fetching the copy of step %llu from rank %d",
           t->config->run, (unsigned long long)errand.step, newest->rank);
  LK_TRY(lk_errand_run(t->world, &errand));
  return t->run ? lk_run_find_checkpoint(t->run, resumed) : LK_OK;
}

/* All ranks: damaged copies are no reason to start anew. */
static lk_status recover(lk_training *t, const sight *seen, lk_status *found,
                         lk_checkpoint **resumed) {
  newest_copy newest = {0, 0};
  double mine = (double)seen->step;
  LK_TRY(lk_world_each(t->world, &mine, 1, take_newer, &newest));
  if (newest.step == 0) return lk_world_agree(t->world, seen->status);
  if (seen->status != LK_OK) lk_say("%s; another host has good ones", lk_message());
  *found = fetch(t, &newest, seen, resumed);
  return LK_OK;
}

/* What is no more than a copy that is missing. */
static int can_go_on(lk_status status) {
  return status == LK_IO || status == LK_NO_INPUT || status == LK_BAD_DATA;
}

/* All ranks: the checkpoint that rank 0 knows of, if it does. */
static lk_status make(lk_training *t) {
  lk_checkpoint_copy *copy = t->copy;
  copy->is_owed = 0;
  LK_TRY(lk_world_broadcast(t->world, &copy->step, sizeof copy->step));
  if (copy->step == 0) return LK_OK;
  const lk_errand errand = {0, copy->holder, t->run, copy->run, copy->step};
  lk_watchdog_phase(t->trainer->watchdog, t->trainer->step, "copying a checkpoint",
                    LK_USES_FILES);
  lk_status status = lk_errand_run(t->world, &errand);
  if (can_go_on(status) && t->run)
    lk_say("checkpoint of step %llu not copied: %s; training goes on without this copy",
           (unsigned long long)copy->step, lk_message());
  copy->step = 0;
  return can_go_on(status) ? LK_OK : status;
}

static int goes_by_newest(const lk_training *t) {
  return t->run && !strcmp(t->config->resume, "auto");
}

/* All ranks: a run that was killed while a checkpoint was copied owes that copy, and has no
 * other time for it when that was its last. */
static lk_status catch_up(lk_training *t, const sight *seen, const lk_checkpoint *resumed) {
  newest_copy newest = {0, 0};
  double mine = (double)seen->step;
  LK_TRY(lk_world_each(t->world, &mine, 1, take_newer, &newest));
  if (goes_by_newest(t) && resumed && newest.step < (double)resumed->info.step)
    lk_copy_note(t->copy, resumed->info.step);
  return make(t);
}

/* All ranks: the holder opens its folder; where the run has lost its own checkpoints,
 * others look for copies, too. */
static lk_status open_copy(lk_training *t, int is_lost, lk_status *found,
                           lk_checkpoint **resumed) {
  sight seen = {NULL, 0, LK_OK};
  lk_run *visited = NULL;
  int leads, elsewhere, rank = lk_world_rank(t->world);
  LK_TRY(lk_world_agree(t->world, LK_NEW(t->copy, 1)));
  LK_TRY(lk_world_find_hosts(t->world, &leads, &elsewhere));
  t->copy->holder = elsewhere ? elsewhere : lk_world_size(t->world) > 1;
  int holds = rank == t->copy->holder;
  LK_TRY(lk_world_agree(t->world, holds ? open_folder(t, elsewhere, &seen) : LK_OK));
  if (!is_lost) {
    if (seen.status != LK_OK) lk_say("%s; the run has its own checkpoint", lk_message());
    return catch_up(t, &seen, *resumed);
  }
  if (!holds && leads && elsewhere) look_around(t, &visited, &seen);
  lk_status status = recover(t, &seen, found, resumed);
  lk_run_close(visited);
  return status;
}

/* resume=auto looked for a checkpoint and found none that is good. */
static int has_lost_all(const lk_training *t, lk_status found,
                        const lk_checkpoint *resumed) {
  return goes_by_newest(t) && (found == LK_BAD_DATA || (found == LK_OK && !resumed));
}

/* The run's own checkpoint is compared with the data before copies are: where a corpus is
 * another file now, a folder of copies is not what to change. */
static lk_status begin(lk_training *t, lk_status *found, lk_checkpoint **resumed) {
  int is_lost = has_lost_all(t, *found, *resumed), any;
  if (*found == LK_OK && *resumed) *found = lk_training_check_data(t, *resumed);
  LK_TRY(lk_world_agree(t->world, is_lost ? LK_OK : *found));
  LK_TRY(lk_world_any(t->world, is_lost, &any));
  return open_copy(t, any, found, resumed);
}

/* Until a copy takes its place, what was lost stays the outcome, with its message. */
lk_status lk_copy_begin(lk_training *training, const char *lost, lk_checkpoint **resumed) {
  if (!*training->config->checkpoint_copy) return LK_OK;
  lk_status found = lost ? lk_fail(LK_BAD_DATA, "%s", lost) : LK_OK;
  lk_status status = begin(training, &found, resumed);
  if (status != LK_OK) return status;
  return lost && found == LK_BAD_DATA ? lk_fail(found, "%s", lost) : found;
}

void lk_copy_end(lk_checkpoint_copy *copy) {
  if (!copy) return;
  lk_run_close(copy->run);
  lk_free(copy);
}

lk_status lk_copy_written(lk_training *training, int is_beside) {
  lk_checkpoint_copy *copy = training->copy;
  if (!copy) return LK_OK;
  copy->is_owed = is_beside;
  if (is_beside) return LK_OK;
  lk_copy_note(copy, training->trainer->step);
  return make(training);
}

/* All ranks: nonzero on all when rank 0 waits for no checkpoint any more. */
static lk_status has_ended(const lk_training *t, int *ended) {
  int mine = t->writer && !lk_writer_is_under_way(t->writer);
  return lk_world_any(t->world, mine, ended);
}

lk_status lk_copy_after_step(lk_training *training) {
  lk_checkpoint_copy *copy = training->copy;
  double start = lk_clock();
  int ended;
  if (!copy || !copy->is_owed) return LK_OK;
  LK_TRY(has_ended(training, &ended));
  if (ended) LK_TRY(make(training));
  copy->seconds += lk_clock() - start;
  return LK_OK;
}

lk_status lk_copy_before_next(lk_training *training) {
  lk_checkpoint_copy *copy = training->copy;
  if (!copy || !copy->is_owed) return LK_OK;
  copy->is_owed = 0;
  return lk_training_is_last(training) ? LK_OK : make(training);
}

void lk_copy_note(lk_checkpoint_copy *copy, uint64_t step) {
  if (copy) copy->step = step;
}

double lk_copy_seconds(lk_checkpoint_copy *copy) {
  if (!copy) return 0;
  double seconds = copy->seconds;
  copy->seconds = 0;
  return seconds;
}

/* A run from its start to its end, and the order of what happens around its steps. */
#include "train/training.h"
#include "base/clock.h"
#include "lockstep/clean.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "train/copy.h"
#include "train/held_out.h"
#include "train/probe.h"
#include <assert.h>

/* The one order. A signal that came while something else was done is heeded before the next
 * step; a model that is the best so far is saved for that; nobody saves what the replicas
 * do not agree on; a score's row comes after the checkpoint that it is of. */
static const lk_hook *const hooks[] = {
    &lk_hook_history,    &lk_hook_warnings, &lk_hook_ranks,  &lk_hook_stop,
    &lk_hook_validation, &lk_hook_replicas, &lk_hook_tables, &lk_hook_checkpoints,
    &lk_hook_best,       &lk_hook_samples,  &lk_hook_scores, &lk_hook_report,
    &lk_hook_halt};
enum { HOOKS = sizeof hooks / sizeof *hooks };

static lk_status begin(lk_training *t) {
  for (int i = 0; i < HOOKS; i++)
    if (hooks[i]->begin) LK_TRY(hooks[i]->begin(t));
  return LK_OK;
}

static lk_status one_step(lk_training *t) {
  lk_metrics metrics;
  assert(!t->stopping && t->trainer->step < t->trainer->steps);
  LK_TRY(lk_trainer_step(t->trainer, &metrics));
  if (!lk_trainer_has_met(t->trainer)) return LK_OK;
  for (int i = 0; i < HOOKS; i++)
    if (hooks[i]->step) LK_TRY(hooks[i]->step(t, &metrics));
  return LK_OK;
}

/* What goes wrong at the end leaves lk_message() that of the run. */
static void end(lk_training *t, lk_status status) {
  char *message = NULL;
  if (status != LK_OK) lk_copy_text(&message, lk_message());
  for (int i = 0; i < HOOKS; i++)
    if (hooks[i]->end) hooks[i]->end(t, status);
  if (message) lk_fail(status, "%s", message);
  lk_free(message);
}

static lk_status run_steps(lk_training *t) {
  assert(t->trainer && (t->run || lk_world_rank(t->world)));
  if (t->complete) return LK_OK;
  uint64_t before = t->trainer->step;
  if (!t->ended) LK_TRY(lk_trainer_arrive(t->trainer));
  t->arrived = t->trainer->step != before;
  t->start = lk_clock();
  lk_status status = begin(t);
  while (status == LK_OK && t->trainer->step < t->trainer->steps &&
         !lk_training_is_exhausted(t))
    status = one_step(t);
  end(t, status);
  return status;
}

int lk_training_is_last(const lk_training *training) {
  return training->trainer->step == training->trainer->steps || training->stopping ||
         lk_training_is_exhausted(training);
}

int lk_training_is_due(const lk_training *training) {
  uint64_t step = training->trainer->step;
  return lk_training_is_last(training) || training->improved ||
         step >= training->pace.due || step == training->pace.last ||
         lk_probe_is_due(training, step);
}

/* Rank 0 locks the run directory and looks for a checkpoint. */
static lk_status open_directory(lk_training *t, lk_checkpoint **resumed) {
  LK_TRY(lk_run_open(&t->run, t->config));
  lk_run_expect(t->run, lk_task_name(t->task), NULL, NULL);
  return lk_run_find_checkpoint(t->run, resumed);
}

/* All ranks learn of it. Where none of the checkpoints is good there may be copies: *lost,
 * owned by the caller, says of rank 0 what became of them. */
static lk_status open_run(lk_training *t, char **lost, lk_checkpoint **resumed) {
  lk_status status = LK_OK;
  lk_watchdog_phase(lk_world_watchdog(t->world), 0, "reading a checkpoint", LK_USES_FILES);
  if (lk_world_rank(t->world) == 0) status = open_directory(t, resumed);
  if (status == LK_BAD_DATA && *t->config->checkpoint_copy)
    status = lk_copy_text(lost, lk_message());
  return lk_world_agree(t->world, status);
}

/* All ranks, which know their data by now. */
static lk_status find_copies(lk_training *t, const char *lost, lk_checkpoint **resumed) {
  lk_watchdog_phase(lk_world_watchdog(t->world), 0, "reading a checkpoint", LK_USES_FILES);
  LK_TRY(lk_world_agree(t->world, lk_copy_begin(t, lost, resumed)));
  return lk_checkpoint_share(t->world, resumed);
}

/* All ranks. */
static lk_status open_dev(lk_training *t) {
  LK_TRY(lk_world_agree(t->world, lk_training_open_dev(t)));
  if (!t->dev) return LK_OK;
  LK_TRY(lk_trainer_agree_on(t->world, "dev file", t->dev->sha256.hex));
  return lk_world_agree(t->world, t->run ? lk_run_use_dev(t->run, t->dev) : LK_OK);
}

/* A file's characters may not be its model's. */
static void say_left_out(const lk_training *t) {
  if (lk_world_rank(t->world)) return;
  lk_dataset_say_left_out(t->trainer->dataset);
  if (t->dev) lk_clean_say(t->config->dev, &t->dev->left_out);
}

/* The copy's memory is used when the first checkpoint is due, and there from the start. */
static lk_status make_writer(lk_training *t) {
  if (!t->run || !t->config->checkpoint_write) return LK_OK;
  return lk_writer_create(&t->writer, t->trainer->table->count,
                          t->trainer->average != NULL);
}

/* All ranks: the run, its data, and what it goes on from. */
static lk_status load_trainer(lk_training *t, const lk_checkpoint *init,
                              lk_checkpoint **resumed) {
  char *lost = NULL;
  lk_status status = open_run(t, &lost, resumed);
  if (status == LK_OK) status = lk_training_heed_signals(t);
  if (status == LK_OK)
    status = lk_trainer_create(&t->trainer, t->world, t->config, t->task, LK_TO_RUN,
                               init ? init->trained.tokenizer : NULL);
  if (status == LK_OK) status = find_copies(t, lost, resumed);
  lk_free(lost);
  return status;
}

/* All ranks: the parts of a start, and signals between them. */
static lk_status load(lk_training *t, const lk_checkpoint *init, lk_checkpoint **resumed) {
  LK_TRY(load_trainer(t, init, resumed));
  LK_TRY(open_dev(t));
  LK_TRY(lk_training_heed_signals(t));
  say_left_out(t);
  LK_TRY(lk_held_out_open(&t->held_out, t->trainer));
  LK_TRY(lk_probe_create(&t->probe, t));
  if (!t->probe) lk_training_say_dev_limit(t, t->trainer);
  return lk_world_agree(t->world, make_writer(t));
}

lk_status lk_train_check(const lk_config *config, lk_task task) {
  LK_TRY(lk_trainer_check_files(config, task));
  LK_TRY(lk_run_check(config));
  return lk_probe_check(config, task);
}

static lk_status open(lk_training *t) {
  lk_checkpoint *resumed = NULL, *init = NULL;
  LK_TRY(lk_world_agree(t->world, lk_train_check(t->config, t->task)));
  lk_status status = lk_trainer_begin(t->world, t->config, t->task, LK_TO_RUN, &init);
  if (status == LK_OK) status = load(t, init, &resumed);
  if (status == LK_OK) status = lk_training_restore(t, resumed, init);
  lk_checkpoint_free(resumed);
  lk_checkpoint_free(init);
  return status;
}

static void close(lk_training *t) {
  lk_writer_free(t->writer);
  lk_probe_free(t->probe);
  lk_held_out_free(t->held_out);
  lk_trainer_free(t->trainer);
  lk_questions_free(t->dev);
  lk_run_heads_clear(&t->heads);
  lk_copy_end(t->copy);
  lk_run_close(t->run);
}

lk_status lk_train(lk_world *world, lk_config *config, lk_task task) {
  lk_training training = {.world = world, .config = config, .task = task};
  lk_status status = open(&training);
  if (status == LK_OK)
    status = run_steps(&training);
  else if (status == LK_STOPPED)
    lk_hook_history.end(&training, status);
  close(&training);
  return status;
}

/* What a run starts from: a checkpoint of its own, another run's parameters, or random
 * ones. */
#include "lockstep/build.h"
#include "lockstep/history.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "train/probe.h"
#include "train/sites.h"
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static lk_status check_file(const char *path, const lk_sha256 *now, const lk_sha256 *then) {
  if (!strcmp(now->hex, then->hex)) return LK_OK;
  return lk_fail(
      LK_USAGE,
      "%s: not the file that this run was started with (SHA-256 %.12s… now, %.12s… "
      "then); restore it or choose another run=",
      path, now->hex, then->hex);
}

lk_status lk_training_check_data(const lk_training *t, const lk_checkpoint *c) {
  const lk_shape *here = &t->trainer->table->shape, *there = &c->info.shape;
  const lk_items *items = lk_dataset_items(t->trainer->dataset);
  LK_TRY(check_file(items->path, &items->sha256, &c->info.corpus_sha256));
  LK_TRY(check_file(t->config->questions, &items->answers, &c->info.answers_sha256));
  if (c->info.sites != (t->trainer->sites ? t->trainer->sites->count : 0))
    return lk_fail(LK_BAD_DATA, "the run's checkpoint is of %d groups (sync.groups)",
                   c->info.sites);
  if (memcmp(here, there, sizeof *here) ||
      !lk_tokenizer_equal(lk_dataset_tokenizer(t->trainer->dataset), c->trained.tokenizer))
    return lk_fail(LK_USAGE,
                   "the run's checkpoint has another model shape or vocabulary; choose "
                   "another run=");
  return LK_OK;
}

/* A run that has ended trains nothing more. */
static lk_status check_build(const lk_training *t, const lk_checkpoint *c) {
  char now[LK_BUILD_SIZE], text[2 * LK_BUILD_SIZE + 100];
  lk_trainer_describe_build(t->config, now);
  if (t->ended || !lk_build_differs(c->info.build, now)) return LK_OK;
  snprintf(text, sizeof text,
           "the build is another one, so that bits may differ from here on: '%s' here, "
           "'%s' before",
           now, c->info.build);
  if (t->config->strict)
    return lk_fail(LK_USAGE,
                   "%s: %s, which strict=true refuses; go on with the build of before, or "
                   "with strict=false",
                   t->config->run, text);
  if (!t->run) return LK_OK;
  lk_say("%s", text);
  lk_history_note(t->config->run, text);
  return LK_OK;
}

/* A run that goes on does not use `init`, but one that names other parameters than it began
 * from is another run. Nothing is known of runs of earlier versions. */
static lk_status check_origin(lk_training *t, const lk_checkpoint *resumed,
                              const lk_checkpoint *init) {
  const char *then = resumed->info.origin;
  const char *now = init ? init->info.parameter_hash.hex : "none";
  snprintf(t->origin, sizeof t->origin, "%s", then);
  if (!*then || !strcmp(now, then)) return LK_OK;
  if (init)
    return lk_fail(LK_USAGE,
                   "%s: init=%s holds other parameters (hash %.12s…) than this run began "
                   "from (%.12s); give what it began from, or choose another run=",
                   lk_config_origin(t->config, "init"), t->config->init, now, then);
  if (lk_world_rank(t->world) == 0)
    lk_say("init= is not given any more; the run goes on from its own checkpoint, as it "
           "would with it");
  return LK_OK;
}

/* Before anything is read into the arrays. */
static lk_status check_resumed(lk_training *t, const lk_checkpoint *resumed,
                               const lk_checkpoint *init) {
  LK_TRY(lk_training_check_data(t, resumed));
  LK_TRY(check_build(t, resumed));
  return check_origin(t, resumed, init);
}

/* A run that ended between two outer steps met for its end. */
static void say_meeting(const lk_training *t) {
  const lk_config *c = t->config;
  if (t->ended || !c->sync_every || t->trainer->step % c->sync_every == 0) return;
  lk_say("an outer step was made after step %llu, where the run ended before: bits differ "
         "from here on from those of a run that did not end there; steps= that are a "
         "multiple of sync.every, %llu, do without",
         (unsigned long long)t->trainer->step, (unsigned long long)c->sync_every);
}

/* Rank 0 holds the run directory. */
static void say_progress(const lk_training *t) {
  if (lk_world_rank(t->world) == 0)
    lk_say("%s step %llu of %llu, from %s",
           t->complete ? "the run is complete:"
           : t->ended  ? "making up for what follows"
                       : "going on after",
           (unsigned long long)t->trainer->step, (unsigned long long)t->trainer->steps,
           lk_run_checkpoint_path(t->run));
  if (lk_world_rank(t->world) == 0) say_meeting(t);
}

/* All ranks: each rank's part of what no rank has alone. */
static lk_status read_spread(lk_trainer *t, const lk_checkpoint *resumed) {
  const lk_dealt dealt = lk_trainer_dealt(t);
  int end = LK_GROUPS * (dealt.sites ? dealt.sites : 1);
  LK_TRY(lk_checkpoint_distribute(t->world, resumed, t->values, NULL, NULL));
  lk_sites_begin(t);
  for (int group = LK_GROUP_M; group < end; group++)
    if (lk_checkpoint_has(&resumed->info, (lk_group)group))
      LK_TRY(lk_dealt_load(&dealt, resumed, (lk_group)group));
  return LK_OK;
}

/* All ranks: parameters, moments and mean. */
static lk_status read_numbers(lk_trainer *t, const lk_checkpoint *resumed) {
  if (lk_trainer_is_spread(t)) return read_spread(t, resumed);
  LK_TRY(lk_checkpoint_distribute(t->world, resumed, t->values, t->m, t->v));
  if (!t->average) return LK_OK;
  return lk_checkpoint_distribute_average(t->world, resumed, t->average);
}

/* All ranks. */
static lk_status resume(lk_training *t, const lk_checkpoint *resumed,
                        const lk_checkpoint *init) {
  LK_TRY(lk_world_agree(t->world, check_resumed(t, resumed, init)));
  assert(resumed->trained.table->count == t->trainer->table->count);
  lk_watchdog_phase(t->trainer->watchdog, 0, "reading a checkpoint", LK_USES_FILES);
  LK_TRY(read_numbers(t->trainer, resumed));
  lk_optimizer_spare(t->trainer->optimizer);
  t->trainer->has_checkpoint = 1;
  t->trainer->step = resumed->info.step;
  t->trainer->skipped_in_a_row = (int)resumed->info.skipped_in_a_row;
  assert(t->ended || t->trainer->step <= t->trainer->steps);
  say_progress(t);
  return LK_OK;
}

/* All ranks. */
static lk_status take_values(lk_training *t, const lk_checkpoint *resumed,
                             const lk_checkpoint *init) {
  if (resumed) return resume(t, resumed, init);
  snprintf(t->origin, sizeof t->origin, "%s",
           init ? init->info.parameter_hash.hex : "none");
  return lk_trainer_initialise(t->trainer, init);
}

/* The page comes behind the history's end. */
static int lacks_report(const lk_training *t) {
  char path[PATH_MAX];
  struct stat page, history;
  if (!t->config->report) return 0;
  snprintf(path, sizeof path, "%s/report.html", t->config->run);
  if (stat(path, &page)) return 1;
  snprintf(path, sizeof path, "%s/history.txt", t->config->run);
  return !stat(path, &history) && page.st_mtime < history.st_mtime;
}

/* Rank 0: whether the checkpoint was written under this very config, down to the keys that
 * no bits depend on. */
static int is_under_its_config(const lk_training *t, const lk_checkpoint *c) {
  char *now = NULL;
  int same = lk_config_emit(t->config, &now) == LK_OK && !strcmp(now, c->info.config);
  lk_free(now);
  return same;
}

/* Rank 0: whether something that follows the checkpoint of the last step is not there, of a
 * run that was stopped or killed meanwhile. One that is started with another config, or is
 * judged by other files now, owes nothing: what it has would be set aside or cut. */
static int is_owed(const lk_training *t, const lk_checkpoint *last, int forgets) {
  uint64_t step = last->info.step;
  if (!is_under_its_config(t, last) || forgets) return 0;
  if (t->dev && !lk_run_knows_scores(t->run)) return 0;
  if (*t->config->samples && !lk_run_has_samples(t->run, step)) return 1;
  if (lk_history_lacks_end(t->config->run) || lacks_report(t)) return 1;
  if (t->held_out && !t->dev && lk_run_lacks_best(t->run, t->best.step)) return 1;
  if (t->probe) return lk_probe_is_due(t, step) && !lk_run_has_probe(t->run, step);
  return t->dev && lk_run_lacks_dev(t->run, step);
}

/* All ranks. */
static lk_status judge_completeness(lk_training *t, const lk_checkpoint *last,
                                    int forgets) {
  int owed;
  t->ended = last->info.step >= t->trainer->steps || lk_training_is_exhausted(t);
  LK_TRY(lk_world_any(t->world, t->ended && t->run && is_owed(t, last, forgets), &owed));
  t->complete = t->ended && !owed;
  return LK_OK;
}

/* Rank 0. Where dev questions are answered, `best` is by their scores. */
static lk_status begin_run(const lk_training *t, int forgets) {
  if (!t->run || t->complete) return LK_OK;
  if (forgets)
    lk_say("other documents are held out than before: which model is the best by them, and "
           "patience, begin anew");
  if (forgets && !t->dev)
    LK_TRY(lk_run_forget_best(t->run, "it is the best by other held-out documents"));
  return lk_run_begin(t->run, t->trainer->step);
}

lk_status lk_training_restore(lk_training *training, lk_checkpoint *resumed,
                              lk_checkpoint *init) {
  lk_training *t = training;
  if (resumed) t->best = resumed->info.best;
  int forgets = lk_training_forgets_best(t);
  if (forgets) t->best = (lk_best_model){0};
  if (resumed) LK_TRY(judge_completeness(t, resumed, forgets));
  LK_TRY(take_values(t, resumed, init));
  return lk_world_agree(t->world, begin_run(t, forgets));
}

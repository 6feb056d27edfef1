/* Which of its checkpoints a run goes on from. */
#include "run/directory.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Damaged ones are moved to the start of the list, *damaged of them. Nothing is renamed
 * here, for what is refused afterwards must leave the run as it was. */
static lk_status newest_good(lk_run *run, lk_run_list *list, int *damaged,
                             lk_checkpoint **out) {
  char folder[PATH_MAX];
  lk_run_path(run, "checkpoints", folder);
  for (int i = 0; i < list->count; i++) {
    lk_run_verdict verdict;
    LK_TRY(lk_run_judge(folder, list->steps[i], out, &verdict));
    lk_run_checkpoint_file(run, list->steps[i], run->checkpoint);
    if (verdict == LK_RUN_GOOD) return LK_OK;
    if (verdict == LK_RUN_DAMAGED) list->steps[(*damaged)++] = list->steps[i];
    lk_say("%s: %s",
           verdict == LK_RUN_DAMAGED ? "skipping a bad checkpoint" : "not this run's file",
           lk_message());
  }
  if (*damaged == 0) return LK_OK;
  return lk_fail(
      LK_BAD_DATA,
      "%s: none of the %d checkpoints is good; move them away to start anew, or choose "
      "another %s=",
      folder, *damaged, run->key);
}

void lk_run_expect(lk_run *run, const char *task, const lk_sha256 *corpus,
                   const lk_sha256 *answers) {
  run->task = task;
  run->corpus = corpus;
  run->answers = answers;
}

/* Pretraining first and finetuning into the same folder is a slip that the two configs'
 * first difference would not explain. */
static lk_status check_task(const lk_run *run, const lk_checkpoint *checkpoint) {
  const char *task = checkpoint->info.task;
  if (!run->task || !*task || !strcmp(task, run->task)) return LK_OK;
  int pretrained = !strcmp(task, "pretrain");
  return lk_fail(LK_USAGE, "%s holds a %s, by its checkpoint %s; choose another run=%s",
                 run->folder, pretrained ? "pretraining" : "finetuning", run->checkpoint,
                 pretrained ? ", with init=CHECKPOINT to start from it" : "");
}

/* Of copies, which are written over and read before the data of a run's own checkpoint is
 * compared. */
static lk_status check_data(const lk_run *run, const lk_checkpoint *checkpoint) {
  const lk_checkpoint_info *info = &checkpoint->info;
  if (!run->corpus || (!strcmp(run->corpus->hex, info->corpus_sha256.hex) &&
                       !strcmp(run->answers->hex, info->answers_sha256.hex)))
    return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s is of a run on other data; choose another %s=", run->checkpoint,
                 run->key);
}

/* Going on with another config would be another run under the same name. */
static lk_status check_config(const lk_run *run, const lk_checkpoint *checkpoint) {
  char path[PATH_MAX], difference[300] = "";
  lk_config *before = NULL;
  lk_hash hash;
  LK_TRY(check_task(run, checkpoint));
  LK_TRY(lk_config_hash(run->config, &hash));
  if (!strcmp(hash.hex, checkpoint->info.config_hash.hex))
    return check_data(run, checkpoint);
  lk_run_path(run, "config.yaml", path);
  if (lk_config_read(&before, path, 0, NULL) == LK_OK)
    lk_config_difference(run->config, before, difference, sizeof difference);
  lk_config_free(before);
  return lk_fail(
      LK_USAGE,
      "%s was made with another config (%s); choose another %s=, or init=%s to start "
      "a new run from it",
      run->checkpoint, *difference ? difference : "of another run", run->key,
      run->checkpoint);
}

/* It would dangle once the file has another name. */
static void unlink_best(const lk_run *run, uint64_t step) {
  char link[PATH_MAX];
  lk_run_link_path(run, "best", link);
  if (lk_run_best(run) == step) unlink(link);
}

/* At every instant `latest` leads to a checkpoint: first it is turned to the good one,
 * which was written last though a kill may have come before the link. */
static lk_status set_aside(const lk_run *run, const lk_run_list *list, int damaged,
                           uint64_t good) {
  char folder[PATH_MAX], latest[PATH_MAX], target[PATH_MAX];
  lk_run_path(run, "checkpoints", folder);
  lk_run_link_path(run, "latest", latest);
  int dangles = lk_run_dangles(latest, target);
  if (dangles) lk_say("%s points to %s, which is not there", latest, target);
  uint64_t led = lk_run_led_to(run, "latest");
  if (dangles || damaged || (led && led != good)) LK_TRY(lk_run_point(run, "latest", good));
  for (int i = 0; i < damaged; i++) {
    unlink_best(run, list->steps[i]);
    LK_TRY(lk_run_set_aside(folder, list->steps[i], "damaged"));
  }
  return LK_OK;
}

/* resume: auto. */
static lk_status find_newest(lk_run *run, lk_run_list *list, lk_checkpoint **out) {
  char latest[PATH_MAX], target[PATH_MAX];
  int damaged = 0;
  LK_TRY(newest_good(run, list, &damaged, out));
  if (*out) {
    LK_TRY(check_config(run, *out));
    return set_aside(run, list, damaged, (*out)->info.step);
  }
  lk_run_link_path(run, "latest", latest);
  if (lk_run_dangles(latest, target))
    lk_say("%s points to %s, which is not there, and nor is any other checkpoint: starting "
           "anew",
           latest, target);
  return LK_OK;
}

/* resume: never. Whether they are good does not matter: none is lost this way. */
static lk_status refuse_any(const lk_run *run, const lk_run_list *list) {
  if (list->count == 0) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s already holds checkpoints and resume is never; choose another %s= or "
                 "resume=auto",
                 run->folder, run->key);
}

/* Of its own folder. */
static lk_status find_own(lk_run *run, lk_checkpoint **out) {
  char folder[PATH_MAX];
  lk_run_list list;
  lk_run_path(run, "checkpoints", folder);
  LK_TRY(lk_run_list_read(&list, folder, 1));
  lk_status status = strcmp(run->config->resume, "never") ? find_newest(run, &list, out)
                                                          : refuse_any(run, &list);
  lk_run_list_clear(&list);
  return status;
}

/* resume: a path. */
static lk_status take_named(lk_run *run, lk_checkpoint **out) {
  snprintf(run->checkpoint, sizeof run->checkpoint, "%s", run->config->resume);
  lk_status status = lk_checkpoint_open(out, run->checkpoint);
  LK_TRY(lk_run_explain(status, run->checkpoint));
  LK_TRY(lk_checkpoint_check(*out, 1));
  return check_config(run, *out);
}

/* By its number, so that it is known under each of its names. */
static lk_status remember_origin(lk_run *run) {
  struct stat facts;
  if (stat(run->checkpoint, &facts))
    return lk_fail(LK_NO_INPUT, "%s: cannot look at it: %s", run->checkpoint,
                   strerror(errno));
  run->origin_device = facts.st_dev;
  run->origin_file = facts.st_ino;
  return LK_OK;
}

lk_status lk_run_find_checkpoint(lk_run *run, lk_checkpoint **out) {
  const char *resume = run->config->resume;
  int own = !strcmp(resume, "auto") || !strcmp(resume, "never");
  *out = NULL;
  lk_status status = own ? find_own(run, out) : take_named(run, out);
  if (status == LK_OK && *out) status = remember_origin(run);
  if (status == LK_OK) return LK_OK;
  lk_checkpoint_free(*out);
  *out = NULL;
  return status;
}

lk_status lk_run_find_copy(lk_run *copy, uint64_t *step) {
  lk_checkpoint *found = NULL;
  *step = 0;
  lk_status status = find_own(copy, &found);
  if (status == LK_OK && found) status = remember_origin(copy);
  if (status == LK_OK && found) *step = found->info.step;
  lk_checkpoint_free(found);
  return status;
}

lk_status lk_run_look_for_copy(lk_run *copy, uint64_t *step) {
  char folder[PATH_MAX];
  lk_run_list list;
  lk_checkpoint *found = NULL;
  int damaged = 0;
  *step = 0;
  lk_run_path(copy, "checkpoints", folder);
  if (access(folder, F_OK)) return LK_OK;
  LK_TRY(lk_run_list_read(&list, folder, 1));
  lk_status status = newest_good(copy, &list, &damaged, &found);
  if (status == LK_OK && found) status = check_config(copy, found);
  if (status == LK_OK && found) *step = found->info.step;
  lk_checkpoint_free(found);
  lk_run_list_clear(&list);
  return status;
}

const char *lk_run_checkpoint_path(const lk_run *run) {
  return run->checkpoint;
}

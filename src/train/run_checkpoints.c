/* The checkpoints of a run directory. */
#include "train/run_directory.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* step-NNNNNN.h5 gives the step, anything else -1. */
static long long step_of_name(const char *name) {
  long long step;
  int end = 0;
  if (sscanf(name, "step-%lld.h5%n", &step, &end) != 1 || end == 0 || name[end]) return -1;
  return step;
}

static int is_checkpoint(const struct dirent *entry) {
  return step_of_name(entry->d_name) >= 0;
}

static int newest_first(const struct dirent **a, const struct dirent **b) {
  long long left = step_of_name((*a)->d_name), right = step_of_name((*b)->d_name);
  return (left < right) - (left > right);
}

/* All checkpoints of the run, newest first; freed by free_list. */
static lk_status list_checkpoints(const lk_run *run, struct dirent ***list, int *count) {
  char folder[PATH_MAX];
  lk_run_path(run, "checkpoints", folder);
  *count = scandir(folder, list, is_checkpoint, newest_first);
  if (*count < 0)
    return lk_fail(LK_NO_INPUT, "%s: cannot list: %s", folder, strerror(errno));
  return LK_OK;
}

static void free_list(struct dirent **list, int count) {
  for (int i = 0; i < count; i++)
    free(list[i]);
  free(list);
}

static void checkpoint_path(const lk_run *run, const char *name, char path[PATH_MAX]) {
  snprintf(path, PATH_MAX, "%s/checkpoints/%s", run->folder, name);
}

static lk_status newest_good(lk_run *run, struct dirent **list, int count,
                             lk_checkpoint **out) {
  for (int i = 0; i < count; i++) {
    checkpoint_path(run, list[i]->d_name, run->checkpoint);
    if (lk_checkpoint_read(out, run->checkpoint, 1) == LK_OK) return LK_OK;
    lk_say("skipping a bad checkpoint: %s", lk_message());
  }
  if (count == 0) return LK_OK;
  return lk_fail(
      LK_BAD_DATA,
      "%s/checkpoints: none of the %d checkpoints is good; move them away to start "
      "anew, or choose another run=",
      run->folder, count);
}

/* Going on with another config would be another run under the same name. */
static lk_status check_config(const lk_run *run, const lk_checkpoint *checkpoint) {
  char path[PATH_MAX], difference[300] = "";
  lk_config *before = NULL;
  lk_hash hash;
  LK_TRY(lk_config_hash(run->config, &hash));
  if (!strcmp(hash.hex, checkpoint->info.config_hash.hex)) return LK_OK;
  lk_run_path(run, "config.yaml", path);
  if (lk_config_read(&before, path, 0, NULL) == LK_OK)
    lk_config_difference(run->config, before, difference, sizeof difference);
  lk_config_free(before);
  return lk_fail(
      LK_USAGE,
      "%s was made with another config (%s); choose another run=, or init=%s to start "
      "a new run from it",
      run->checkpoint, *difference ? difference : "of another run", run->checkpoint);
}

lk_status lk_run_find_checkpoint(lk_run *run, lk_checkpoint **out) {
  struct dirent **list = NULL;
  int count = 0;
  lk_status status = LK_OK;
  *out = NULL;
  if (strcmp(run->config->resume, "auto") && strcmp(run->config->resume, "never")) {
    snprintf(run->checkpoint, sizeof run->checkpoint, "%s", run->config->resume);
    LK_TRY(lk_checkpoint_read(out, run->checkpoint, 1));
  } else {
    LK_TRY(list_checkpoints(run, &list, &count));
    if (strcmp(run->config->resume, "never"))
      status = newest_good(run, list, count, out);
    else if (count > 0)
      status = lk_fail(
          LK_USAGE,
          "%s already holds checkpoints and resume is never; choose another run= or "
          "resume=auto",
          run->folder);
    free_list(list, count);
  }
  if (status == LK_OK && *out) status = check_config(run, *out);
  if (status != LK_OK) {
    lk_checkpoint_free(*out);
    *out = NULL;
  }
  return status;
}

const char *lk_run_checkpoint_path(const lk_run *run) {
  return run->checkpoint;
}

enum { NAME_SIZE = 64 };

static void name_of_step(uint64_t step, char name[NAME_SIZE]) {
  snprintf(name, NAME_SIZE, "step-%06llu.h5", (unsigned long long)step);
}

/* A link is replaced by renaming a new one over it, so that there always is one. */
lk_status lk_run_point(const lk_run *run, const char *link, uint64_t step) {
  char name[NAME_SIZE], path[PATH_MAX], place[PATH_MAX], fresh[PATH_MAX];
  name_of_step(step, name);
  checkpoint_path(run, name, path);
  checkpoint_path(run, link, place);
  checkpoint_path(run, "link.tmp", fresh);
  if (access(path, F_OK)) return LK_OK;
  unlink(fresh);
  if (symlink(name, fresh) || rename(fresh, place))
    return lk_fail(LK_IO, "%s: cannot make the link: %s", place, strerror(errno));
  return LK_OK;
}

/* Kept for good: every keep_every-th step, and the best. */
static int is_kept(const lk_run *run, const char *name) {
  char link[PATH_MAX], best[NAME_SIZE] = "";
  uint64_t every = run->config->keep_every;
  checkpoint_path(run, "best", link);
  if (readlink(link, best, sizeof best - 1) > 0 && !strcmp(best, name)) return 1;
  return every && (uint64_t)step_of_name(name) % every == 0;
}

static lk_status remove_old(const lk_run *run) {
  struct dirent **list = NULL;
  int count = 0;
  uint64_t newest = 0;
  if (run->config->keep_last == 0) return LK_OK;
  LK_TRY(list_checkpoints(run, &list, &count));
  for (int i = 0; i < count; i++) {
    char path[PATH_MAX];
    if (is_kept(run, list[i]->d_name) || newest++ < run->config->keep_last) continue;
    checkpoint_path(run, list[i]->d_name, path);
    unlink(path);
  }
  free_list(list, count);
  return LK_OK;
}

lk_status lk_run_save(lk_run *run, const lk_checkpoint *checkpoint) {
  char name[NAME_SIZE], path[PATH_MAX];
  name_of_step(checkpoint->info.step, name);
  checkpoint_path(run, name, path);
  LK_TRY(lk_checkpoint_write(path, checkpoint));
  LK_TRY(lk_run_point(run, "latest", checkpoint->info.step));
  return remove_old(run);
}

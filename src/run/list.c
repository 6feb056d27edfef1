#include "run/list.h"
#include "lockstep/file.h"
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The largest that a checkpoint can hold. */
static const uint64_t last_step = 1ull << 48;

void lk_run_name(uint64_t step, char name[LK_RUN_NAME]) {
  snprintf(name, LK_RUN_NAME, "step-%06llu.h5", (unsigned long long)step);
}

/* A step has one name only: others (step-7.h5, step-+7.h5) would be the same step twice. */
static int step_of_name(const char *name, uint64_t *step) {
  char expected[LK_RUN_NAME];
  *step = strtoull(name + strlen("step-"), NULL, 10);
  lk_run_name(*step, expected);
  return *step <= last_step && !strcmp(name, expected);
}

static int looks_like_one(const struct dirent *entry) {
  return !fnmatch("step-*.h5", entry->d_name, 0);
}

static void say_ignored(const char *path, const char *reason) {
  lk_say("%s: %s; ignored", path, reason);
}

/* *reason: why what is at the path cannot be a checkpoint, NULL when it can. */
static lk_status look_at(const char *path, const char **reason) {
  struct stat facts;
  *reason = NULL;
  if (stat(path, &facts)) {
    if (errno != ENOENT)
      return lk_fail(LK_NO_INPUT, "%s: cannot look at it: %s", path, strerror(errno));
    *reason = "a link to nothing";
  } else if (!S_ISREG(facts.st_mode)) {
    *reason = S_ISDIR(facts.st_mode) ? "a folder, not a checkpoint"
                                     : "a pipe, device or socket, not a checkpoint";
  }
  return LK_OK;
}

static lk_status take_entry(lk_run_list *list, const char *folder, const char *name,
                            int say_odd) {
  char path[PATH_MAX];
  const char *reason = NULL;
  uint64_t step;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  if (!step_of_name(name, &step))
    reason = "not the name of a step, such as step-000010.h5";
  else
    LK_TRY(look_at(path, &reason));
  if (!reason) list->steps[list->count++] = step;
  if (reason && say_odd) say_ignored(path, reason);
  return LK_OK;
}

static int newest_first(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left < right) - (left > right);
}

lk_status lk_run_list_read(lk_run_list *out, const char *folder, int say_odd) {
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, looks_like_one, alphasort);
  *out = (lk_run_list){0};
  if (count < 0)
    return lk_fail(LK_NO_INPUT, "%s: cannot list: %s", folder, strerror(errno));
  lk_status status = LK_NEW(out->steps, (size_t)count + 1);
  for (int i = 0; i < count; i++) {
    if (status == LK_OK) status = take_entry(out, folder, entries[i]->d_name, say_odd);
    free(entries[i]);
  }
  free(entries);
  if (status != LK_OK) lk_run_list_clear(out);
  if (status == LK_OK)
    qsort(out->steps, (size_t)out->count, sizeof *out->steps, newest_first);
  return status;
}

void lk_run_list_clear(lk_run_list *list) {
  lk_free(list->steps);
  *list = (lk_run_list){0};
}

static lk_status open_usable(const char *path, lk_checkpoint **out) {
  LK_TRY(lk_checkpoint_open(out, path));
  return lk_checkpoint_check(*out, 1);
}

lk_status lk_run_judge(const char *folder, uint64_t step, lk_checkpoint **out,
                       lk_run_verdict *verdict) {
  char path[PATH_MAX], name[LK_RUN_NAME];
  lk_run_name(step, name);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  *verdict = LK_RUN_GOOD;
  lk_status status = open_usable(path, out);
  if (status == LK_OK && (*out)->info.step == step) return LK_OK;
  if (status == LK_OK) {
    *verdict = LK_RUN_FOREIGN;
    lk_fail(LK_BAD_DATA, "%s: the checkpoint of step %llu, not of the one in its name",
            path, (unsigned long long)(*out)->info.step);
  }
  if (status == LK_BAD_DATA) *verdict = LK_RUN_DAMAGED;
  lk_checkpoint_free(*out);
  *out = NULL;
  return status == LK_BAD_DATA ? LK_OK : status;
}

lk_status lk_run_set_aside(const char *folder, uint64_t step, const char *suffix) {
  char path[PATH_MAX], name[LK_RUN_NAME], aside[PATH_MAX];
  lk_run_name(step, name);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  LK_TRY(lk_file_set_aside_as(path, suffix, aside));
  lk_say("%s: set aside as %s", path, strrchr(aside, '/') + 1);
  return LK_OK;
}

int lk_run_dangles(const char *path, char target[PATH_MAX]) {
  struct stat facts;
  ssize_t length = readlink(path, target, PATH_MAX - 1);
  if (length < 0 || !stat(path, &facts) || errno != ENOENT) return 0;
  target[length] = '\0';
  return 1;
}

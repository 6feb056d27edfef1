/* Removing checkpoints of a run that nobody needs any more. */
#include "lockstep/file.h"
#include "lockstep/run.h"
#include "run/list.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where a link of the folder leads to, by its name alone; "" where there is none. */
static void read_link(const char *folder, const char *link, char name[LK_RUN_NAME]) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", folder, link);
  ssize_t length = readlink(path, name, LK_RUN_NAME - 1);
  name[length > 0 ? length : 0] = '\0';
}

/* A file itself that holds what its name says: nothing else is a run's. */
static int is_checkpoint(const char *path, uint64_t *bytes) {
  struct stat facts;
  lk_store_kind kind;
  if (lstat(path, &facts) || !S_ISREG(facts.st_mode)) return 0;
  *bytes = (uint64_t)facts.st_size;
  return lk_store_kind_of(path, &kind) == LK_OK && kind == LK_STORE_CHECKPOINT;
}

static lk_status clean_one(const char *path, uint64_t bytes, const lk_run_cleaning *how) {
  if (how->removes && unlink(path))
    return lk_fail(LK_IO, "%s: cannot be removed: %s", path, strerror(errno));
  how->say(path, bytes);
  return LK_OK;
}

static lk_status clean_list(const char *folder, const lk_run_list *list,
                            const lk_run_cleaning *how) {
  char path[PATH_MAX], name[LK_RUN_NAME], best[LK_RUN_NAME], latest[LK_RUN_NAME];
  uint64_t bytes;
  read_link(folder, "best", best);
  read_link(folder, "latest", latest);
  for (int i = 0; i < list->count; i++) {
    lk_run_name(list->steps[i], name);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int last = i == 0 || !strcmp(name, latest);
    if ((how->keeps_best && !strcmp(name, best)) || (how->keeps_last && last)) continue;
    if (is_checkpoint(path, &bytes)) LK_TRY(clean_one(path, bytes, how));
  }
  return LK_OK;
}

/* Something has to be left. */
static lk_status check(const char *folder, const lk_run_cleaning *how) {
  char best[LK_RUN_NAME], path[PATH_MAX];
  read_link(folder, "best", best);
  snprintf(path, sizeof path, "%s/%s", folder, best);
  if (how->keeps_last || (how->keeps_best && *best && lk_file_is_plain(path))) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: there is no best checkpoint, so none would be left; keep last, too",
                 folder);
}

lk_status lk_run_clean(const char *run, const lk_run_cleaning *how) {
  char folder[PATH_MAX - 2 * LK_RUN_NAME]; /* room for the names inside it */
  struct stat facts;
  lk_run_list list;
  assert(how->say);
  if ((size_t)snprintf(folder, sizeof folder, "%s/checkpoints", run) >= sizeof folder)
    return lk_fail(LK_USAGE, "%s: the path is too long", run);
  if (lstat(folder, &facts)) facts.st_mode = 0;
  if (!S_ISDIR(facts.st_mode))
    return lk_fail(LK_NO_INPUT, "%s: no folder of a run's checkpoints%s", folder,
                   S_ISLNK(facts.st_mode)
                       ? ", but a link, through which nothing is removed; name the run "
                         "that the folder behind it is in"
                       : "");
  LK_TRY(check(folder, how));
  LK_TRY(lk_run_list_read(&list, folder, 0));
  lk_status status = clean_list(folder, &list, how);
  lk_run_list_clear(&list);
  return status;
}

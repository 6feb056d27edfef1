/* What may be removed of the folder beside the corpus: nothing that is somebody else's. */
#include "lockstep/draft.h"
#include "prepare/plan.h"
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_of_plan(const char *name) {
  size_t size = strlen(LK_PREPARE_PLAN);
  return lk_draft_stem(name) == size && !strncmp(name, LK_PREPARE_PLAN, size);
}

/* Names that our files have, or that a command which was killed left of them. */
static int is_ours(const char *name) {
  size_t stem = lk_draft_stem(name);
  if (is_of_plan(name)) return 1;
  return !strncmp(name, "part-", 5) && stem >= strlen("part-00000000") &&
         strspn(name + 5, "0123456789") == stem - 5;
}

/* Whether the plan in it is one that this command wrote. */
static int has_plan(int folder) {
  char start[sizeof LK_PREPARE_PLAN_START - 1];
  struct stat is;
  int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  int file = openat(folder, LK_PREPARE_PLAN, flags);
  if (file < 0) return 0;
  int has = !fstat(file, &is) && S_ISREG(is.st_mode) &&
            read(file, start, sizeof start) == (ssize_t)sizeof start &&
            !memcmp(start, LK_PREPARE_PLAN_START, sizeof start);
  close(file);
  return has;
}

/* As it is where a command was killed before there was a plan. */
static int is_bare(DIR *folder) {
  struct dirent *entry;
  int bare = 1;
  while ((entry = readdir(folder))) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
      bare &= is_of_plan(name) && strcmp(name, LK_PREPARE_PLAN) != 0;
  }
  rewinddir(folder);
  return bare;
}

/* NULL where it is not there, a link, or another's. */
static DIR *open_ours(const char *path) {
  int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  DIR *folder = fdopendir(descriptor);
  if (!folder) close(descriptor);
  if (!folder || has_plan(descriptor) || is_bare(folder)) return folder;
  closedir(folder);
  return NULL;
}

lk_status lk_prepare_folder_check(const lk_prepare_plan *plan) {
  DIR *folder = open_ours(plan->folder);
  if (!folder)
    return lk_fail(LK_USAGE,
                   "%s: is there, and no folder that a stopped command left; move it away "
                   "or choose another output",
                   plan->folder);
  closedir(folder);
  return LK_OK;
}

/* The plan last: without it, what is left would be another's. */
void lk_prepare_folder_empty(const lk_prepare_plan *plan) {
  DIR *folder = open_ours(plan->folder);
  struct dirent *entry;
  if (!folder) return;
  while ((entry = readdir(folder)))
    if (is_ours(entry->d_name) && strcmp(entry->d_name, LK_PREPARE_PLAN) != 0)
      unlinkat(dirfd(folder), entry->d_name, 0);
  unlinkat(dirfd(folder), LK_PREPARE_PLAN, 0);
  closedir(folder);
}

void lk_prepare_folder_remove(const lk_prepare_plan *plan) {
  if (plan->lock < 0) return;
  lk_prepare_folder_empty(plan);
  rmdir(plan->folder);
}

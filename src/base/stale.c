/* Temporary files whose process was killed. */
#include "base/write.h"
#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The stem that name_temporary could have added such an end to. */
size_t lk_draft_stem(const char *name) {
  size_t size = strlen(name), mark = strlen(LK_TEMPORARY);
  if (size < mark + LK_TEMPORARY_DIGITS) return size;
  const char *end = name + size - LK_TEMPORARY_DIGITS - mark;
  int is_temporary = !strncmp(end, LK_TEMPORARY, mark) &&
                     strspn(end + mark, "0123456789abcdef") == LK_TEMPORARY_DIGITS;
  return is_temporary ? (size_t)(end - name) : size;
}

static int is_temporary_of(const char *name, const char *of) {
  size_t size = strlen(of);
  return lk_draft_stem(name) == size && name[size] && !strncmp(name, of, size);
}

/* Who writes such a file has it locked, until its process ends. */
static void remove_unless_locked(int folder, const char *name) {
  struct stat facts;
  int file = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return;
  if (!fstat(file, &facts) && S_ISREG(facts.st_mode) && !flock(file, LOCK_EX | LOCK_NB) &&
      !unlinkat(folder, name, 0))
    lk_say("%s: removed; a command that was killed left it", name);
  close(file);
}

void lk_remove_stale(const char *path) {
  char folder_of[PATH_MAX], name_of[PATH_MAX];
  struct dirent *entry;
  snprintf(folder_of, sizeof folder_of, "%s", path);
  snprintf(name_of, sizeof name_of, "%s", path);
  DIR *folder = opendir(dirname(folder_of));
  const char *name = basename(name_of);
  if (!folder) return;
  while ((entry = readdir(folder)))
    if (is_temporary_of(entry->d_name, name))
      remove_unless_locked(dirfd(folder), entry->d_name);
  closedir(folder);
}

/* Files and links that take the place of others: whole or not at all. */
#include "base/write.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without this a rename may be lost in a power cut. A folder that we may write in but not
 * read, and one of a network file system that cannot sync folders, is no reason to lose the
 * file. */
static int sync_folder_of(const char *path) {
  char copy[PATH_MAX];
  snprintf(copy, sizeof copy, "%s", path);
  int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return errno == EACCES ? 0 : -1;
  int result = fsync(folder);
  close(folder);
  return result && errno != EINVAL && errno != ENOTSUP ? -1 : 0;
}

/* A name beside path that nobody can know before: its end is random. A name that is nearly
 * too long is cut for it. */
static int name_temporary(const char *path, char temporary[PATH_MAX]) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  uint64_t end;
  int room = NAME_MAX - (int)strlen(LK_TEMPORARY) - LK_TEMPORARY_DIGITS;
  if (getrandom(&end, sizeof end, 0) != sizeof end) return -1;
  int length = snprintf(temporary, PATH_MAX, "%.*s%.*s" LK_TEMPORARY "%016" PRIx64,
                        (int)(name - path), path, room, name, end);
  if (length < PATH_MAX) return 0;
  errno = ENAMETOOLONG;
  return -1;
}

/* Locked, so that lk_remove_stale tells it from what killed processes left: which may have
 * been quicker. A file system without locks has none that are removed. */
static int is_kept(int descriptor) {
  struct stat facts;
  return flock(descriptor, LOCK_EX) || fstat(descriptor, &facts) || facts.st_nlink > 0;
}

static int open_temporary(const char *path, mode_t mode, char temporary[PATH_MAX]) {
  for (int i = 0; i < 100; i++) {
    if (name_temporary(path, temporary)) return -1;
    int descriptor =
        open(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (descriptor < 0 && errno != EEXIST) return -1;
    if (descriptor < 0) continue;
    if (is_kept(descriptor)) return descriptor;
    close(descriptor);
  }
  errno = EEXIST;
  return -1;
}

/* As far as may be: a file system may have no permissions, and only root gives files away.
 * What a group was allowed no other group gets. */
static void keep_permissions(int descriptor, const struct stat *old) {
  mode_t mode = old->st_mode & 0777;
  if (fchown(descriptor, old->st_uid, old->st_gid) &&
      fchown(descriptor, (uid_t)-1, old->st_gid))
    mode &= 0707;
  if (fchmod(descriptor, mode)) errno = 0;
}

int lk_begin(lk_draft *draft, const char *path) {
  struct stat old;
  int replaces = !lstat(path, &old) && S_ISREG(old.st_mode);
  draft->path = path;
  draft->descriptor = open_temporary(path, replaces ? 0600 : 0666, draft->temporary);
  if (draft->descriptor < 0) return -1;
  if (replaces) keep_permissions(draft->descriptor, &old);
  return 0;
}

/* Returns -1, with the errno of before. */
static int discard(lk_draft *draft) {
  int reason = errno;
  assert(strstr(draft->temporary, LK_TEMPORARY));
  unlink(draft->temporary);
  if (draft->descriptor >= 0) close(draft->descriptor);
  draft->descriptor = -1;
  errno = reason;
  return -1;
}

int lk_commit(lk_draft *draft) {
  int descriptor = draft->descriptor, locked = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  assert(descriptor >= 0);
  draft->descriptor = -1;
  int failed =
      lk_write_and_close(descriptor, "", 0, 1) || rename(draft->temporary, draft->path);
  if (failed) discard(draft);
  int reason = errno;
  if (locked >= 0) close(locked);
  errno = reason;
  return failed ? -1 : sync_folder_of(draft->path);
}

int lk_replace(const char *path, const void *bytes, size_t size) {
  lk_draft draft;
  if (lk_begin(&draft, path)) return -1;
  return lk_write_all(draft.descriptor, bytes, size) ? discard(&draft) : lk_commit(&draft);
}

static lk_status judge(const char *path, int failed) {
  if (!failed) return LK_OK;
  return lk_fail(LK_IO, "%s: cannot write: %s", path, strerror(errno));
}

lk_status lk_draft_begin(lk_draft *draft, const char *path) {
  return judge(path, lk_begin(draft, path));
}

lk_status lk_draft_add(lk_draft *draft, const void *bytes, size_t size) {
  return judge(draft->path, lk_write_all(draft->descriptor, bytes, size));
}

lk_status lk_draft_commit(lk_draft *draft) {
  return judge(draft->path, lk_commit(draft));
}

void lk_draft_discard(lk_draft *draft) {
  if (draft->descriptor >= 0) discard(draft);
}

lk_status lk_file_replace(const char *path, const void *bytes, size_t size) {
  return judge(path, lk_replace(path, bytes, size));
}

static int make_link(const char *path, const char *target) {
  char temporary[PATH_MAX];
  struct stat facts;
  errno = EEXIST;
  if (!lstat(path, &facts) && !S_ISLNK(facts.st_mode)) return -1;
  if (name_temporary(path, temporary) || symlink(target, temporary)) return -1;
  if (!rename(temporary, path)) return 0;
  int reason = errno;
  unlink(temporary);
  errno = reason;
  return -1;
}

lk_status lk_file_link(const char *path, const char *target) {
  if (!make_link(path, target)) return LK_OK;
  return lk_fail(LK_IO, "%s: cannot make the link: %s", path, strerror(errno));
}

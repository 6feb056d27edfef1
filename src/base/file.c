/* Making folders, opening and renaming files of our own. */
#define _GNU_SOURCE /* renameat2 */
#include "lockstep/file.h"
#include "base/write.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A descriptor that others share may be set not to wait. */
static int wait_until_writable(int descriptor) {
  struct pollfd one = {.fd = descriptor, .events = POLLOUT};
  return poll(&one, 1, -1) < 0 && errno != EINTR ? -1 : 0;
}

int lk_write_all(int descriptor, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t part = write(descriptor, bytes, size);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0 && errno == EAGAIN && !wait_until_writable(descriptor)) continue;
    if (part < 0) return -1;
    bytes += part;
    size -= (size_t)part;
  }
  return 0;
}

int lk_write_and_close(int descriptor, const void *bytes, size_t size, int synced) {
  int failed = lk_write_all(descriptor, bytes, size) || (synced && fsync(descriptor));
  int reason = errno;
  if (close(descriptor) && !failed) return -1;
  errno = reason;
  return failed ? -1 : 0;
}

int lk_file_is_plain(const char *path) {
  struct stat facts;
  return !lstat(path, &facts) && S_ISREG(facts.st_mode);
}

int lk_file_open(const char *path, int flags, const char **reason) {
  struct stat facts;
  int always = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  int descriptor = open(path, flags | always, 0666);
  *reason = errno == ELOOP ? "it is a link, which is not followed" : strerror(errno);
  if (descriptor < 0 || (!fstat(descriptor, &facts) && S_ISREG(facts.st_mode)))
    return descriptor;
  *reason = "it is no file";
  close(descriptor);
  return -1;
}

/* Network file systems may not know how to leave what is there alone; then a look before
 * has to do. */
static int rename_to_new(const char *from, const char *to) {
  struct stat facts;
  if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE)) return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return -1;
  if (lstat(to, &facts)) return errno == ENOENT ? rename(from, to) : -1;
  errno = EEXIST;
  return -1;
}

/* The name number `number` for it; 0 has none. */
static int aside_name(const char *path, const char *suffix, int number,
                      char aside[PATH_MAX]) {
  char end[16] = "";
  if (number > 0) snprintf(end, sizeof end, "-%d", number);
  return snprintf(aside, PATH_MAX, "%s.%s%s", path, suffix, end) < PATH_MAX;
}

static lk_status set_aside(const char *path, const char *suffix, int first,
                           char aside[PATH_MAX]) {
  for (int i = first;; i++) {
    if (!aside_name(path, suffix, i, aside))
      return lk_fail(LK_IO, "%s: the path is too long", path);
    if (!rename_to_new(path, aside)) return LK_OK;
    if (errno != EEXIST)
      return lk_fail(LK_IO, "%s: cannot be set aside as %s: %s", path, aside,
                     strerror(errno));
  }
}

lk_status lk_file_set_aside(const char *path, char aside[PATH_MAX]) {
  return set_aside(path, "set-aside", 1, aside);
}

lk_status lk_file_set_aside_as(const char *path, const char *suffix, char aside[PATH_MAX]) {
  return set_aside(path, suffix, 0, aside);
}

static int is_folder(const char *path) {
  struct stat facts;
  return !stat(path, &facts) && S_ISDIR(facts.st_mode);
}

/* The reason of a failed mkdir, where nothing else of that name is in the way. */
static const char *why_none(const char *path, int reason) {
  struct stat facts;
  if (reason != EEXIST) return strerror(reason);
  return stat(path, &facts) ? "a link to nothing has its name" : "a file has its name";
}

lk_status lk_folder_create(const char *path) {
  char part[PATH_MAX];
  if (snprintf(part, sizeof part, "%s/", path) >= (int)sizeof part)
    return lk_fail(LK_IO, "%s: the path is too long", path);
  for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    int reason = mkdir(part, 0777) ? errno : 0;
    if (reason && !is_folder(part))
      return lk_fail(LK_IO, "%s: cannot make the folder: %s", part, why_none(part, reason));
    *slash = '/';
  }
  return LK_OK;
}

int lk_folder_share(const char *path) {
  mode_t mask = umask(0);
  umask(mask);
  return chmod(path, 0777 & ~mask);
}

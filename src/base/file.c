/* Writing files, and making folders. */
#include "lockstep/file.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int descriptor, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t part = write(descriptor, bytes, size);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return -1;
    bytes += part;
    size -= (size_t)part;
  }
  return 0;
}

/* Without this a rename may be lost in a power cut. */
static int sync_folder_of(const char *path) {
  char copy[PATH_MAX];
  snprintf(copy, sizeof copy, "%s", path);
  int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return -1;
  int result = fsync(folder);
  close(folder);
  /* some network file systems cannot sync a folder: that is no reason to lose the file */
  return result && errno != EINVAL && errno != ENOTSUP ? -1 : 0;
}

static int write_temporary(const char *path, const void *bytes, size_t size) {
  int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return -1;
  int failed = write_all(descriptor, bytes, size) || fsync(descriptor);
  int reason = errno;
  if (close(descriptor) && !failed) return -1;
  errno = reason;
  return failed ? -1 : 0;
}

lk_status lk_file_write(const char *path, const void *bytes, size_t size) {
  char temporary[PATH_MAX];
  int length = snprintf(temporary, sizeof temporary, "%s.tmp-%ld", path, (long)getpid());
  if (length < 0 || (size_t)length >= sizeof temporary)
    return lk_fail(LK_IO, "%s: the path is too long", path);
  if (write_temporary(temporary, bytes, size) || rename(temporary, path) ||
      sync_folder_of(path)) {
    int reason = errno;
    unlink(temporary);
    return lk_fail(LK_IO, "%s: cannot write: %s", path, strerror(reason));
  }
  return LK_OK;
}

static int is_folder(const char *path) {
  struct stat facts;
  return !stat(path, &facts) && S_ISDIR(facts.st_mode);
}

lk_status lk_folder_create(const char *path) {
  char part[PATH_MAX];
  if (snprintf(part, sizeof part, "%s/", path) >= (int)sizeof part)
    return lk_fail(LK_IO, "%s: the path is too long", path);
  for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(part, 0777) && !is_folder(part))
      return lk_fail(LK_IO, "%s: cannot make the folder: %s", part,
                     strerror(errno == EEXIST ? ENOTDIR : errno));
    *slash = '/';
  }
  return LK_OK;
}

#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static lk_status read_all(int descriptor, const char *path, char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t part = read(descriptor, bytes + done, size - done);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return lk_fail(LK_NO_INPUT, "%s: cannot read: %s", path, strerror(errno));
    if (part == 0)
      return lk_fail(LK_NO_INPUT,
                     "%s: became shorter while it was read; start again when "
                     "nothing writes to it",
                     path);
    done += (size_t)part;
  }
  return LK_OK;
}

static lk_status open_to_read(const char *path, int *descriptor, size_t *size) {
  struct stat facts;
  *descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (*descriptor < 0)
    return lk_fail(LK_NO_INPUT, "%s: cannot open: %s", path, strerror(errno));
  if (fstat(*descriptor, &facts) || !S_ISREG(facts.st_mode)) {
    close(*descriptor);
    return lk_fail(LK_NO_INPUT, "%s: %s, a file is needed", path,
                   S_ISDIR(facts.st_mode) ? "is a folder" : "is not a regular file");
  }
  *size = (size_t)facts.st_size;
  return LK_OK;
}

lk_status lk_file_read(const char *path, char **bytes, size_t *size) {
  int descriptor;
  lk_status status;
  *bytes = NULL;
  LK_TRY(open_to_read(path, &descriptor, size));
  LK_TRY_OR(done, lk_allocate((void **)bytes, *size + 1, 1, path));
  LK_TRY_OR(done, read_all(descriptor, path, *bytes, *size));
done:
  close(descriptor);
  if (status != LK_OK) {
    lk_free(*bytes);
    *bytes = NULL;
  }
  return status;
}

lk_status lk_file_map(const char *path, const char **bytes, size_t *size) {
  int descriptor;
  *bytes = "";
  LK_TRY(open_to_read(path, &descriptor, size));
  if (*size > 0) *bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  int reason = errno;
  close(descriptor);
  if (*bytes != MAP_FAILED) return LK_OK;
  *bytes = NULL;
  return lk_fail(LK_NO_INPUT, "%s: cannot read: %s", path, strerror(reason));
}

void lk_file_unmap(const char *bytes, size_t size) {
  if (bytes && size > 0) munmap((void *)bytes, size);
}

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

/* Reading whole files into memory. */
#include "base/steady.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
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
  lk_steady steady;
  LK_TRY(open_to_read(path, &descriptor, size));
  lk_steady_begin(&steady, descriptor, path);
  LK_TRY_OR(done, lk_allocate((void **)bytes, *size + 1, 1, path));
  LK_TRY_OR(done, read_all(descriptor, path, *bytes, *size));
  LK_TRY_OR(done, lk_steady_end(&steady, *bytes, *size));
done:
  close(descriptor);
  if (status != LK_OK) {
    lk_free(*bytes);
    *bytes = NULL;
  }
  return status;
}

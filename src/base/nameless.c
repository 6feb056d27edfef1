#define _GNU_SOURCE /* mkostemp */
#include "lockstep/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int lk_file_open_nameless(void) {
  const char *folder = getenv("TMPDIR");
  char path[PATH_MAX];
  errno = ENAMETOOLONG;
  if (snprintf(path, sizeof path, "%s/lockstep-XXXXXX",
               folder && *folder ? folder : "/tmp") >= (int)sizeof path)
    return -1;
  int descriptor = mkostemp(path, O_CLOEXEC);
  if (descriptor >= 0) unlink(path);
  return descriptor;
}

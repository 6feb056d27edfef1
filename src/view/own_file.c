#include "view/own_file.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static lk_status read_open(int file, const char *path, char **text, size_t *size) {
  struct stat facts;
  if (fstat(file, &facts))
    return lk_fail(LK_NO_INPUT, "%s: cannot look at it: %s", path, strerror(errno));
  size_t all = (size_t)facts.st_size;
  LK_TRY(lk_allocate((void **)text, all + 1, 1, path));
  for (ssize_t part = 1; *size < all && part > 0; *size += (size_t)part) {
    part = read(file, *text + *size, all - *size);
    if (part < 0) return lk_fail(LK_NO_INPUT, "%s: %s", path, strerror(errno));
  }
  assert(*size <= all);
  return LK_OK;
}

lk_status lk_own_file_read(const char *path, char **text, size_t *size) {
  const char *reason;
  *text = NULL;
  *size = 0;
  if (!lk_file_is_plain(path)) return lk_copy_text(text, "");
  int file = lk_file_open(path, O_RDONLY, &reason);
  if (file < 0) return lk_fail(LK_NO_INPUT, "%s: cannot be read: %s", path, reason);
  lk_status status = read_open(file, path, text, size);
  close(file);
  if (status == LK_OK) return LK_OK;
  lk_free(*text);
  *text = NULL;
  return status;
}

/* Adding to the end of a file, so that a full disk leaves no half of it. */
#include "base/write.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int lk_file_append(int file, const void *bytes, size_t size) {
  off_t before = lseek(file, 0, SEEK_END);
  errno = 0;
  if (before >= 0 && write(file, bytes, size) == (ssize_t)size) return 0;
  int reason = errno ? errno : ENOSPC;
  if (before >= 0 && ftruncate(file, before)) reason = errno;
  return reason;
}

/* Ends a line that a crash has left without an end. */
static int begin_line(int file) {
  char last = '\n';
  off_t size = lseek(file, 0, SEEK_END);
  if (size < 0 || (size > 0 && pread(file, &last, 1, size - 1) != 1)) return errno;
  return last == '\n' ? 0 : lk_file_append(file, "\n", 1);
}

const char *lk_file_append_lines(const char *path, const char *lines) {
  const char *reason;
  int file = lk_file_open(path, O_RDWR | O_CREAT | O_APPEND, &reason);
  if (file < 0) return reason;
  int error = begin_line(file);
  if (!error) error = lk_file_append(file, lines, strlen(lines));
  close(file);
  return error ? strerror(error) : NULL;
}

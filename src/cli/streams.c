#include "cli/streams.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Reading from standard input and writing to standard output then fail, as they should;
 * messages get lost. */
static void fill_gap(int descriptor) {
  int flags = descriptor == STDOUT_FILENO ? O_RDONLY : O_WRONLY;
  if (fcntl(descriptor, F_GETFD) >= 0) return;
  if (open("/dev/null", flags) != descriptor) _exit(LK_INTERNAL);
}

void lk_streams_prepare(void) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
    fill_gap(i);
}

/* Some file systems report a full disk at the close only. */
static int close_copy(int descriptor) {
  int copy = dup(descriptor);
  return copy < 0 || close(copy);
}

static int reason; /* the first error's */

void lk_streams_flush(void) {
  if (fflush(stdout) && !reason) reason = errno;
}

lk_status lk_streams_check(void) {
  lk_streams_flush();
  if (!reason && close_copy(STDOUT_FILENO)) reason = errno;
  if (!reason && !ferror(stdout)) return LK_OK;
  return lk_fail(LK_IO, "standard output: cannot write: %s; the results are not complete",
                 strerror(reason ? reason : EIO));
}

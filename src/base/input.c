/* Opening what is read, and reading it a part at a time. Every wait can be interrupted. */
#include "lockstep/input.h"
#include "lockstep/file.h"
#include "lockstep/signals.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static uint64_t trusted = UINT64_MAX; /* bytes of standard input */
static const char *distrusted = "";

void lk_file_trust_input(uint64_t most, const char *launcher) {
  trusted = most;
  distrusted = launcher;
}

lk_status lk_file_check_input(uint64_t bytes) {
  if (bytes <= trusted) return LK_OK;
  return lk_fail(LK_NO_INPUT,
                 "standard input: %s repeats parts of what is longer than %llu bytes; name "
                 "the file, or start one process without mpirun",
                 distrusted, (unsigned long long)trusted);
}

const char *lk_file_name(const char *path) {
  return strcmp(path, "-") ? path : "standard input";
}

/* It gives nothing, so it is as good as an empty file. */
static int is_null_device(const struct stat *facts) {
  return S_ISCHR(facts->st_mode) && facts->st_rdev == makedev(1, 3);
}

/* NULL for what can be read to its end. */
static const char *unreadable_kind(const struct stat *facts) {
  if (S_ISREG(facts->st_mode) || S_ISFIFO(facts->st_mode) || is_null_device(facts))
    return NULL;
  if (S_ISDIR(facts->st_mode)) return "a folder";
  if (S_ISSOCK(facts->st_mode)) return "a socket";
  return "a device, whose bytes need not end";
}

static lk_status check_kind(const char *name, const struct stat *facts) {
  const char *kind = unreadable_kind(facts);
  if (!kind) return LK_OK;
  return lk_fail(LK_NO_INPUT, "%s: is %s; a file or a pipe is needed", name, kind);
}

static lk_status refuse_to_open(const char *name) {
  return lk_fail(LK_NO_INPUT, "%s: cannot open: %s", name, strerror(errno));
}

/* A device is not opened, for that alone can do something (rewind a tape). Nobody is waited
 * for here: the writer of a named pipe may come later. */
static lk_status open_path(const char *path, int *descriptor) {
  struct stat facts;
  if (stat(path, &facts)) return refuse_to_open(path);
  LK_TRY(check_kind(path, &facts));
  *descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  return *descriptor < 0 ? refuse_to_open(path) : LK_OK;
}

/* Standard input may be a socket: a remote shell's is. */
static lk_status open_standard_input(int *descriptor) {
  if (isatty(STDIN_FILENO))
    return lk_fail(LK_NO_INPUT,
                   "standard input: is a terminal; give a file, or pipe the text in");
  *descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  return *descriptor < 0 ? refuse_to_open("standard input") : LK_OK;
}

/* Under another name too, such as /dev/stdin. */
static int is_standard_input(const struct stat *facts) {
  struct stat standard;
  return !fstat(STDIN_FILENO, &standard) && standard.st_dev == facts->st_dev &&
         standard.st_ino == facts->st_ino;
}

void lk_input_close(lk_input *in) {
  if (in->descriptor >= 0) close(in->descriptor);
  in->descriptor = -1;
}

lk_status lk_input_open(lk_input *in, const char *path) {
  int standard = !strcmp(path, "-");
  struct stat facts;
  *in = (lk_input){lk_file_name(path), -1, 0, 0};
  LK_TRY(standard ? open_standard_input(&in->descriptor)
                  : open_path(path, &in->descriptor));
  lk_status status = fstat(in->descriptor, &facts) ? refuse_to_open(in->name) : LK_OK;
  if (status == LK_OK && !(standard && S_ISSOCK(facts.st_mode)))
    status = check_kind(in->name, &facts);
  if (status != LK_OK) lk_input_close(in);
  in->is_standard = status == LK_OK && is_standard_input(&facts);
  /* of standard input a part may have been read by others */
  if (!standard && S_ISREG(facts.st_mode)) in->size = (size_t)facts.st_size;
  return status;
}

static lk_status refuse_to_read(const lk_input *in) {
  return lk_fail(LK_NO_INPUT, "%s: cannot read: %s", in->name, strerror(errno));
}

static lk_status ask_to_stop(const lk_input *in) {
  const char *reason = lk_signals_received();
  if (!reason) return LK_OK;
  return lk_fail(LK_STOPPED, "stopped by %s while %s was read", reason, in->name);
}

/* The wait ends from time to time, for a signal may have come just before it. poll does not
 * take a pipe that had no writer yet for one at its end. */
lk_status lk_input_read(const lk_input *in, char *bytes, size_t room, size_t *part) {
  struct pollfd wait = {.fd = in->descriptor, .events = POLLIN};
  for (;;) {
    int ready = poll(&wait, 1, 100);
    ssize_t got = ready > 0 ? read(in->descriptor, bytes, room) : -1;
    if (got >= 0) {
      *part = (size_t)got;
      return LK_OK;
    }
    if (ready != 0 && errno != EINTR && errno != EAGAIN) return refuse_to_read(in);
    LK_TRY(ask_to_stop(in));
  }
}

/* Nonzero for what gives its bytes once; its facts are stored. */
static int reads_once(const char *path, struct stat *facts) {
  int standard = !strcmp(path, "-");
  if (standard ? fstat(STDIN_FILENO, facts) : stat(path, facts)) return 0;
  return standard ? !is_null_device(facts) : S_ISFIFO(facts->st_mode);
}

int lk_file_is_pipe(const char *path) {
  struct stat facts;
  return reads_once(path, &facts);
}

lk_status lk_file_check_apart(const char *one, const char *other) {
  struct stat a, b;
  if (!reads_once(one, &a) || !reads_once(other, &b) || a.st_dev != b.st_dev ||
      a.st_ino != b.st_ino)
    return LK_OK;
  return lk_fail(
      LK_USAGE,
      "%s and %s are one and the same pipe, which can be read once; write one of "
      "them to a file first",
      lk_file_name(one), lk_file_name(other));
}

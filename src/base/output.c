/* Outputs that a user named: where they are, and how they are written. */
#define _GNU_SOURCE /* mkostemp */
#include "lockstep/output.h"
#include "base/write.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
  char path[PATH_MAX]; /* behind all links */
  struct stat facts;   /* of what is there */
  int exists;
  int descriptor; /* of this process that has it open for writing, or -1 */
  int through;    /* it is written through, not replaced */
} place;

static int same_file(const struct stat *a, const struct stat *b) {
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Links below /proc are descriptors of processes: what they seem to link to may be gone, or
 * be no path at all. */
static int is_of_proc(const struct stat *link) {
  struct stat proc;
  return !stat("/proc", &proc) && link->st_dev == proc.st_dev;
}

/* path becomes what the link there links to. */
static int follow(char path[PATH_MAX]) {
  char target[PATH_MAX];
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length < 0) return -1;
  target[length] = '\0';
  char *slash = strrchr(path, '/'), *name = slash && *target != '/' ? slash + 1 : path;
  if (snprintf(name, PATH_MAX - (size_t)(name - path), "%s", target) <
      PATH_MAX - (name - path))
    return 0;
  errno = ENAMETOOLONG;
  return -1;
}

/* Nonzero, with errno, where the links lead nowhere. The kernel judges links that are
 * followed here: it may refuse those of strangers in a folder that all may write in. */
static int follow_links(place *p) {
  struct stat link;
  for (int i = 0; i < 40; i++) {
    if (stat(p->path, &link) && errno != ENOENT) return -1;
    if (lstat(p->path, &link)) return errno == ENOENT ? 0 : -1;
    if (!S_ISLNK(link.st_mode)) return 0;
    if (is_of_proc(&link)) {
      p->through = 1;
      return 0;
    }
    if (follow(p->path)) return -1;
  }
  errno = ELOOP;
  return -1;
}

/* Nonzero when the descriptor can be written and is of this file. */
static int is_descriptor_of(int descriptor, const struct stat *facts) {
  struct stat open;
  int flags = descriptor < 0 ? -1 : fcntl(descriptor, F_GETFL);
  return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && !fstat(descriptor, &open) &&
         same_file(&open, facts);
}

/* The descriptor that the path names, /dev/fd/N, or the standard output or error where the
 * file is open there: a second opening would write over what goes there. */
static int find_descriptor(const place *p) {
  const char *slash = strrchr(p->path, '/');
  char *end = NULL;
  long number = slash ? strtol(slash + 1, &end, 10) : -1;
  if (!end || *end || end == slash + 1 || number > INT_MAX) number = -1;
  const int candidates[] = {(int)number, STDOUT_FILENO, STDERR_FILENO};
  for (int i = 0; i < 3; i++)
    if (is_descriptor_of(candidates[i], &p->facts)) return candidates[i];
  return -1;
}

static lk_status refuse(const char *path, const char *reason) {
  return lk_fail(LK_IO, "%s: cannot write: %s", path, reason);
}

static lk_status find_place(const char *path, place *p) {
  *p = (place){.descriptor = -1};
  if (snprintf(p->path, PATH_MAX, "%s", path) >= PATH_MAX)
    return refuse(path, strerror(ENAMETOOLONG));
  if (follow_links(p)) return refuse(path, strerror(errno));
  p->exists = !stat(p->path, &p->facts);
  if (!p->exists) return p->through ? refuse(path, strerror(errno)) : LK_OK;
  if (S_ISDIR(p->facts.st_mode)) return refuse(path, "it is a folder");
  p->descriptor = find_descriptor(p);
  p->through |= p->descriptor >= 0 || !S_ISREG(p->facts.st_mode);
  if (!p->through && faccessat(AT_FDCWD, p->path, W_OK, AT_EACCESS))
    return refuse(path, strerror(errno));
  return LK_OK;
}

static int connect_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  int length = snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  errno = ENAMETOOLONG;
  if (length < (int)sizeof address.sun_path &&
      !connect(descriptor, (struct sockaddr *)&address, sizeof address))
    return descriptor;
  int reason = errno;
  close(descriptor);
  errno = reason;
  return -1;
}

/* A file that another process has open is appended to, one that is not ours to replace
 * begins anew. */
static int open_through(const place *p) {
  int kind = p->through ? O_APPEND : O_TRUNC;
  if (p->descriptor >= 0) {
    fflush(stdout); /* what was printed before stays before */
    return fcntl(p->descriptor, F_DUPFD_CLOEXEC, 0);
  }
  if (S_ISSOCK(p->facts.st_mode)) return connect_to(p->path);
  return open(p->path, O_WRONLY | O_NOCTTY | O_CLOEXEC | kind);
}

static int write_through(const place *p, const void *bytes, size_t size) {
  int descriptor = open_through(p);
  if (descriptor < 0) return -1;
  return lk_write_and_close(descriptor, bytes, size, S_ISREG(p->facts.st_mode));
}

/* The folder is another's, or the file a mount: then only its content can be replaced. */
static int cannot_be_replaced(const place *p, int reason) {
  return p->exists && (reason == EACCES || reason == EPERM || reason == EBUSY);
}

lk_status lk_file_write(const char *path, const void *bytes, size_t size) {
  place p;
  LK_TRY(find_place(path, &p));
  int failed = p.through ? write_through(&p, bytes, size) : lk_replace(p.path, bytes, size);
  if (failed && !p.through && cannot_be_replaced(&p, errno))
    failed = write_through(&p, bytes, size);
  return failed ? refuse(path, strerror(errno)) : LK_OK;
}

struct lk_output {
  char *path; /* owned; as the user wrote it */
  place place;
  lk_draft draft; /* where it is replaced */
  int through;    /* it is written through */
  int descriptor; /* of the bytes, though the draft has ended */
};

static int begin_output(lk_output *output) {
  output->through = output->place.through;
  if (!output->through) lk_remove_stale(output->place.path);
  if (!output->through && lk_begin(&output->draft, output->place.path)) {
    if (!cannot_be_replaced(&output->place, errno)) return -1;
    output->through = 1;
  }
  output->descriptor = output->through
                           ? lk_file_open_nameless()
                           : fcntl(output->draft.descriptor, F_DUPFD_CLOEXEC, 0);
  return output->descriptor < 0 ? -1 : 0;
}

/* Nonzero, with errno, when it fails, as the next. */
static int copy_through(const lk_output *output) {
  char bytes[1 << 16];
  ssize_t part = -1;
  int descriptor = open_through(&output->place);
  if (descriptor < 0) return -1;
  for (off_t at = 0;; at += part) {
    part = pread(output->descriptor, bytes, sizeof bytes, at);
    if (part <= 0 || lk_write_all(descriptor, bytes, (size_t)part)) break;
  }
  int reason = part ? errno : 0; /* 0: its end */
  int failed = lk_write_and_close(descriptor, "", 0, S_ISREG(output->place.facts.st_mode));
  if (!reason) return failed;
  errno = reason;
  return -1;
}

static int end_output(lk_output *output) {
  assert(output->descriptor >= 0);
  if (output->through) return copy_through(output);
  if (!lk_commit(&output->draft)) return 0;
  return cannot_be_replaced(&output->place, errno) ? copy_through(output) : -1;
}

lk_status lk_output_begin(lk_output **out, const char *path) {
  lk_output *output;
  LK_TRY(LK_NEW(output, 1));
  output->descriptor = output->draft.descriptor = -1;
  lk_status status = lk_copy_text(&output->path, path);
  if (status == LK_OK) status = find_place(path, &output->place);
  if (status == LK_OK && begin_output(output)) status = refuse(path, strerror(errno));
  if (status != LK_OK) lk_output_discard(output);
  *out = status == LK_OK ? output : NULL;
  return status;
}

int lk_output_descriptor(const lk_output *output) {
  return output->descriptor;
}

lk_status lk_output_commit(lk_output *output) {
  lk_status status = end_output(output) ? refuse(output->path, strerror(errno)) : LK_OK;
  lk_output_discard(output);
  return status;
}

void lk_output_discard(lk_output *output) {
  lk_draft_discard(&output->draft);
  if (output->descriptor >= 0) close(output->descriptor);
  lk_free(output->path);
  lk_free(output);
}

/* Both are one file, whatever their names. A terminal or a socket may be both. */
static int is_input(const place *output, const char *input) {
  struct stat facts;
  mode_t kind = output->facts.st_mode & S_IFMT;
  return output->exists && kind != S_IFCHR && kind != S_IFSOCK && !stat(input, &facts) &&
         same_file(&output->facts, &facts);
}

/* Neither was there before, or both are one file. */
static int same_place(const place *a, const place *b) {
  struct stat one, other;
  char first[PATH_MAX], second[PATH_MAX];
  if (a->through || b->through || a->exists != b->exists) return 0;
  if (a->exists) return same_file(&a->facts, &b->facts);
  strcpy(first, a->path);
  strcpy(second, b->path);
  if (strcmp(basename(first), basename(second))) return 0;
  return !stat(dirname(first), &one) && !stat(dirname(second), &other) &&
         same_file(&one, &other);
}

static lk_status check_folder(const char *path, const place *p) {
  char copy[PATH_MAX];
  strcpy(copy, p->path);
  if (p->exists || !faccessat(AT_FDCWD, dirname(copy), W_OK | X_OK, AT_EACCESS))
    return LK_OK;
  return refuse(path, strerror(errno));
}

lk_status lk_output_check(const char *output, const char *const *inputs, int count) {
  place p;
  if (!output) return LK_OK;
  LK_TRY(find_place(output, &p));
  LK_TRY(check_folder(output, &p));
  for (int i = 0; i < count; i++)
    if (is_input(&p, inputs[i]))
      return lk_fail(LK_USAGE,
                     "%s: would be written over %s, which is read; give the output another "
                     "name",
                     output, inputs[i]);
  return LK_OK;
}

lk_status lk_output_check_two(const char *output, const char *other) {
  place p, q;
  if (!output || !other) return LK_OK;
  LK_TRY(find_place(output, &p));
  LK_TRY(find_place(other, &q));
  if (!same_place(&p, &q)) return LK_OK;
  return lk_fail(LK_USAGE, "%s and %s are one file; give each output its own", output,
                 other);
}

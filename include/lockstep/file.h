/* Whole files, read into memory and written all or nothing. */
#ifndef LOCKSTEP_FILE_H
#define LOCKSTEP_FILE_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* Reads a file, or a pipe, FIFO or "-" (standard input) to its end. *bytes has a zero
 * behind its size bytes and is the caller's (lk_free). LK_NO_INPUT, naming it and the
 * reason: missing, unreadable, a folder, a socket, a terminal or another device (but
 * /dev/null is empty), a pipe of LK_PIPE_MOST bytes, a file
 * that others wrote to meanwhile: what is read was in it at one instant. LK_STOPPED: a
 * signal (lk_signals_catch) came while a pipe had no bytes. */
lk_status lk_file_read(const char *path, char **bytes, size_t *size);

/* The same of what may be a stranger's and is small where it is right: LK_BAD_DATA when it
 * has more than `most` bytes, before memory is taken for them. */
lk_status lk_file_read_small(const char *path, size_t most, char **bytes, size_t *size);

/* A pipe with so many bytes is refused: it may have no end. A power of two. */
#define LK_PIPE_MOST ((size_t)1 << 30)

/* Standard input is right for so many bytes only, because of `launcher`, a text that stays:
 * LK_NO_INPUT beyond them. At first all are. */
void lk_file_trust_input(uint64_t most, const char *launcher);

/* LK_NO_INPUT, with what to do, when so many bytes of standard input are too many. */
lk_status lk_file_check_input(uint64_t bytes);

/* A path as messages name it. */
const char *lk_file_name(const char *path);

/* Nonzero for what can be read once only, by one process: a pipe, FIFO or "-". Opens
 * nothing. */
int lk_file_is_pipe(const char *path);

/* LK_USAGE when both are the same pipe. */
lk_status lk_file_check_apart(const char *one, const char *other);

/* Writes an output that a user named. A file is replaced whole or not at all, and keeps its
 * permissions; a link is followed, and what it links to is replaced, or made where it is
 * missing. What is no file (a device, FIFO, terminal, socket), what this process has open
 * as its standard output or error, and what a descriptor names (/dev/stdout, /dev/fd/N) is
 * written through. So is a file that can be written but not replaced, in a folder of
 * another's or as a mount of its own. LK_IO with the reason otherwise; a file is then still
 * there as it was, unless it was written through. */
lk_status lk_file_write(const char *path, const void *bytes, size_t size);

/* Writes a file of our own, whose path no user named: replaces path itself whole or not at
 * all, a temporary file beside it being renamed, and never follows a link. A file that is
 * there gives its permissions. LK_IO with the reason; what was there is then still there
 * and the temporary file gone. */
lk_status lk_file_replace(const char *path, const void *bytes, size_t size);

/* Opens a file of our own in place, with O_CREAT in the flags where it is to be made. Never
 * follows a link, and never waits. Returns its descriptor, or -1 and the reason, of which
 * the caller makes a message: it is a link, no file, or what the system says. */
int lk_file_open(const char *path, int flags, const char **reason);

/* Adds bytes to the end of a file that is open to be written, whole or not at all: a full
 * disk leaves no half row behind. Returns 0 or what errno was. */
int lk_file_append(int file, const void *bytes, size_t size);

/* The same of lines, each with its end, and a file of our own that is made where there is
 * none; they begin on a line of their own where a crash has left a part of one. Returns
 * NULL, or the reason, as lk_file_open. */
const char *lk_file_append_lines(const char *path, const char *lines);

/* Opens an empty file without a name in $TMPDIR, to be written and read: gone when it is
 * closed. Returns its descriptor, or -1 and errno. */
int lk_file_open_nameless(void);

/* Raises the limit of files that this process may have open, so that `more` may be beside
 * those that are, as far as the system allows it. Returns how many that needs in all, and
 * stores how many there may be. */
uint64_t lk_file_make_room(int more, uint64_t *most);

/* Nonzero when path is a file itself: there, no link, no device. */
int lk_file_is_plain(const char *path);

/* Makes path a link to target, replacing only a link: one that is there stays until the new
 * one takes its place. LK_IO when it cannot, or when path is no link. */
lk_status lk_file_link(const char *path, const char *target);

/* Temporary files are called NAME.tmp-XXXXXXXXXXXXXXXX, with random hexadecimal digits. */
#define LK_TEMPORARY ".tmp-"
enum { LK_TEMPORARY_DIGITS = 16 };

/* Renames what is at path, whatever it is, to the first of PATH.set-aside-1, -2 … that is
 * free, and stores that name in `aside`. LK_IO when it cannot. */
lk_status lk_file_set_aside(const char *path, char aside[PATH_MAX]);

/* The same with PATH.SUFFIX, PATH.SUFFIX-1, … */
lk_status lk_file_set_aside_as(const char *path, const char *suffix, char aside[PATH_MAX]);

/* Makes a folder and its parents; one that exists is fine. LK_IO otherwise. */
lk_status lk_folder_create(const char *path);

/* Lets others read a folder of mkdtemp's as they may read what this user makes, as the
 * umask has it. Nonzero, with errno, when it cannot. */
int lk_folder_share(const char *path);

LK_C_END

#endif

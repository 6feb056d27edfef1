/* Whole files, read into memory and written all or nothing. */
#ifndef LOCKSTEP_FILE_H
#define LOCKSTEP_FILE_H

#include "lockstep/status.h"
#include <stddef.h>

/* Reads a file. *bytes has a zero behind its size bytes and is the caller's (lk_free).
 * LK_NO_INPUT: missing, unreadable, a folder; the message names it and the reason. */
lk_status lk_file_read(const char *path, char **bytes, size_t *size);

/* The same without a copy in memory, and without a zero behind it: pages are read as they
 * are used. Not for files that others may shorten meanwhile. lk_file_unmap ends it. */
lk_status lk_file_map(const char *path, const char **bytes, size_t *size);
void lk_file_unmap(const char *bytes, size_t size);

/* Writes path whole or not at all: a temporary file beside it, fsync, rename, fsync of the
 * folder. LK_IO with the reason otherwise; the old file is then still there and the
 * temporary one gone. */
lk_status lk_file_write(const char *path, const void *bytes, size_t size);

/* Makes a folder and its parents; one that exists is fine. LK_IO otherwise. */
lk_status lk_folder_create(const char *path);

#endif

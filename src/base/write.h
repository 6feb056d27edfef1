/* Writing without a message: these return nonzero, with errno, when they fail. Private to
 * src/base. */
#ifndef LOCKSTEP_BASE_WRITE_H
#define LOCKSTEP_BASE_WRITE_H

#include "lockstep/draft.h"
#include "lockstep/file.h"

int lk_write_all(int descriptor, const char *bytes, size_t size);

/* synced: waits until the disk has them. The descriptor is closed in any case. */
int lk_write_and_close(int descriptor, const void *bytes, size_t size, int synced);

/* lk_file_replace. */
int lk_replace(const char *path, const void *bytes, size_t size);

/* lk_draft_begin and lk_draft_commit. */
int lk_begin(lk_draft *draft, const char *path);
int lk_commit(lk_draft *draft);

/* Removes temporary files of this path that no process has open for writing, and says so.
 */
void lk_remove_stale(const char *path);

#endif

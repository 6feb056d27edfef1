/* A file of our own that is written piece by piece, and takes its place when it is whole.
 */
#ifndef LOCKSTEP_DRAFT_H
#define LOCKSTEP_DRAFT_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <limits.h>
#include <stddef.h>

LK_C_BEGIN

typedef struct {
  const char *path;         /* where it will be; not owned */
  char temporary[PATH_MAX]; /* where it is until then, beside it */
  int descriptor;           /* to write and read it by; -1: ended */
} lk_draft;

/* Makes an empty temporary file for a file whose path no user named. A file that is there
 * gives its permissions. LK_IO with the reason; else lk_draft_commit or lk_draft_discard
 * ends it. */
lk_status lk_draft_begin(lk_draft *draft, const char *path);

/* Adds bytes behind those that were added before. LK_IO with the reason. */
lk_status lk_draft_add(lk_draft *draft, const void *bytes, size_t size);

/* Replaces path itself, never following a link, when the disk has all that was written.
 * LK_IO with the reason; what was there is then still there and the temporary file gone. */
lk_status lk_draft_commit(lk_draft *draft);

/* Removes the temporary file; does nothing once it has ended. */
void lk_draft_discard(lk_draft *draft);

/* Bytes of a file's name, without the end of a temporary one where it has that. */
size_t lk_draft_stem(const char *name);

LK_C_END

#endif

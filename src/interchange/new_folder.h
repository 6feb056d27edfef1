/* A folder that takes its name when it is whole. Private to src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_NEW_FOLDER_H
#define LOCKSTEP_INTERCHANGE_NEW_FOLDER_H

#include "lockstep/status.h"
#include <limits.h>

/* is_old, last: set by who begins. Where a folder of the name is there, it is kept, but for
 * files of ours: old ones go, and each new one takes its place. The last is not there
 * meanwhile, so that nobody takes old and new files for one model. */
typedef struct {
  int (*is_old)(const char *name);
  const char *last;
  char out[PATH_MAX];   /* its name, without slashes behind it */
  char draft[PATH_MAX]; /* the folder that files are written to */
  int is_there;
} lk_new_folder;

/* Makes the folder to write to: beside OUT, or inside of it where that is there. LK_USAGE
 * where OUT is something else; LK_IO. */
lk_status lk_new_folder_begin(lk_new_folder *folder, const char *out);

/* After LK_OK the folder takes its name, or its files their places: LK_USAGE, with nothing
 * changed, where something else than files has these; LK_IO, which says where the new files
 * are once old ones are gone. After another status, which is returned, nothing is left. */
lk_status lk_new_folder_end(const lk_new_folder *folder, lk_status status);

#endif

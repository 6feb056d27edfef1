/* Private to the lab: files in a user's folder, where only the lab's own are replaced. */
#ifndef LOCKSTEP_LAB_OWN_H
#define LOCKSTEP_LAB_OWN_H

#include "lockstep/status.h"
#include <stddef.h>

/* Nonzero where a file, or what a link leads to, has the mark near its beginning. */
int lk_lab_is_own(const char *path, const char *mark);

/* Renames what is there and has content, and says so. LK_IO. */
lk_status lk_lab_set_aside(const char *path);

/* As lk_file_write, but a file without the mark is set aside, not replaced. */
lk_status lk_lab_write(const char *path, const char *mark, const char *text, size_t size);

#endif

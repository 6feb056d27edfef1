/* Files of a run as they are now: it may be going on. */
#ifndef LOCKSTEP_VIEW_OWN_FILE_H
#define LOCKSTEP_VIEW_OWN_FILE_H

#include "lockstep/status.h"
#include <stddef.h>

/* All of a file, with a zero behind it; "" when it is missing or no file itself: links of a
 * run directory are not followed, and nothing is waited for. What is written behind its end
 * meanwhile is left out. LK_NO_INPUT. The caller owns *text: lk_free. */
lk_status lk_own_file_read(const char *path, char **text, size_t *size);

#endif

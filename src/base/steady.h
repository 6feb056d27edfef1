/* Whether a file stayed as it was while it was read. Private to src/base. */
#ifndef LOCKSTEP_BASE_STEADY_H
#define LOCKSTEP_BASE_STEADY_H

#include "lockstep/status.h"
#include <stddef.h>
#include <sys/stat.h>

typedef struct {
  const char *name; /* for the message; not owned */
  int descriptor;
  struct stat before;
  int is_fresh; /* so that its time need not tell of another change */
} lk_steady;

/* Before the first byte is read. */
void lk_steady_begin(lk_steady *steady, int descriptor, const char *name);

/* LK_NO_INPUT unless the bytes that were read are what a file held at one instant. Of a
 * pipe there is nothing to say. */
lk_status lk_steady_end(const lk_steady *steady, const char *bytes, size_t size);

#endif

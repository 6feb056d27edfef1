/* A folder of the test program's own, in which its tests run: group setup and teardown. */
#ifndef UNIT_TEMPORARY_FOLDER_H
#define UNIT_TEMPORARY_FOLDER_H

#include "lockstep/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/lockstep-test-XXXXXX";

static inline int make_folder(void **state) {
  (void)state;
  return !mkdtemp(folder) || chdir(folder);
}

static inline int remove_folder(void **state) {
  char command[64];
  (void)state;
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return chdir("/") || system(command);
}

/* The folder, and no buffer is left either. */
static inline int leave_nothing(void **state) {
  return remove_folder(state) || lk_allocations_alive() != 0;
}

#endif

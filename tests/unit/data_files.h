/* Files for the tests of the data layer: temporary texts, and the experiment's data. */
#ifndef UNIT_DATA_FILES_H
#define UNIT_DATA_FILES_H

/* cmocka.h needs these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lockstep/memory.h"

/* A file of these bytes; the path stays valid until the next call, which replaces the file.
 * remove_temporary() ends it. */
static char temporary_path[64];

static inline const char *temporary_file(const char *bytes, size_t size) {
  snprintf(temporary_path, sizeof temporary_path, "/tmp/lockstep-test-%ld.txt",
           (long)getpid());
  FILE *file = fopen(temporary_path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
  return temporary_path;
}

static inline const char *temporary_text(const char *text) {
  return temporary_file(text, strlen(text));
}

/* For group teardown: no file and no buffer is left behind. */
static inline int remove_temporary(void **state) {
  (void)state;
  if (*temporary_path) unlink(temporary_path);
  return lk_allocations_alive() != 0;
}

/* The last failure's message contains each of the parts; ends with NULL. */
static inline void assert_message(const char *part, ...) {
  va_list parts;
  va_start(parts, part);
  for (; part; part = va_arg(parts, const char *))
    if (!strstr(lk_message(), part)) fail_msg("no \"%s\" in: %s", part, lk_message());
  va_end(parts);
}

/* Path of one of the experiment's files, in $LOCKSTEP_DATA or ../shared/data. Skips the
 * test, and says so, where it is not there. */
static inline const char *experiment_file(const char *name) {
  static char path[4096];
  const char *folder = getenv("LOCKSTEP_DATA");
  if (folder)
    snprintf(path, sizeof path, "%s/%s", folder, name);
  else
    snprintf(path, sizeof path, "%s/../shared/data/%s", LK_SOURCE_DIR, name);
  if (access(path, R_OK)) {
    print_message("SKIPPED: no %s; set LOCKSTEP_DATA to the folder of the data\n", name);
    skip();
  }
  return path;
}

#endif

/* What the fuzz targets share. A target gives a reader a stranger's bytes as a file and
 * aborts unless the reader either refuses them properly or makes something consistent. */
#ifndef LOCKSTEP_TESTS_FUZZ_H
#define LOCKSTEP_TESTS_FUZZ_H

#include "lockstep/memory.h"
#include "lockstep/status.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* libFuzzer's entry point; replay.c calls it too. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define MUST(condition)                                                                    \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      fprintf(stderr, "%s:%d: %s is false; last message: %s\n", __FILE__, __LINE__,        \
              #condition, lk_message());                                                   \
      abort();                                                                             \
    }                                                                                      \
  } while (0)

/* A file of these bytes, in memory only. The next call replaces it; the path stays. */
static inline const char *fuzz_file(const void *bytes, size_t size) {
  static int descriptor = -1;
  static char path[32];
  if (descriptor < 0) descriptor = memfd_create("input", MFD_CLOEXEC);
  MUST(descriptor >= 0);
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  MUST(ftruncate(descriptor, 0) == 0);
  MUST(pwrite(descriptor, bytes, size, 0) == (ssize_t)size);
  return path;
}

/* Nonzero when the file was read; else it must be refused as `refusal`, in one message that
 * names it. Short memory and failing libraries are findings. */
static inline int fuzz_was_read(lk_status status, lk_status refusal, const char *name) {
  if (status == LK_OK) return 1;
  MUST(status == refusal);
  MUST(!strncmp(lk_message(), name, strlen(name)));
  return 0;
}

/* What was allocated is freed again. */
static inline void fuzz_end(void) {
  MUST(lk_allocations_alive() == 0);
}

#endif

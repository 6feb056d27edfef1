/* Where HDF5's bytes of a new file go: behind the user block of an open file. Private to
 * src/store.
 *
 * HDF5 can neither close nor forget a file that it cannot write. So the first fault is kept
 * here, HDF5 hears of none, and what it writes from then on is dropped. */
#ifndef LOCKSTEP_STORE_SINK_H
#define LOCKSTEP_STORE_SINK_H

#include "lockstep/status.h"
#include <stdint.h>

typedef struct {
  int descriptor; /* not owned; written and read */
  int fault;      /* errno of what went wrong first, or 0 */
  uint64_t size;  /* bytes behind the user block */
} lk_sink;

/* `at` counts from behind the user block. */
void lk_sink_write(lk_sink *sink, uint64_t at, uint64_t count, const void *from);

/* What was never written is zeros. */
void lk_sink_read(lk_sink *sink, uint64_t at, uint64_t count, void *to);

/* Exactly so many bytes are behind the user block. */
void lk_sink_resize(lk_sink *sink, uint64_t size);

/* LK_IO, naming the path, when any writing failed, whatever HDF5 made of that; else
 * `status`. */
lk_status lk_sink_verdict(const lk_sink *sink, const char *path, lk_status status);

#endif

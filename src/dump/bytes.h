/* Bytes that become more, up to a limit. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_BYTES_H
#define LOCKSTEP_DUMP_BYTES_H

#include "lockstep/status.h"
#include <stddef.h>

/* All zero is empty. `bytes` is NULL at first and has a zero behind its size bytes later.
 */
typedef struct {
  char *bytes;
  size_t size, room;
} lk_bytes;

/* Room for `more` bytes and a zero. LK_INTERNAL when memory is short. */
lk_status lk_bytes_reserve(lk_bytes *to, size_t more);

lk_status lk_bytes_append(lk_bytes *to, const char *bytes, size_t size);

/* Empty again; a room of more than LK_BYTES_KEPT is given back. */
void lk_bytes_clear(lk_bytes *to);

enum { LK_BYTES_KEPT = 8 << 20 };

void lk_bytes_free(lk_bytes *to);

/* The text, "" when it is empty. */
const char *lk_bytes_text(const lk_bytes *of);

#endif

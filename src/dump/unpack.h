/* A file's bytes, unpacked if its first ones say that they are packed. Private to
 * src/dump. */
#ifndef LOCKSTEP_DUMP_UNPACK_H
#define LOCKSTEP_DUMP_UNPACK_H

#include "dump/bz2.h"
#include "dump/codec.h"

typedef struct {
  lk_raw raw;
  int is_bz2;
  lk_bz2 bz2;
  lk_unpacker decoder; /* .codec NULL: plain or bz2 */
} lk_unpacked;

/* It stays where it is. The caller closes it, also after a failure. */
lk_status lk_unpacked_open(lk_unpacked *unpacked, const char *path, int threads);

/* The next `room` bytes, fewer only at the end. */
lk_status lk_unpacked_read(lk_unpacked *unpacked, char *bytes, size_t room, size_t *got);

const char *lk_unpacked_form(const lk_unpacked *unpacked);

void lk_unpacked_close(lk_unpacked *unpacked);

#endif

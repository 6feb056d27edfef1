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

/* A part of what `whole`, plain or bz2, has open. Its bytes begin with byte `first` of the
 * file or, of bz2, with the first block whose mark does not begin before it, and go on to
 * the file's end. */
lk_status lk_unpacked_open_part(lk_unpacked *unpacked, const char *path, int threads,
                                const lk_unpacked *whole, uint64_t first, uint64_t end);

/* How many of its bytes belong to the part: the others are those from byte `end` of the
 * file on or, of bz2, of blocks whose marks begin there. UINT64_MAX while none of them was
 * read. */
uint64_t lk_unpacked_owned(const lk_unpacked *unpacked);

/* The next `room` bytes, fewer only at the end. */
lk_status lk_unpacked_read(lk_unpacked *unpacked, char *bytes, size_t room, size_t *got);

const char *lk_unpacked_form(const lk_unpacked *unpacked);

void lk_unpacked_close(lk_unpacked *unpacked);

#endif

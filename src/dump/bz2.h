/* bz2, one stream or several: the blocks in order, and the checksums of the streams.
 * Private to src/dump. */
#ifndef LOCKSTEP_DUMP_BZ2_H
#define LOCKSTEP_DUMP_BZ2_H

#include "dump/bz2_pool.h"

typedef struct {
  lk_raw *raw; /* not owned */
  lk_bz2_pool pool;
  lk_bz2_slot *slot; /* whose bytes are next; NULL: the pool's first is to be asked for */
  size_t given;      /* of them */
  uint64_t made;     /* bytes of all blocks up to this one's end */
  uint64_t owned;    /* those of the part; UINT64_MAX while no block behind it was met */
  uint32_t checksum; /* of the blocks of this stream */
  int is_within;     /* a stream whose beginning is in another part */
  int is_done;
} lk_bz2;

/* It stays where it is. The caller closes it, also after a failure. */
lk_status lk_bz2_open(lk_bz2 *bz2, lk_raw *raw, int threads);

/* As lk_unpacker_read. The bytes do not depend on the number of threads, nor the refusal.
 */
lk_status lk_bz2_read(lk_bz2 *bz2, char *bytes, size_t room, size_t *got);

void lk_bz2_close(lk_bz2 *bz2);

#endif

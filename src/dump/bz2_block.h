/* One block of bz2, decoded on whatever thread: neither lk_fail nor lk_allocate is called.
 * Private to src/dump. */
#ifndef LOCKSTEP_DUMP_BZ2_BLOCK_H
#define LOCKSTEP_DUMP_BZ2_BLOCK_H

#include "dump/bz2_segment.h"

typedef enum { LK_BZ2_FINE, LK_BZ2_DAMAGED, LK_BZ2_NO_MEMORY } lk_bz2_result;

/* What a block became: at most 46 MB, for a run of 259 bytes takes five. */
typedef struct {
  char *bytes; /* malloc's */
  size_t size, room;
} lk_bz2_output;

/* What libbz2 asks for, kept for a thread's next block. All zero at first. */
typedef struct {
  struct {
    void *bytes;
    size_t room;
    int is_used;
  } kept[2];
} lk_bz2_memory;

/* Decodes a segment that begins with a block's mark and checks the block's checksum.
 * LK_BZ2_DAMAGED too when the segment is less than a block. Writes behind its bits. */
lk_bz2_result lk_bz2_decode(const lk_bz2_segment *segment, lk_bz2_output *output,
                            lk_bz2_memory *memory);

/* Of a segment that lk_bz2_decode found fine. */
uint32_t lk_bz2_checksum(const lk_bz2_segment *segment);

void lk_bz2_memory_free(lk_bz2_memory *memory);

#endif

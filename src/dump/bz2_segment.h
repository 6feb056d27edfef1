/* A bz2 file in segments: from each mark up to the next. A mark may also stand inside of a
 * block by chance, so that a segment need not be a whole block. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_BZ2_SEGMENT_H
#define LOCKSTEP_DUMP_BZ2_SEGMENT_H

#include "dump/bits.h"
#include "dump/raw.h"

/* A block of 900,000 symbols of at most 20 bits, its tables, and what is put around it. */
enum { LK_BZ2_SEGMENT_MOST = 3 << 20 };

typedef struct {
  unsigned char *bytes; /* [LK_BZ2_SEGMENT_MOST + LK_BZ2_AROUND], a stream's head first */
  size_t bits;          /* from LK_BZ2_HEAD on */
  unsigned phase;       /* the bit of a byte of the file that the first one is */
  uint64_t at;          /* its byte in the file */
  int is_last;          /* no mark follows */
} lk_bz2_segment;

enum { LK_BZ2_HEAD = 4, LK_BZ2_AROUND = 64 };

/* The bits behind the head. */
static inline unsigned char *lk_bz2_bits(const lk_bz2_segment *segment) {
  return segment->bytes + LK_BZ2_HEAD;
}

static inline int lk_bz2_is_block(const lk_bz2_segment *segment) {
  return lk_bits_get(lk_bz2_bits(segment), 0, LK_MARK_BITS) == LK_MARK_BLOCK;
}

/* Room for a segment, malloc's and as it comes: zeros in so much of it would take longer
 * than to decode a small part. LK_INTERNAL. */
lk_status lk_bz2_segment_room(unsigned char **bytes, size_t size);

/* What cuts a file up. */
typedef struct {
  lk_raw *raw;          /* not owned */
  unsigned char *bytes; /* not cut up yet: [LK_BZ2_SEGMENT_MOST + LK_RAW_ROOM + 8] */
  size_t size;
  size_t begin;   /* the bit where the next segment begins */
  uint64_t taken; /* bytes of the file before `bytes` */
  int is_at_end, is_done;
  lk_bz2_marks marks;
} lk_bz2_cutter;

/* The file's head must be next, LK_BAD_DATA when none of bz2 is; or, where the raw bytes do
 * not begin with the file, it begins with the first mark in their part, and is_done when
 * there is none. The caller closes it, also after a failure. */
lk_status lk_bz2_cutter_open(lk_bz2_cutter *cutter, lk_raw *raw);

/* The byte of the file at which the next segment begins. */
static inline uint64_t lk_bz2_cutter_at(const lk_bz2_cutter *cutter) {
  return cutter->taken + cutter->begin / 8;
}

/* Copies the next segment, which there must be (is_done). LK_BAD_DATA when it would be
 * longer than a block can be. */
lk_status lk_bz2_cut(lk_bz2_cutter *cutter, lk_bz2_segment *segment);

void lk_bz2_cutter_close(lk_bz2_cutter *cutter);

#endif

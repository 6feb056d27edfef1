#include "dump/bz2_segment.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

lk_status lk_bz2_segment_room(unsigned char **bytes, size_t size) {
  *bytes = malloc(size);
  if (*bytes) return LK_OK;
  return lk_fail(LK_INTERNAL, "out of memory for blocks of bz2: %s; use fewer threads",
                 lk_memory_limit());
}

static lk_status read_on(lk_bz2_cutter *cutter) {
  size_t got;
  size_t drop = cutter->begin / 8;
  cutter->size -= drop;
  memmove(cutter->bytes, cutter->bytes + drop, cutter->size);
  cutter->begin %= 8;
  cutter->taken += drop;
  assert(cutter->size <= LK_BZ2_SEGMENT_MOST);
  LK_TRY(lk_raw_read(cutter->raw, (char *)cutter->bytes + cutter->size, LK_RAW_ROOM, &got));
  cutter->size += got;
  cutter->is_at_end = got < LK_RAW_ROOM;
  return LK_OK;
}

static lk_status begin_with_head(lk_bz2_cutter *cutter) {
  const lk_raw *raw = cutter->raw;
  cutter->begin = 8 * LK_BZ2_HEAD;
  if (cutter->size < LK_BZ2_HEAD + LK_MARK_BITS / 8)
    return lk_fail(LK_BAD_DATA, "%s: is cut short: it ends within the head of its bz2 data",
                   raw->in.name);
  if (lk_bz2_marks_find(&cutter->marks, cutter->bytes, cutter->begin, 8 * cutter->size) ==
      cutter->begin)
    return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: the bz2 data is damaged at byte %d: no block begins there",
                 raw->in.name, LK_BZ2_HEAD);
}

/* A mark inside of a block by chance would be taken for the part's first, and refused as
 * damaged: that is met once in 100,000 dumps of 1,000 parts. */
static lk_status begin_with_mark(lk_bz2_cutter *cutter) {
  size_t from = 0, bits = 8 * cutter->size;
  while ((cutter->begin = lk_bz2_marks_find(&cutter->marks, cutter->bytes, from, bits)) ==
         bits) {
    cutter->is_done = cutter->is_at_end;
    if (cutter->is_done) return LK_OK;
    cutter->begin = bits - LK_MARK_BITS;
    if (lk_bz2_cutter_at(cutter) >= cutter->raw->end) break;
    from = cutter->begin % 8;
    LK_TRY(read_on(cutter));
    bits = 8 * cutter->size;
  }
  cutter->is_done = lk_bz2_cutter_at(cutter) >= cutter->raw->end;
  return LK_OK;
}

lk_status lk_bz2_cutter_open(lk_bz2_cutter *cutter, lk_raw *raw) {
  *cutter = (lk_bz2_cutter){.raw = raw, .taken = raw->first};
  lk_bz2_marks_prepare(&cutter->marks);
  LK_TRY(lk_bz2_segment_room(&cutter->bytes, LK_BZ2_SEGMENT_MOST + LK_RAW_ROOM + 8));
  LK_TRY(read_on(cutter));
  return raw->first ? begin_with_mark(cutter) : begin_with_head(cutter);
}

static lk_status refuse_length(const lk_bz2_cutter *cutter) {
  return lk_fail(
      LK_BAD_DATA,
      "%s: the bz2 data is damaged after byte %llu: no block ends there; fetch it "
      "again",
      cutter->raw->in.name, (unsigned long long)lk_bz2_cutter_at(cutter));
}

/* The bit where the segment ends; what was searched once is not searched again. */
static lk_status find_end(lk_bz2_cutter *cutter, size_t *end) {
  size_t from = cutter->begin + 1;
  for (;;) {
    *end = lk_bz2_marks_find(&cutter->marks, cutter->bytes, from, 8 * cutter->size);
    if ((*end - cutter->begin) / 8 >= LK_BZ2_SEGMENT_MOST) return refuse_length(cutter);
    if (*end < 8 * cutter->size || cutter->is_at_end) return LK_OK;
    from = *end - cutter->begin > LK_MARK_BITS ? *end - LK_MARK_BITS : cutter->begin + 1;
    from -= 8 * (cutter->begin / 8);
    LK_TRY(read_on(cutter));
  }
}

lk_status lk_bz2_cut(lk_bz2_cutter *cutter, lk_bz2_segment *segment) {
  size_t end;
  assert(!cutter->is_done);
  LK_TRY(find_end(cutter, &end));
  segment->bits = end - cutter->begin;
  segment->phase = cutter->begin % 8;
  segment->at = lk_bz2_cutter_at(cutter);
  segment->is_last = end == 8 * cutter->size;
  lk_bits_copy(lk_bz2_bits(segment), 0, cutter->bytes, cutter->begin, segment->bits);
  cutter->is_done = segment->is_last;
  cutter->begin = end;
  return LK_OK;
}

void lk_bz2_cutter_close(lk_bz2_cutter *cutter) {
  free(cutter->bytes);
  cutter->bytes = NULL;
}

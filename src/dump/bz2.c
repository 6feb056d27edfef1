#include "dump/bz2.h"
#include <assert.h>
#include <string.h>

/* A mark inside of a block by chance is met once in 30 TB. */
enum { MOST_MERGES = 3 };

lk_status lk_bz2_open(lk_bz2 *bz2, lk_raw *raw, int threads) {
  memset(bz2, 0, sizeof *bz2);
  bz2->raw = raw;
  bz2->is_within = raw->first > 0;
  LK_TRY(lk_bz2_pool_open(&bz2->pool, raw, threads));
  bz2->owned = bz2->pool.cutter.is_done ? 0 : UINT64_MAX;
  return LK_OK;
}

static lk_status refuse(const lk_bz2 *bz2, uint64_t at, const char *why) {
  return lk_fail(LK_BAD_DATA,
                 "%s: the bz2 data is damaged at byte %llu: %s; fetch it again",
                 bz2->raw->in.name, (unsigned long long)at, why);
}

static lk_status refuse_cut(const lk_bz2 *bz2, const char *where) {
  return lk_fail(LK_BAD_DATA,
                 "%s: is cut short: it ends %s of its bz2 data; fetch it again",
                 bz2->raw->in.name, where);
}

static lk_status accept_block(lk_bz2 *bz2) {
  uint64_t at = bz2->slot->segment.at;
  int was_last = bz2->slot->segment.is_last;
  for (int i = 0; i < MOST_MERGES && bz2->slot->result == LK_BZ2_DAMAGED; i++)
    if (!bz2->slot->segment.is_last) LK_TRY(lk_bz2_pool_merge(&bz2->pool, &bz2->slot));
  if (bz2->slot->result == LK_BZ2_NO_MEMORY)
    return lk_fail(LK_INTERNAL, "%s: out of memory for a block of bz2; use fewer threads",
                   bz2->raw->in.name);
  if (was_last) return refuse_cut(bz2, "within a block");
  if (bz2->slot->result == LK_BZ2_DAMAGED)
    return refuse(bz2, at, "a block's bytes or its checksum are wrong");
  if (bz2->slot->segment.is_last) return refuse_cut(bz2, "behind a block");
  if (at >= bz2->raw->end && bz2->owned == UINT64_MAX) bz2->owned = bz2->made;
  bz2->made += bz2->slot->output.size;
  bz2->checksum =
      (bz2->checksum << 1 | bz2->checksum >> 31) ^ lk_bz2_checksum(&bz2->slot->segment);
  return LK_OK;
}

/* How many of the bytes are those of another stream's head, up to its four, whose level
 * says nothing that is needed. */
static size_t match_head(const lk_bz2_segment *segment, size_t at) {
  static const char least[] = {'B', 'Z', 'h', '1'}, most[] = {'B', 'Z', 'h', '9'};
  size_t i = 0;
  for (; i < LK_BZ2_HEAD && at + 8 <= segment->bits; i++, at += 8) {
    char byte = (char)lk_bits_get(lk_bz2_bits(segment), at, 8);
    if (byte < least[i] || byte > most[i]) return i;
  }
  return i;
}

/* The end of a stream: its checksum, up to a whole byte; then nothing or another head. */
static lk_status accept_end(lk_bz2 *bz2) {
  const lk_bz2_segment *end = &bz2->slot->segment;
  size_t known = LK_MARK_BITS + LK_CRC_BITS;
  if (end->bits < known) return refuse_cut(bz2, "within the checksum of a stream");
  uint64_t checksum = lk_bits_get(lk_bz2_bits(end), LK_MARK_BITS, LK_CRC_BITS);
  if (checksum != bz2->checksum && !bz2->is_within)
    return refuse(bz2, end->at, "the checksum of a stream is another");
  known += (8 - (end->phase + known) % 8) % 8;
  bz2->checksum = 0;
  bz2->is_within = 0;
  if (end->bits == known && end->is_last) return LK_OK;
  size_t head = match_head(end, known), rest = end->bits - known;
  int is_fine = head == LK_BZ2_HEAD && (end->is_last || rest == 8 * LK_BZ2_HEAD);
  if (!is_fine && !(end->is_last && rest == 8 * head))
    return refuse(bz2, end->at, "what follows a stream is no bz2");
  return end->is_last ? refuse_cut(bz2, "within the head of a stream") : LK_OK;
}

static lk_status take_next(lk_bz2 *bz2) {
  bz2->given = 0;
  LK_TRY(lk_bz2_pool_first(&bz2->pool, &bz2->slot));
  bz2->is_done = !bz2->slot;
  if (bz2->is_done) return LK_OK;
  return lk_bz2_is_block(&bz2->slot->segment) ? accept_block(bz2) : accept_end(bz2);
}

static size_t give(lk_bz2 *bz2, char *bytes, size_t room) {
  const lk_bz2_output *output = &bz2->slot->output;
  assert(bz2->given <= output->size);
  size_t size = output->size - bz2->given;
  if (size > room) size = room;
  if (size) memcpy(bytes, output->bytes + bz2->given, size);
  bz2->given += size;
  if (bz2->given < output->size) return size;
  lk_bz2_pool_drop(&bz2->pool);
  bz2->slot = NULL;
  return size;
}

lk_status lk_bz2_read(lk_bz2 *bz2, char *bytes, size_t room, size_t *got) {
  for (*got = 0; *got < room;) {
    if (!bz2->slot) LK_TRY(take_next(bz2));
    if (bz2->is_done) return LK_OK;
    *got += give(bz2, bytes + *got, room - *got);
  }
  return LK_OK;
}

void lk_bz2_close(lk_bz2 *bz2) {
  lk_bz2_pool_close(&bz2->pool);
}

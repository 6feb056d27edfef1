/* The sites' changes in fewer bytes than floats have (key sync.wire). Each site's message
 * goes to all others as it is: what it has rounded off it knows alone, and keeps. */
#include "base/chunks.h"
#include "lockstep/memory.h"
#include "lockstep/profile.h"
#include "train/sites.h"
#include <assert.h>
#include <limits.h>
#include <string.h>

/* This rank's elements. */
typedef struct {
  size_t first, count;
  size_t words; /* of a site's message of them */
} own_part;

static own_part part_of(const lk_sites *s) {
  int place = lk_world_rank(s->site);
  own_part p = {(size_t)s->firsts[place], (size_t)s->counts[place], 0};
  p.words = lk_wire_words(s->wire, p.count);
  return p;
}

static lk_status make_messages(lk_sites *s) {
  int ranks = lk_world_size(s->across);
  size_t words = part_of(s).words, all = words * (size_t)s->count;
  if (all > INT_MAX)
    return lk_fail(LK_USAGE,
                   "sync.wire: the messages of %d groups are too long; start "
                   "more ranks a group, or set sync.wire=fp32",
                   s->count);
  LK_TRY(LK_NEW(s->messages, all));
  LK_TRY(LK_NEW(s->message_firsts, (size_t)ranks));
  return LK_NEW(s->message_counts, (size_t)ranks);
}

lk_status lk_sites_make_narrow(lk_sites *s) {
  size_t threads = (size_t)lk_kernels_threads();
  LK_TRY(LK_NEW(s->blocks, threads * (size_t)s->count * LK_WIRE_BLOCK));
  return make_messages(s);
}

static size_t block_at(size_t at, size_t count) {
  return count - at < LK_WIRE_BLOCK ? count - at : LK_WIRE_BLOCK;
}

_Static_assert(LK_GRAIN % LK_WIRE_BLOCK == 0, "a block is one thread's");

static void pack_chunk(const lk_trainer *t, own_part p, lk_chunk chunk) {
  const lk_sites *s = t->sites;
  const size_t end = chunk.first + chunk.count;
  uint32_t others[LK_WIRE_MOST];
  uint32_t *mine = s->messages + p.words * (size_t)(s->own + s->turn);
  float change[LK_WIRE_BLOCK];
  for (size_t at = chunk.first, size; at < end; at += size) {
    int is_own = p.first <= at && at < p.first + p.count;
    size = block_at(at, end);
    for (size_t i = 0; i < size; i++)
      change[i] = s->start[at + i] - t->values[at + i];
    lk_wire_pack(s->wire, change, s->kept[s->turn].left + at, size,
                 is_own ? mine + lk_wire_words(s->wire, at - p.first) : others);
  }
}

/* All of the site's change, of which this rank sends its part: all of its ranks remember
 * what is left out. */
void lk_sites_pack(const lk_trainer *t) {
  const own_part p = part_of(t->sites);
  const size_t count = t->table->count;
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++)
    pack_chunk(t, p, lk_chunk_of(i, chunks, count, LK_GRAIN));
}

static void unpack_chunk(const lk_sites *s, own_part p, lk_chunk chunk, float *blocks,
                         float *mean) {
  const float share = 1 / (float)s->count;
  const size_t end = chunk.first + chunk.count;
  for (size_t at = chunk.first, size; at < end; at += size) {
    size = block_at(at, end);
    for (int site = 0; site < s->count; site++)
      lk_wire_unpack(s->wire,
                     s->messages + p.words * (size_t)site + lk_wire_words(s->wire, at),
                     size, blocks + LK_WIRE_BLOCK * site);
    lk_wire_add(blocks, s->count, size);
    for (size_t i = 0; i < size; i++)
      mean[p.first + at + i] = share * blocks[i];
  }
}

static void unpack(const lk_sites *s, float *mean) {
  const own_part p = part_of(s);
  const int chunks = lk_chunks(p.count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++)
    unpack_chunk(s, p, lk_chunk_of(i, chunks, p.count, LK_GRAIN),
                 s->blocks + (size_t)(i * s->count) * LK_WIRE_BLOCK, mean);
}

/* All ranks: words first … first + count-1 of every rank's messages. */
static lk_status share_words(const lk_sites *s, size_t own, size_t first, size_t count) {
  for (int rank = 0; rank < lk_world_size(s->across); rank++) {
    s->message_counts[rank] = (int)count;
    s->message_firsts[rank] = (int)(own * (size_t)rank + first);
  }
  return lk_world_share_parts(s->across, (float *)s->messages, s->message_counts,
                              s->message_firsts);
}

/* Not all at once: who waits for long without any call of MPI that ends is taken for stuck.
 */
enum { PIECE = 1 << 22 };

static lk_status share_messages(const lk_sites *s) {
  size_t own = part_of(s).words * (size_t)s->here;
  for (size_t first = 0, count; first < own; first += count) {
    count = own - first < PIECE ? own - first : PIECE;
    LK_TRY(share_words(s, own, first, count));
  }
  return LK_OK;
}

lk_status lk_sites_average_narrow(const lk_sites *s, float *mean) {
  lk_profile_switch(LK_PART_COMMUNICATION);
  LK_TRY(share_messages(s));
  lk_profile_switch(LK_PART_REST);
  unpack(s, mean);
  return LK_OK;
}

/* A file that ends with the hashes of its pieces, level upon level. */
#include "store/sealed.h"
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { HASH = 8, HASHES = LK_SEALED_PIECE / HASH }; /* bytes of one, in a piece */

/* Pieces in memory while little of the file is read: some of every level. */
enum { KEPT = 16 };

/* Where the levels are; stores the number of the highest, or returns 0 where they end too
 * far out. */
static int lay_out(lk_sealed_level levels[LK_SEALED_LEVELS], uint64_t from,
                   uint64_t covered, int *top) {
  levels[0] = (lk_sealed_level){from, covered};
  *top = 0;
  while (levels[*top].size > LK_SEALED_PIECE) {
    const lk_sealed_level *below = &levels[(*top)++];
    assert(*top < LK_SEALED_LEVELS);
    levels[*top].at = below->at + below->size;
    levels[*top].size =
        (below->size / LK_SEALED_PIECE + (below->size % LK_SEALED_PIECE != 0)) * HASH;
  }
  return covered <= INT64_MAX / 2 && from <= INT64_MAX / 2;
}

uint64_t lk_sealed_whole(uint64_t from, uint64_t covered) {
  lk_sealed_level levels[LK_SEALED_LEVELS];
  int top;
  return lay_out(levels, from, covered, &top) ? levels[top].at + levels[top].size : 0;
}

lk_status lk_sealed_trust(lk_sealed *source, uint64_t from, uint64_t covered,
                          const lk_hash *root) {
  assert(lk_sealed_whole(from, covered) == source->size && !source->seals);
  lay_out(source->levels, from, covered, &source->top);
  source->root = *root;
  return lk_sealed_keep(source, KEPT, KEPT);
}

lk_status lk_sealed_expect(lk_sealed *source, int level, uint64_t piece, uint64_t *hash) {
  const char *bytes;
  size_t size;
  assert(level < source->top);
  LK_TRY(lk_sealed_hold(source, level + 1, piece / HASHES, &bytes, &size));
  const unsigned char *at = (const unsigned char *)bytes + piece % HASHES * HASH;
  *hash = 0;
  for (int i = HASH - 1; i >= 0; i--)
    *hash = *hash << 8 | at[i];
  return LK_OK;
}

static lk_status write_bytes(const lk_sealed *source, uint64_t at, const char *bytes,
                             size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t part =
        pwrite(source->descriptor, bytes + done, size - done, (off_t)(at + done));
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0)
      return lk_fail(LK_IO, "%s: cannot write: %s", source->path,
                     strerror(part ? errno : ENOSPC));
    done += (size_t)part;
  }
  return LK_OK;
}

/* The hashes of a level are the one above it. */
static lk_status write_hashes(lk_sealed *source, int level) {
  uint64_t pieces = lk_sealed_pieces(source, level), at = source->levels[level + 1].at;
  char batch[LK_SEALED_PIECE];
  for (uint64_t piece = 0; piece < pieces; piece++) {
    const char *bytes;
    size_t size, used = piece % HASHES * HASH;
    LK_TRY(lk_sealed_hold(source, level, piece, &bytes, &size));
    uint64_t hash = lk_hash_short(bytes, size);
    for (int i = 0; i < HASH; i++)
      batch[used + (size_t)i] = (char)(hash >> 8 * i);
    if (used + HASH < sizeof batch && piece + 1 < pieces) continue;
    LK_TRY(write_bytes(source, at, batch, used + HASH));
    at += used + HASH;
  }
  return LK_OK;
}

lk_status lk_sealed_write(lk_sealed *source, uint64_t from, lk_hash *root) {
  const char *bytes;
  size_t size;
  int top;
  assert(from < source->size && source->top < 0 && !source->seals);
  if (!lay_out(source->levels, from, source->size - from, &top))
    return lk_fail(LK_IO, "%s: cannot write: it is too long", source->path);
  for (int level = 0; level < top; level++)
    LK_TRY(write_hashes(source, level));
  LK_TRY(lk_sealed_hold(source, top, 0, &bytes, &size));
  *root = lk_hash_bytes(bytes, size);
  return LK_OK;
}

#define _GNU_SOURCE /* memfd_create */
#include "store/sealed.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const uint64_t none = UINT64_MAX;

enum { WAYS = 4 }; /* slots that a piece may have */

static lk_status refuse(const char *path, const char *reason) {
  return lk_fail(LK_NO_INPUT, "%s: cannot open: %s", path, reason);
}

static lk_status check_kind(const char *path, const struct stat *facts) {
  if (S_ISREG(facts->st_mode)) return LK_OK;
  return lk_fail(LK_NO_INPUT, "%s: %s, a file is needed", path,
                 S_ISDIR(facts->st_mode) ? "is a folder" : "is not a regular file");
}

/* The kind is looked at before and after: what a name stands for may change. */
static lk_status open_file(lk_sealed *source) {
  struct stat facts;
  if (stat(source->path, &facts)) return refuse(source->path, strerror(errno));
  LK_TRY(check_kind(source->path, &facts));
  source->descriptor = open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (source->descriptor < 0 || fstat(source->descriptor, &facts))
    return refuse(source->path, strerror(errno));
  source->size = (uint64_t)facts.st_size;
  source->opened = facts;
  return check_kind(source->path, &facts);
}

static lk_status keep(lk_sealed *source, const char *bytes, size_t size) {
  source->size = size;
  source->descriptor = memfd_create("lockstep", MFD_CLOEXEC);
  if (source->descriptor < 0) return refuse(source->path, strerror(errno));
  for (size_t done = 0; done < size;) {
    ssize_t part = write(source->descriptor, bytes + done, size - done);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return refuse(source->path, strerror(errno));
    done += (size_t)part;
  }
  return LK_OK;
}

static lk_status make_slots(lk_sealed *source, uint64_t slots, uint64_t of_places) {
  uint64_t all = slots + of_places;
  lk_free(source->pieces);
  lk_free(source->held);
  source->pieces = NULL;
  source->held = NULL;
  source->slots = slots;
  source->place_slots = of_places;
  LK_TRY(lk_allocate((void **)&source->pieces, all, LK_SEALED_PIECE, source->path));
  LK_TRY(LK_NEW(source->held, all));
  for (uint64_t i = 0; i < all; i++)
    source->held[i] = none;
  return LK_OK;
}

static lk_status begin(lk_sealed *source, lk_status status) {
  source->top = -1;
  source->levels[0] = (lk_sealed_level){0, source->size};
  if (status == LK_OK) status = make_slots(source, 1, 0);
  if (status != LK_OK) lk_sealed_close(source);
  return status;
}

lk_status lk_sealed_open(lk_sealed *source, const char *path) {
  *source = (lk_sealed){.path = path, .descriptor = -1};
  return begin(source, open_file(source));
}

lk_status lk_sealed_open_pipe(lk_sealed *source, const char *path) {
  char *bytes;
  size_t size;
  *source = (lk_sealed){.path = lk_file_name(path), .descriptor = -1};
  LK_TRY(lk_file_read(path, &bytes, &size));
  lk_status status = keep(source, bytes, size);
  lk_free(bytes);
  return begin(source, status);
}

lk_status lk_sealed_open_again(lk_sealed *source, const char *path, int descriptor) {
  struct stat facts;
  *source = (lk_sealed){.path = path, .descriptor = -1};
  source->descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (source->descriptor < 0 || fstat(source->descriptor, &facts))
    return begin(source, refuse(path, strerror(errno)));
  source->size = (uint64_t)facts.st_size;
  return begin(source, LK_OK);
}

void lk_sealed_close(lk_sealed *source) {
  if (source->descriptor >= 0) close(source->descriptor);
  source->descriptor = -1;
  lk_free(source->pieces);
  lk_free(source->held);
  lk_free(source->seals);
  source->pieces = NULL;
  source->held = NULL;
  source->seals = NULL;
}

lk_status lk_sealed_verdict(const lk_sealed *source, lk_status status) {
  return *source->fault ? lk_fail(source->status, "%s: %s", source->path, source->fault)
                        : status;
}

/* The first fault is the one that counts. */
static lk_status fail(lk_sealed *source, const char *what, const char *reason) {
  assert(*what);
  if (!*source->fault) {
    snprintf(source->fault, sizeof source->fault, "%s%s", what, reason);
    source->status = LK_NO_INPUT;
  }
  return lk_sealed_verdict(source, LK_NO_INPUT);
}

static int is_as_it_was(const lk_sealed *source) {
  struct stat now;
  const struct stat *then = &source->opened;
  return !fstat(source->descriptor, &now) && now.st_size == then->st_size &&
         now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
         now.st_mtim.tv_nsec == then->st_mtim.tv_nsec &&
         now.st_ctim.tv_sec == then->st_ctim.tv_sec &&
         now.st_ctim.tv_nsec == then->st_ctim.tv_nsec;
}

/* Of a piece that does not have the hash that it must have. */
static lk_status refuse_piece(lk_sealed *source, uint64_t at, size_t size) {
  if (source->seals || !is_as_it_was(source))
    return fail(source, "changed while it was read",
                "; start again when nothing writes to it");
  if (*source->fault) return lk_sealed_verdict(source, source->status);
  source->status = LK_BAD_DATA;
  snprintf(source->fault, sizeof source->fault,
           "damaged (bytes %" PRIu64 " to %" PRIu64
           " do not match their checksum%s%s); copy or make it again",
           at, at + size - 1, source->part ? ", met while reading " : "",
           source->part ? source->part : "");
  return lk_sealed_verdict(source, LK_BAD_DATA);
}

uint64_t lk_sealed_end(const lk_sealed *source) {
  return source->levels[0].at + source->levels[0].size;
}

uint64_t lk_sealed_pieces(const lk_sealed *source, int level) {
  uint64_t size = source->levels[level].size;
  return size / LK_SEALED_PIECE + (size % LK_SEALED_PIECE != 0);
}

static size_t size_of(const lk_sealed *source, int level, uint64_t piece) {
  assert(piece < lk_sealed_pieces(source, level));
  uint64_t rest = source->levels[level].size - piece * LK_SEALED_PIECE;
  return rest < LK_SEALED_PIECE ? (size_t)rest : LK_SEALED_PIECE;
}

/* The slots that a piece may have, by where it begins: `ways` of them from *first on. */
static uint64_t slots_of(const lk_sealed *source, int level, uint64_t at, uint64_t *first) {
  int tells_places = (level > 0 || source->tells_places) && source->place_slots > 0;
  uint64_t slots = tells_places ? source->place_slots : source->slots;
  uint64_t ways = slots < WAYS ? slots : WAYS;
  assert(ways > 0);
  *first =
      (tells_places ? source->slots : 0) + at / LK_SEALED_PIECE % (slots / ways) * ways;
  return ways;
}

/* The one that has it, or `none`. */
static uint64_t find_slot(const lk_sealed *source, int level, uint64_t at) {
  uint64_t first, ways = slots_of(source, level, at, &first);
  for (uint64_t slot = first; slot < first + ways; slot++)
    if (source->held[slot] == at) return slot;
  return none;
}

/* The one that it takes, each in turn. */
static uint64_t take_slot(lk_sealed *source, int level, uint64_t at) {
  uint64_t first, ways = slots_of(source, level, at, &first);
  return first + source->turn++ % ways;
}

static char *bytes_of(const lk_sealed *source, uint64_t slot) {
  return source->pieces + slot * LK_SEALED_PIECE;
}

static lk_status load(lk_sealed *source, uint64_t slot, uint64_t at, size_t size) {
  char *bytes = bytes_of(source, slot);
  source->held[slot] = none;
  for (size_t done = 0; done < size;) {
    ssize_t part = pread(source->descriptor, bytes + done, size - done, (off_t)(at + done));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return fail(source, "cannot read: ", strerror(errno));
    if (part == 0)
      return fail(source, "became shorter while it was read",
                  "; start again when nothing writes to it");
    done += (size_t)part;
  }
  source->held[slot] = at;
  return LK_OK;
}

/* Loads a piece into *slot and compares it. The hash that it must have comes first: reading
 * that may take the slot. */
static lk_status load_as_sealed(lk_sealed *source, int level, uint64_t piece, size_t size,
                                uint64_t *slot) {
  uint64_t hash = 0, at = source->levels[level].at + piece * LK_SEALED_PIECE;
  if (source->seals) hash = source->seals[piece];
  if (level < source->top) LK_TRY(lk_sealed_expect(source, level, piece, &hash));
  *slot = take_slot(source, level, at);
  LK_TRY(load(source, *slot, at, size));
  if (source->top < 0 && !source->seals) return LK_OK;
  const char *bytes = bytes_of(source, *slot);
  if (level == source->top ? !strcmp(lk_hash_bytes(bytes, size).hex, source->root.hex)
                           : lk_hash_short(bytes, size) == hash)
    return LK_OK;
  source->held[*slot] = none;
  return refuse_piece(source, at, size);
}

lk_status lk_sealed_hold(lk_sealed *source, int level, uint64_t piece, const char **bytes,
                         size_t *size) {
  uint64_t at = source->levels[level].at + piece * LK_SEALED_PIECE;
  uint64_t slot = find_slot(source, level, at);
  *size = size_of(source, level, piece);
  if (slot == none) LK_TRY(load_as_sealed(source, level, piece, *size, &slot));
  *bytes = bytes_of(source, slot);
  return LK_OK;
}

static lk_status pass_over(lk_sealed *source, uint64_t from, uint64_t *seals,
                           lk_hasher *hasher, lk_progress *progress) {
  for (uint64_t piece = 0; piece < lk_sealed_pieces(source, 0); piece++) {
    uint64_t start = piece * LK_SEALED_PIECE, skip = from > start ? from - start : 0;
    uint64_t slot = find_slot(source, 0, start);
    const char *bytes;
    size_t size;
    if (slot != none) source->held[slot] = none; /* as it is now */
    LK_TRY(lk_sealed_hold(source, 0, piece, &bytes, &size));
    seals[piece] = lk_hash_short(bytes, size);
    if (skip < size) lk_hasher_add(hasher, bytes + skip, size - (size_t)skip);
    lk_progress_show(progress, start + size);
  }
  return LK_OK;
}

lk_status lk_sealed_seal(lk_sealed *source, uint64_t from, lk_hash *hash) {
  uint64_t *seals = NULL;
  lk_hasher *hasher = NULL;
  lk_progress progress;
  assert(from <= source->size && !source->seals && source->top < 0);
  LK_TRY(LK_NEW(seals, lk_sealed_pieces(source, 0) + 1));
  lk_status status = lk_hasher_create(&hasher);
  lk_progress_begin(&progress, NULL, source->size, "hashing %s",
                    lk_file_name(source->path));
  if (status == LK_OK) status = pass_over(source, from, seals, hasher, &progress);
  lk_progress_end(&progress);
  if (status == LK_OK) *hash = lk_hasher_value(hasher);
  lk_hasher_free(hasher);
  source->seals = seals;
  return status;
}

lk_status lk_sealed_read(lk_sealed *source, uint64_t at, uint64_t count, void *to) {
  char *out = to;
  assert(at >= source->levels[0].at && at <= lk_sealed_end(source));
  assert(count <= lk_sealed_end(source) - at);
  for (at -= source->levels[0].at; count > 0;) {
    uint64_t offset = at % LK_SEALED_PIECE, part;
    const char *bytes;
    size_t size;
    LK_TRY(lk_sealed_hold(source, 0, at / LK_SEALED_PIECE, &bytes, &size));
    part = size - offset < count ? size - offset : count;
    memcpy(out, bytes + offset, (size_t)part);
    out += part;
    at += part;
    count -= part;
  }
  return LK_OK;
}

void lk_sealed_ahead(lk_sealed *source, uint64_t at, uint64_t count) {
  uint64_t start = source->levels[0].at;
  if (at < start || count == 0 || count > lk_sealed_end(source) - start ||
      at > lk_sealed_end(source) - count)
    return;
  uint64_t first = (at - start) / LK_SEALED_PIECE,
           end = (at + count - start - 1) / LK_SEALED_PIECE;
  for (uint64_t piece = first; piece <= end; piece++) {
    uint64_t begin = start + piece * LK_SEALED_PIECE;
    if (find_slot(source, 0, begin) == none)
      posix_fadvise(source->descriptor, (off_t)begin, LK_SEALED_PIECE, POSIX_FADV_WILLNEED);
  }
}

/* No more than there are; whole sets of ways. */
static uint64_t at_most(const lk_sealed *source, uint64_t pieces) {
  uint64_t there = source->size / LK_SEALED_PIECE + WAYS;
  return (there < pieces ? there : pieces) / WAYS * WAYS;
}

lk_status lk_sealed_keep(lk_sealed *source, uint64_t pieces, uint64_t of_places) {
  return make_slots(source, at_most(source, pieces), at_most(source, of_places));
}

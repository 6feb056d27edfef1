#define _GNU_SOURCE /* memfd_create */
#include "store/sealed.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

static const uint64_t none = UINT64_MAX;

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

static lk_status make_slots(lk_sealed *source, uint64_t slots) {
  lk_free(source->pieces);
  lk_free(source->held);
  source->pieces = NULL;
  source->held = NULL;
  source->slots = slots;
  LK_TRY(lk_allocate((void **)&source->pieces, slots, PIECE, source->path));
  LK_TRY(LK_NEW(source->held, slots));
  for (uint64_t i = 0; i < slots; i++)
    source->held[i] = none;
  return LK_OK;
}

static lk_status begin(lk_sealed *source, lk_status status) {
  if (status == LK_OK) status = make_slots(source, 1);
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
  return *source->fault ? lk_fail(LK_NO_INPUT, "%s: %s", source->path, source->fault)
                        : status;
}

/* The first fault is the one that counts. */
static lk_status fail(lk_sealed *source, const char *what, const char *reason) {
  assert(*what);
  if (!*source->fault) snprintf(source->fault, sizeof source->fault, "%s%s", what, reason);
  return lk_sealed_verdict(source, LK_NO_INPUT);
}

static uint64_t pieces_of(const lk_sealed *source) {
  return source->size / PIECE + (source->size % PIECE != 0);
}

static size_t size_of(const lk_sealed *source, uint64_t piece) {
  assert(piece < pieces_of(source));
  uint64_t rest = source->size - piece * PIECE;
  return rest < PIECE ? (size_t)rest : PIECE;
}

/* Where a piece is kept, in the one slot that it may have. */
static char *room_of(const lk_sealed *source, uint64_t piece) {
  assert(piece < pieces_of(source) && source->slots > 0);
  return source->pieces + piece % source->slots * PIECE;
}

static lk_status load(lk_sealed *source, uint64_t piece) {
  size_t size = size_of(source, piece);
  source->held[piece % source->slots] = none;
  for (size_t done = 0; done < size;) {
    ssize_t part = pread(source->descriptor, room_of(source, piece) + done, size - done,
                         (off_t)(piece * PIECE + done));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return fail(source, "cannot read: ", strerror(errno));
    if (part == 0)
      return fail(source, "became shorter while it was read",
                  "; start again when nothing writes to it");
    done += (size_t)part;
  }
  source->held[piece % source->slots] = piece;
  return LK_OK;
}

/* The piece as it was sealed. */
static lk_status hold(lk_sealed *source, uint64_t piece) {
  if (source->held[piece % source->slots] == piece) return LK_OK;
  LK_TRY(load(source, piece));
  if (!source->seals ||
      lk_hash_short(room_of(source, piece), size_of(source, piece)) == source->seals[piece])
    return LK_OK;
  source->held[piece % source->slots] = none;
  return fail(source, "changed while it was read",
              "; start again when nothing writes to it");
}

static lk_status pass_over(lk_sealed *source, uint64_t from, uint64_t *seals,
                           lk_hasher *hasher) {
  for (uint64_t piece = 0; piece < pieces_of(source); piece++) {
    uint64_t start = piece * PIECE, skip = from > start ? from - start : 0;
    const char *bytes = room_of(source, piece);
    size_t size = size_of(source, piece);
    LK_TRY(load(source, piece));
    seals[piece] = lk_hash_short(bytes, size);
    if (skip < size) lk_hasher_add(hasher, bytes + skip, size - (size_t)skip);
  }
  return LK_OK;
}

lk_status lk_sealed_seal(lk_sealed *source, uint64_t from, lk_hash *hash) {
  uint64_t *seals = NULL;
  lk_hasher *hasher = NULL;
  assert(from <= source->size && !source->seals);
  LK_TRY(LK_NEW(seals, pieces_of(source) + 1));
  lk_status status = lk_hasher_create(&hasher);
  if (status == LK_OK) status = pass_over(source, from, seals, hasher);
  if (status == LK_OK) *hash = lk_hasher_value(hasher);
  lk_hasher_free(hasher);
  source->seals = seals;
  return status;
}

lk_status lk_sealed_read(lk_sealed *source, uint64_t at, uint64_t count, void *to) {
  char *out = to;
  assert(at <= source->size && count <= source->size - at);
  while (count > 0) {
    uint64_t piece = at / PIECE, offset = at % PIECE;
    uint64_t part = size_of(source, piece) - offset;
    if (part > count) part = count;
    LK_TRY(hold(source, piece));
    memcpy(out, room_of(source, piece) + offset, (size_t)part);
    out += part;
    at += part;
    count -= part;
  }
  return LK_OK;
}

lk_status lk_sealed_keep(lk_sealed *source, uint64_t pieces) {
  uint64_t there = pieces_of(source);
  return make_slots(source, there < pieces ? there : pieces);
}

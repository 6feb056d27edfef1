#include "train/errand.h"
#include "lockstep/memory.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 4 << 20 }; /* bytes that go at a time */

/* What the file's rank tells the other one. */
typedef struct {
  uint64_t size, best;
} head;

/* On the way. */
typedef struct {
  lk_world *world;
  const lk_errand *errand;
  int reads, writes; /* this rank does */
  int file;          /* its descriptor; -1: none */
  head head;
  char *piece; /* (PIECE), owned */
  lk_run_arrival arrival;
} way;

static lk_status open_ends(way *w) {
  const lk_errand *e = w->errand;
  if (w->reads) {
    LK_TRY(lk_run_open_file(e->source, e->step, &w->file, &w->head.size));
    w->head.best = lk_run_best(e->source);
  }
  if (w->writes) LK_TRY(lk_run_begin_arrival(e->target, e->step, &w->arrival));
  return w->reads || w->writes ? LK_NEW(w->piece, PIECE) : LK_OK;
}

static lk_status read_piece(const way *w, uint64_t first, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t part = pread(w->file, w->piece + done, size - done, (off_t)(first + done));
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0)
      return lk_fail(LK_NO_INPUT, "the checkpoint of step %llu: cannot be read again: %s",
                     (unsigned long long)w->errand->step,
                     part ? strerror(errno) : "it was cut off");
    done += (size_t)part;
  }
  return LK_OK;
}

static lk_status hand(const way *w, void *bytes, size_t size) {
  return lk_world_hand(w->world, w->errand->from, w->errand->to, bytes, size);
}

/* All bytes go, whatever becomes of them, so that nobody waits for more. *status is this
 * rank's own outcome. */
static lk_status carry(way *w, lk_status *status) {
  for (uint64_t done = 0; done < w->head.size; done += PIECE) {
    uint64_t left = w->head.size - done;
    size_t size = left < PIECE ? (size_t)left : PIECE;
    if (w->reads && *status == LK_OK) *status = read_piece(w, done, size);
    LK_TRY(hand(w, w->piece, size));
    if (w->writes && *status == LK_OK)
      *status = lk_draft_add(&w->arrival.draft, w->piece, size);
  }
  return LK_OK;
}

/* The two ranks. What could not be read has been the other's to say. */
static lk_status deliver(way *w) {
  lk_status status = LK_OK;
  LK_TRY(hand(w, &w->head, sizeof w->head));
  LK_TRY(carry(w, &status));
  int was_read = !w->reads || status == LK_OK;
  LK_TRY(hand(w, &was_read, sizeof was_read));
  if (w->writes && status == LK_OK && was_read)
    status = lk_run_end_arrival(w->errand->target, &w->arrival, w->head.best);
  return status;
}

static void close_ends(way *w) {
  if (w->file >= 0) close(w->file);
  lk_draft_discard(&w->arrival.draft);
  lk_free(w->piece);
}

lk_status lk_errand_run(lk_world *world, const lk_errand *errand) {
  int rank = lk_world_rank(world);
  way w = {.world = world,
           .errand = errand,
           .reads = rank == errand->from,
           .writes = rank == errand->to,
           .file = -1};
  w.arrival.draft.descriptor = -1;
  lk_status status = lk_world_agree(world, open_ends(&w));
  if (status == LK_OK)
    status = lk_world_agree(world, w.reads || w.writes ? deliver(&w) : LK_OK);
  close_ends(&w);
  return status;
}

/* Rank 0 says what comes next, and all take part in it, until it says that nothing does: so
 * it may stop anywhere, where its disk is full. */
#include "train/dealt.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

enum { PIECE = 1 << 18 }; /* numbers that go from rank to rank at a time */

/* Numbers first … first + count-1 of a group; count 0: the end. */
typedef struct {
  uint64_t group, first, count;
} request;

/* All ranks: from the first rank of the site to rank 0, and to no other. */
static lk_status fetch(const lk_dealt *d, const request *asked, float *piece) {
  int from = lk_group_site((lk_group)asked->group) / d->here * d->ranks;
  int rank = lk_world_rank(d->world);
  if (rank == from)
    lk_holding_read(d->holding, d->held[asked->group], asked->first, asked->count, piece);
  if (from == 0 || (rank != 0 && rank != from)) return LK_OK;
  return lk_world_hand(d->world, from, 0, piece, asked->count * sizeof *piece);
}

/* All ranks: what is asked for, in rank 0's `piece`; without sites in that of all. */
static lk_status collect(const lk_dealt *d, const request *asked, float *piece) {
  assert(asked->group < LK_GROUPS * LK_MOST_SITES && asked->count <= PIECE);
  if (d->sites) return fetch(d, asked, piece);
  lk_holding_read(d->holding, d->held[asked->group], asked->first, asked->count, piece);
  return lk_world_unite(d->world, piece, asked->count);
}

/* Rank 0. */
static lk_status ask(void *context, lk_group group, uint64_t first, uint64_t count,
                     float *to) {
  const lk_dealt *d = context;
  for (uint64_t done = 0; done < count; done += PIECE) {
    request next = {group, first + done, count - done < PIECE ? count - done : PIECE};
    LK_TRY(lk_world_broadcast(d->world, &next, sizeof next));
    LK_TRY(collect(d, &next, to + done));
  }
  return LK_OK;
}

/* The other ranks. */
static lk_status answer(const lk_dealt *d, float *piece) {
  for (request next;;) {
    LK_TRY(lk_world_broadcast(d->world, &next, sizeof next));
    if (next.count == 0) return LK_OK;
    LK_TRY(collect(d, &next, piece));
  }
}

static lk_status end(const lk_dealt *d) {
  request none = {0};
  return lk_world_broadcast(d->world, &none, sizeof none);
}

lk_status lk_dealt_save(const lk_dealt *dealt,
                        lk_status (*write)(void *context, lk_checkpoint_source source),
                        void *context) {
  float *piece = NULL;
  LK_TRY(lk_world_agree(dealt->world, LK_NEW(piece, PIECE)));
  lk_status status;
  if (lk_world_rank(dealt->world) == 0) {
    status = write(context, (lk_checkpoint_source){ask, (void *)dealt});
    lk_status ended = end(dealt);
    if (status == LK_OK) status = ended;
  } else
    status = answer(dealt, piece);
  lk_free(piece);
  return status;
}

lk_status lk_dealt_gather(const lk_dealt *dealt, lk_group group, uint64_t count,
                          float *to) {
  float *piece = NULL;
  LK_TRY(lk_world_agree(dealt->world, to ? LK_OK : LK_NEW(piece, PIECE)));
  lk_status status = LK_OK;
  for (uint64_t done = 0; done < count && status == LK_OK; done += PIECE) {
    const request next = {group, done, count - done < PIECE ? count - done : PIECE};
    status = collect(dealt, &next, to ? to + done : piece);
  }
  lk_free(piece);
  return status;
}

/* What rank 0 reads, and who gets it. */
typedef struct {
  const lk_dealt *dealt;
  lk_group group;
} load;

/* All ranks: numbers of rank 0, in `piece`. */
static lk_status spread(const load *l, const request *next, float *piece) {
  const lk_dealt *d = l->dealt;
  LK_TRY(lk_world_broadcast(d->world, piece, next->count * sizeof *piece));
  float *held = d->held[l->group];
  if (held) lk_holding_write(d->holding, held, next->first, next->count, piece);
  return LK_OK;
}

/* Rank 0. */
static lk_status hand_out(void *context, const lk_parameter *tensor, uint64_t first,
                          uint64_t count, const float *numbers) {
  const load *l = context;
  for (uint64_t done = 0; done < count; done += PIECE) {
    request next = {l->group, tensor->offset + first + done,
                    count - done < PIECE ? count - done : PIECE};
    LK_TRY(lk_world_broadcast(l->dealt->world, &next, sizeof next));
    LK_TRY(spread(l, &next, (float *)numbers + done)); /* which a root only reads */
  }
  return LK_OK;
}

/* The other ranks. */
static lk_status receive(const load *l, float *piece) {
  for (request next;;) {
    LK_TRY(lk_world_broadcast(l->dealt->world, &next, sizeof next));
    if (next.count == 0) return LK_OK;
    assert(next.group == l->group && next.count <= PIECE);
    LK_TRY(spread(l, &next, piece));
  }
}

lk_status lk_dealt_load(const lk_dealt *dealt, const lk_checkpoint *checkpoint,
                        lk_group group) {
  load l = {dealt, group};
  float *piece = NULL;
  LK_TRY(lk_world_agree(dealt->world, LK_NEW(piece, PIECE)));
  lk_status status;
  if (lk_world_rank(dealt->world) == 0) {
    status = lk_checkpoint_visit(checkpoint, group, hand_out, &l);
    lk_status ended = end(dealt);
    if (status == LK_OK) status = ended;
  } else
    status = receive(&l, piece);
  lk_free(piece);
  return lk_world_agree(dealt->world, status);
}

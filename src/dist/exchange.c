/* Reduce-scatter, then all-gather (Thakur, Rabenseifner and Gropp 2005), of one piece of
 * the array at a time and of several pieces at once, along the rank's route.
 *
 * Which of two ranks adds does not matter, since a + b and b + a are the same float.
 *
 * The pieces are cut the same way whenever they become ready, and start from the array's
 * end, on all ranks in the same order. So the lowest unfinished one is under way or can
 * start on each rank, and no rank waits for ever. */
#include "dist/exchange.h"
#include "dist/route.h"
#include "dist/sums.h"
#include "lockstep/memory.h"
#include "lockstep/types.h"
#include <assert.h>

enum {
  PIECE = 128 * 1024,      /* floats: half of them fit any second-level cache */
  MOST_PIECE = 16 * PIECE, /* where many ranks share one */
  GRAINS = 4,              /* of a piece for each rank, so that all have about as many */
  SLOTS = 32               /* pieces under way: enough for links of long delay */
};

/* A piece under way. */
typedef struct {
  int number;     /* of the piece, -1: the slot is free */
  int stage;      /* of its route */
  int unfinished; /* messages of the stage that are under way */
  float *landing; /* what has come and is not added yet */
  lk_bf16 *wire;  /* the stage's messages, one behind the other, where sums are rounded */
} slot;

struct lk_exchange {
  size_t count, stride, piece;
  int arrays;                    /* of this rank */
  int pieces, started, finished; /* piece 0 is the array's end */
  int phases;                    /* of the pieces under way */
  int economises;                /* gives back memory that it does not need */
  lk_route *last, *full;         /* of the piece at the array's end, and of the others */
  slot slots[SLOTS];
  int slots_used;
  int places;            /* messages a slot */
  lk_messages *messages; /* (slots_used, places) owned */
  float *landing;        /* owns the slots' */
  lk_bf16 *wire;         /* owns the slots'; NULL: sums are not rounded */
};

/* The route of the last piece, which is short, and of the others, where there are any. */
static lk_status make_routes(lk_exchange *x, lk_layout layout, int rank) {
  size_t rest = x->count ? (x->count - 1) % x->piece + 1 : 0;
  LK_TRY(lk_route_create(&x->last, layout, rank, rest));
  return lk_route_create(&x->full, layout, rank, x->pieces > 1 ? x->piece : rest);
}

static lk_status make_slots(lk_exchange *x, const lk_circle *circle) {
  size_t landing = lk_larger(x->full->landing, x->last->landing);
  x->places = x->full->messages > x->last->messages ? x->full->messages : x->last->messages;
  x->slots_used = (int)((size_t)SLOTS * PIECE / x->piece);
  for (int i = 0; i < x->slots_used; i++)
    x->slots[i].number = -1;
  if (x->places == 0) return LK_OK; /* alone */
  LK_TRY(LK_NEW(x->landing, (size_t)x->slots_used * landing));
  for (int i = 0; i < x->slots_used; i++)
    x->slots[i].landing = x->landing + (size_t)i * landing;
  return lk_messages_create(&x->messages, circle, x->slots_used * x->places);
}

lk_status lk_exchange_round(lk_exchange *exchange) {
  lk_exchange *x = exchange;
  size_t traffic = lk_larger(x->full->traffic, x->last->traffic);
  assert(!x->wire && x->started == 0);
  LK_TRY(LK_NEW(x->wire, (size_t)x->slots_used * traffic));
  for (int i = 0; i < x->slots_used; i++)
    x->slots[i].wire = x->wire + (size_t)i * traffic;
  return LK_OK;
}

static size_t pieces_of(size_t count, size_t piece) {
  return (count + piece - 1) / piece;
}

/* Messages of a piece, one after the other: up the tree, and down. */
static double stages_of(int ranks) {
  int levels = 0;
  while (1 << levels < ranks)
    levels++;
  return 2 * levels;
}

/* Seconds of a sum that depend on how large pieces are: what each message takes of a rank,
 * and the last piece, whose way nothing hides. As many bytes are under way with any, so
 * that their way's length makes no difference. */
static double cost_of(lk_layout layout, const lk_links *links, size_t count, size_t piece) {
  double messages = stages_of(layout.ranks) * (double)pieces_of(count, piece);
  return 2 * messages * links->gap + 2 * (double)(piece * sizeof(float)) * links->byte;
}

size_t lk_exchange_choose_piece(lk_layout layout, const lk_links *links, size_t count) {
  size_t least = PIECE, grain = lk_layout_grain(layout);
  assert(PIECE % grain == 0);
  while (least < MOST_PIECE && least < GRAINS * grain * (size_t)layout.ranks)
    least *= 2;
  size_t best = least;
  for (size_t piece = least; piece <= MOST_PIECE && piece < 2 * count; piece *= 2)
    if (cost_of(layout, links, count, piece) < cost_of(layout, links, count, best))
      best = piece;
  return best;
}

lk_status lk_exchange_create(lk_exchange **out, lk_layout layout, const lk_circle *circle,
                             int rank, size_t count, size_t stride, size_t piece) {
  lk_node whole[LK_MOST_WHOLE];
  lk_exchange *x = NULL;
  *out = NULL;
  assert(count <= stride);
  if (count / PIECE >= INT32_MAX)
    return lk_fail(LK_INTERNAL, "sums of %zu numbers are too many for messages", count);
  LK_TRY(LK_NEW(x, 1));
  x->count = count;
  x->stride = stride;
  x->arrays = lk_count_whole(layout, rank, whole);
  x->piece = piece;
  x->pieces = (int)pieces_of(count, piece);
  lk_status status = make_routes(x, layout, rank);
  if (status == LK_OK) status = make_slots(x, circle);
  if (status != LK_OK) {
    lk_exchange_free(x);
    return status;
  }
  *out = x;
  return LK_OK;
}

void lk_exchange_free(lk_exchange *exchange) {
  if (!exchange) return;
  lk_messages_free(exchange->messages);
  lk_route_free(exchange->last);
  lk_route_free(exchange->full);
  lk_free(exchange->landing);
  lk_free(exchange->wire);
  lk_free(exchange);
}

static const lk_route *route_of(const lk_exchange *x, int number) {
  return number == 0 ? x->last : x->full;
}

static size_t piece_start(const lk_exchange *x, int number) {
  return (size_t)(x->pieces - 1 - number) * x->piece;
}

/* The array's part for this piece, or the landing's for the move. */
static float *place_of(const lk_exchange *x, float *arrays, const slot *s,
                       const lk_move *move) {
  if (move->array == LK_LANDING) return s->landing + move->landing;
  return arrays + (size_t)move->array * x->stride + piece_start(x, s->number) +
         move->span.first;
}

/* Nonzero: messages are bf16. */
static int is_narrow(const lk_exchange *x) {
  return x->wire && x->phases & LK_SCATTER;
}

/* The stage's message behind `sent` floats of others. */
static lk_status start_message(lk_exchange *x, float *arrays, slot *s, const lk_move *move,
                               size_t sent) {
  int place = (int)(s - x->slots) * x->places + s->unfinished++;
  int tag = s->number % (LK_MOST_TAG + 1);
  size_t count = move->span.count, bytes = count * sizeof(float);
  float *numbers = place_of(x, arrays, s, move);
  void *at = numbers;
  assert(s->unfinished <= x->places);
  if (is_narrow(x)) {
    at = s->wire + sent;
    bytes = count * sizeof *s->wire;
    if (move->kind == LK_SEND) lk_narrow_array(at, numbers, count);
  }
  return move->kind == LK_RECEIVE
             ? lk_messages_receive(x->messages, place, at, bytes, move->peer, tag)
             : lk_messages_send(x->messages, place, at, bytes, move->peer, tag);
}

static lk_status start_stage(lk_exchange *x, float *arrays, slot *s) {
  const lk_route *route = route_of(x, s->number);
  const lk_stage *stage = &route->stages[s->stage];
  size_t sent = 0;
  assert(s->unfinished == 0);
  for (int i = stage->begin; i < stage->end; i++) {
    const lk_move *move = &route->moves[i];
    if (move->kind == LK_ADD) continue;
    LK_TRY(start_message(x, arrays, s, move, sent));
    sent += move->span.count;
  }
  assert(sent <= route->traffic);
  return LK_OK;
}

static void add(const lk_exchange *x, float *to, const float *from, size_t count) {
  if (x->wire)
    lk_add_rounded(to, from, count);
  else
    lk_add_array(to, from, count);
}

static void end_stage(const lk_exchange *x, float *arrays, slot *s) {
  const lk_route *route = route_of(x, s->number);
  const lk_stage *stage = &route->stages[s->stage++];
  const lk_bf16 *next = s->wire;
  for (int i = stage->begin; i < stage->end; i++) {
    const lk_move *move = &route->moves[i];
    float *at = place_of(x, arrays, s, move);
    size_t count = move->span.count;
    if (move->kind == LK_ADD) {
      add(x, arrays + piece_start(x, s->number) + move->span.first, at, count);
      continue;
    }
    if (!is_narrow(x)) continue;
    if (move->kind == LK_RECEIVE) lk_widen_array(at, next, count);
    next += count;
  }
}

void lk_exchange_economise(lk_exchange *exchange) {
  exchange->economises = 1;
}

/* All of a scattered piece but what the rank has of it. */
static void give_back(const lk_exchange *x, float *arrays, const slot *s) {
  lk_stretch own = route_of(x, s->number)->own;
  size_t end = s->number == 0 ? x->count - piece_start(x, 0) : x->piece;
  for (int i = 0; i < x->arrays; i++) {
    float *piece = arrays + (size_t)i * x->stride + piece_start(x, s->number);
    lk_release_pages(piece, piece + (i ? end : own.first));
    lk_release_pages(piece + (i ? end : own.first + own.count), piece + end);
  }
}

/* From the slot's stage on, through those without messages, until some are under way. */
static lk_status go_on(lk_exchange *x, float *arrays, slot *s) {
  const lk_route *route = route_of(x, s->number);
  int end = x->phases & LK_GATHER ? route->stages_used : route->scattering;
  for (; s->stage < end; end_stage(x, arrays, s)) {
    LK_TRY(start_stage(x, arrays, s));
    if (s->unfinished > 0) return LK_OK;
  }
  if (x->economises && x->phases == LK_SCATTER) give_back(x, arrays, s);
  s->number = -1;
  x->finished++;
  return LK_OK;
}

static lk_status start_piece(lk_exchange *x, float *arrays, slot *s) {
  s->number = x->started++;
  s->stage = x->phases & LK_SCATTER ? 0 : route_of(x, s->number)->scattering;
  return go_on(x, arrays, s);
}

static lk_status start_pieces(lk_exchange *x, float *arrays, size_t ready) {
  for (int i = 0; i < x->slots_used; i++) {
    if (x->started == x->pieces || piece_start(x, x->started) < ready) break;
    if (x->slots[i].number < 0) LK_TRY(start_piece(x, arrays, &x->slots[i]));
  }
  return LK_OK;
}

/* All slots one of whose messages is among the ended. */
static lk_status take_ended(lk_exchange *x, float *arrays, int count, const int *ended) {
  for (int i = 0; i < count; i++) {
    slot *s = &x->slots[ended[i] / x->places];
    assert(s->number >= 0 && s->unfinished > 0);
    if (--s->unfinished > 0) continue;
    end_stage(x, arrays, s);
    LK_TRY(go_on(x, arrays, s));
  }
  return LK_OK;
}

/* Floats of whole pieces that are ready and not over. */
static size_t count_waiting(const lk_exchange *x, size_t ready) {
  int whole = x->pieces - (int)pieces_of(ready, x->piece);
  assert(whole >= x->finished);
  return (size_t)(whole - x->finished) * x->piece;
}

/* A rank that waits lacks one that has not got as far, and waits for less. */
lk_status lk_exchange_poll(lk_exchange *exchange, int phases, float *arrays, size_t ready,
                           size_t most) {
  lk_exchange *x = exchange;
  const int *ended;
  int count;
  assert(x->started == 0 || x->phases == phases);
  x->phases = phases;
  do {
    LK_TRY(start_pieces(x, arrays, ready));
    if (x->started == x->finished) return LK_OK;
    LK_TRY(count_waiting(x, ready) > most ? lk_messages_wait(x->messages, &count, &ended)
                                          : lk_messages_test(x->messages, &count, &ended));
    LK_TRY(take_ended(x, arrays, count, ended));
  } while (count > 0);
  return LK_OK;
}

lk_status lk_exchange_complete(lk_exchange *exchange, int phases, float *arrays) {
  lk_exchange *x = exchange;
  const int *ended;
  int count;
  assert(x->started == 0 || x->phases == phases);
  x->phases = phases;
  while (x->finished < x->pieces) {
    LK_TRY(start_pieces(x, arrays, 0));
    if (x->started == x->finished) continue; /* no messages were needed */
    LK_TRY(lk_messages_wait(x->messages, &count, &ended));
    LK_TRY(take_ended(x, arrays, count, ended));
  }
  x->started = x->finished = 0;
  return LK_OK;
}

int lk_exchange_pieces(const lk_exchange *exchange) {
  return exchange->pieces;
}

lk_stretch lk_exchange_own(const lk_exchange *exchange, int piece) {
  int number = exchange->pieces - 1 - piece;
  lk_stretch own = route_of(exchange, number)->own;
  assert(0 <= piece && piece < exchange->pieces);
  own.first += piece_start(exchange, number);
  return own;
}

/* Recursive halving, then doubling (Thakur, Rabenseifner and Gropp 2005), of one piece of
 * the array at a time and of several pieces at once.
 *
 * Halving starts with the neighbour at distance 1, so that ranks 2i and 2i+1 are added
 * first, then pairs of pairs: the shards' tree goes on. Which of two ranks adds does not
 * matter, since a + b and b + a are the same float. After it each rank has its part of the
 * piece's sum; doubling hands the parts back along the same path.
 *
 * The pieces are cut the same way whenever they become ready, and start from the array's
 * end, on all ranks in the same order. So the lowest unfinished one is under way or can
 * start on each rank, and no rank waits for ever. */
#include "dist/exchange.h"
#include "lockstep/memory.h"
#include "lockstep/types.h"

enum {
  PIECE = 128 * 1024, /* floats: half of them fit any second-level cache */
  SLOTS = 32,         /* pieces under way: enough for links of long delay */
  LEVELS = 31         /* MPI counts ranks in int */
};

typedef struct {
  size_t first, count;
} span;

/* A piece under way. At each level the rank's span is halved, and one half is its own. */
typedef struct {
  int number;           /* of the piece, -1: the slot is free */
  int level;            /* the partner is at distance 2^level */
  int doubling;         /* halving is over */
  int unfinished;       /* messages of this level that are under way */
  span half[LEVELS][2]; /* lower and upper half at each level */
  float *landing;       /* (PIECE / 2) the partner's share of the own half */
} slot;

struct lk_exchange {
  size_t count;
  int pieces, started, finished; /* piece 0 is the array's end */
  slot slots[SLOTS];
  lk_messages *messages; /* two places a slot: in, out; owned */
  float *landing;        /* owns the slots' */
};

lk_status lk_exchange_create(lk_exchange **out, size_t count) {
  lk_exchange *x = NULL;
  *out = NULL;
  if (count / PIECE >= INT32_MAX)
    return lk_fail(LK_INTERNAL, "sums of %zu numbers are too many for messages", count);
  LK_TRY(LK_NEW(x, 1));
  x->count = count;
  x->pieces = (int)((count + PIECE - 1) / PIECE);
  lk_status status = LK_NEW(x->landing, SLOTS * PIECE / 2);
  if (status == LK_OK) status = lk_messages_create(&x->messages, 2 * SLOTS);
  if (status != LK_OK) {
    lk_exchange_free(x);
    return status;
  }
  for (int i = 0; i < SLOTS; i++) {
    x->slots[i].number = -1;
    x->slots[i].landing = x->landing + i * PIECE / 2;
  }
  *out = x;
  return LK_OK;
}

void lk_exchange_free(lk_exchange *exchange) {
  if (!exchange) return;
  lk_messages_free(exchange->messages);
  lk_free(exchange->landing);
  lk_free(exchange);
}

/* The lower half has whole cache lines, so that parts stay aligned. */
static void halve_span(span whole, span half[2]) {
  const size_t line = LK_ALIGNMENT / sizeof(float);
  size_t lower = (whole.count / 2 + line - 1) / line * line;
  if (lower > whole.count) lower = whole.count;
  half[0] = (span){whole.first, lower};
  half[1] = (span){whole.first + lower, whole.count - lower};
}

static int is_upper(const lk_world *world, int level) {
  return (world->rank >> level) & 1;
}

static lk_status start_messages(lk_exchange *x, lk_world *world, float *array, slot *s) {
  int upper = is_upper(world, s->level), partner = world->rank ^ (1 << s->level);
  int tag = s->number % (LK_MOST_TAG + 1);
  span own = s->half[s->level][upper], other = s->half[s->level][!upper];
  span in = s->doubling ? other : own, out = s->doubling ? own : other;
  float *to = s->doubling ? array + other.first : s->landing;
  int place = 2 * (int)(s - x->slots);
  LK_TRY(lk_messages_receive(x->messages, place, to, (int)in.count, partner, tag));
  LK_TRY(lk_messages_send(x->messages, place + 1, array + out.first, (int)out.count,
                          partner, tag));
  s->unfinished = 2;
  return LK_OK;
}

static size_t piece_start(const lk_exchange *x, int number) {
  return (size_t)(x->pieces - 1 - number) * PIECE;
}

static lk_status start_piece(lk_exchange *x, lk_world *world, float *array, slot *s) {
  size_t first = piece_start(x, x->started);
  span whole = {first, x->count - first < PIECE ? x->count - first : PIECE};
  s->number = x->started++;
  s->level = s->doubling = 0;
  halve_span(whole, s->half[0]);
  return start_messages(x, world, array, s);
}

static lk_status start_pieces(lk_exchange *x, lk_world *world, float *array, size_t ready) {
  for (int i = 0; i < SLOTS; i++) {
    if (x->started == x->pieces || piece_start(x, x->started) < ready) break;
    if (x->slots[i].number < 0) LK_TRY(start_piece(x, world, array, &x->slots[i]));
  }
  return LK_OK;
}

/* The slot's messages have ended: goes on to its next level. */
static lk_status go_on(lk_exchange *x, lk_world *world, float *array, slot *s) {
  span own = s->half[s->level][is_upper(world, s->level)];
  if (!s->doubling) {
    lk_add_array(array + own.first, s->landing, own.count);
    if (2 << s->level < world->size)
      halve_span(own, s->half[++s->level]);
    else
      s->doubling = 1;
    return start_messages(x, world, array, s);
  }
  if (s->level-- > 0) return start_messages(x, world, array, s);
  s->number = -1;
  x->finished++;
  return LK_OK;
}

/* All slots one of whose messages is among the ended. */
static lk_status take_ended(lk_exchange *x, lk_world *world, float *array, int count,
                            const int *ended) {
  for (int i = 0; i < count; i++) {
    slot *s = &x->slots[ended[i] / 2];
    if (--s->unfinished == 0) LK_TRY(go_on(x, world, array, s));
  }
  return LK_OK;
}

lk_status lk_exchange_poll(lk_exchange *exchange, lk_world *world, float *array,
                           size_t ready) {
  lk_exchange *x = exchange;
  const int *ended;
  int count;
  do {
    LK_TRY(start_pieces(x, world, array, ready));
    if (x->started == x->finished) return LK_OK;
    LK_TRY(lk_messages_test(x->messages, &count, &ended));
    LK_TRY(take_ended(x, world, array, count, ended));
  } while (count > 0);
  return LK_OK;
}

lk_status lk_exchange_complete(lk_exchange *exchange, lk_world *world, float *array) {
  lk_exchange *x = exchange;
  const int *ended;
  int count;
  while (x->finished < x->pieces) {
    LK_TRY(start_pieces(x, world, array, 0));
    LK_TRY(lk_messages_wait(x->messages, &count, &ended));
    LK_TRY(take_ended(x, world, array, count, ended));
  }
  x->started = x->finished = 0;
  return LK_OK;
}

/* The tree's upper levels: recursive halving, then doubling (Thakur, Rabenseifner and Gropp
 * 2005).
 *
 * Halving starts with the neighbour at distance 1, so that ranks 2i and 2i+1 are added
 * first, then pairs of pairs: the shards' tree goes on. Which of two ranks adds does not
 * matter, since a + b and b + a are the same float. After it each rank has its piece of the
 * sum; doubling hands the pieces back along the same path. */
#include "dist/world.h"
#include "lockstep/types.h"

enum { TAG_HALVE = 1, TAG_DOUBLE = 2 };

typedef struct {
  size_t first, count;
} span;

/* The two halves of a span; the lower one has whole cache lines, so pieces stay aligned. */
static void halve_span(span whole, span half[2]) {
  const size_t line = LK_ALIGNMENT / sizeof(float);
  size_t lower = (whole.count / 2 + line - 1) / line * line;
  if (lower > whole.count) lower = whole.count;
  half[0] = (span){whole.first, lower};
  half[1] = (span){whole.first + lower, whole.count - lower};
}

/* Numbers in chunk i of `count`; 0 behind the end. */
static int chunk_size(size_t count, size_t i) {
  size_t before = i * LK_CHUNK;
  if (before >= count) return 0;
  return (int)(count - before < LK_CHUNK ? count - before : LK_CHUNK);
}

typedef struct {
  MPI_Comm comm;
  int partner;
  float *keep; /* (kept) added to */
  float *give; /* (given) sent, not changed */
  size_t kept, given;
  float *landing; /* (2 chunks) */
} trade;

static lk_status start_chunk(const trade *t, size_t i, MPI_Request pending[2]) {
  int in = chunk_size(t->kept, i), out = chunk_size(t->given, i);
  float *to = t->landing + (i & 1) * LK_CHUNK,
        *from = out ? t->give + i * LK_CHUNK : t->give;
  LK_MPI(MPI_Irecv(to, in, MPI_FLOAT, t->partner, TAG_HALVE, t->comm, &pending[0]));
  LK_MPI(MPI_Isend(from, out, MPI_FLOAT, t->partner, TAG_HALVE, t->comm, &pending[1]));
  return LK_OK;
}

/* Adds each chunk while the next one travels. Both partners run over the longer half, so
 * that their messages pair up. */
static lk_status add_halves(const trade *t) {
  MPI_Request pending[2][2];
  size_t longer = t->kept > t->given ? t->kept : t->given;
  size_t chunks = (longer + LK_CHUNK - 1) / LK_CHUNK;
  if (chunks) LK_TRY(start_chunk(t, 0, pending[0]));
  for (size_t i = 0; i < chunks; i++) {
    if (i + 1 < chunks) LK_TRY(start_chunk(t, i + 1, pending[(i + 1) & 1]));
    LK_MPI(MPI_Waitall(2, pending[i & 1], MPI_STATUSES_IGNORE));
    int size = chunk_size(t->kept, i);
    if (size)
      lk_add_array(t->keep + i * LK_CHUNK, t->landing + (i & 1) * LK_CHUNK, (size_t)size);
  }
  return LK_OK;
}

/* Swaps finished pieces with the partner; messages of at most 2^28 numbers, MPI counts are
 * int. */
static lk_status swap_pieces(lk_world *world, int partner, float *array, span mine,
                             span theirs) {
  const size_t part = (size_t)1 << 28;
  size_t longer = mine.count > theirs.count ? mine.count : theirs.count;
  for (size_t done = 0; done < longer; done += part) {
    size_t out = done < mine.count ? mine.count - done : 0;
    size_t in = done < theirs.count ? theirs.count - done : 0;
    LK_MPI(MPI_Sendrecv(array + mine.first + (out ? done : 0),
                        (int)(out < part ? out : part), MPI_FLOAT, partner, TAG_DOUBLE,
                        array + theirs.first + (in ? done : 0),
                        (int)(in < part ? in : part), MPI_FLOAT, partner, TAG_DOUBLE,
                        world->comm, MPI_STATUS_IGNORE));
  }
  return LK_OK;
}

lk_status lk_exchange_sum(lk_world *world, float *array, size_t count, float *landing) {
  span own = {0, count};
  span half[32][2]; /* the halves at each level; 2^31 ranks at most */
  int level = 0;
  for (int distance = 1; distance < world->size; distance *= 2, level++) {
    int upper = (world->rank & distance) != 0;
    halve_span(own, half[level]);
    own = half[level][upper];
    span other = half[level][!upper];
    trade t = {world->comm,
               world->rank ^ distance,
               array + own.first,
               array + other.first,
               own.count,
               other.count,
               landing};
    LK_TRY(add_halves(&t));
  }
  while (level-- > 0) {
    int upper = (world->rank >> level) & 1;
    LK_TRY(swap_pieces(world, world->rank ^ (1 << level), array, half[level][upper],
                       half[level][!upper]));
  }
  return LK_OK;
}

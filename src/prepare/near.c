/* Which documents to compare: those with a band of minima in common (locality-sensitive
 * hashing; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3). Eight
 * bits of each of the minima are kept (Li and König 2010, "b-Bit Minwise Hashing"). */
#include "prepare/near.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

enum {
  CHUNK = 4096,      /* documents */
  MOST_BANDS = 32,   /* four bytes each, a document */
  MOST_TOGETHER = 64 /* documents with the same band: more are not compared by it */
};
#define MOST_DOCUMENTS (UINT32_MAX - 1)

/* Of documents, which do not move when more come. */
typedef struct {
  unsigned char sketches[CHUNK][LK_NEAR_HASHES];
  uint64_t numbers[CHUNK];
  uint32_t next[][CHUNK]; /* a band: the next document of the chain, from 1 */
} chunk;

struct lk_near {
  size_t rows, bands; /* of a band, in all */
  int least;          /* bytes in common of what is nearly the same */
  uint64_t seen;      /* documents */
  uint32_t count;     /* of them in the chunks */
  chunk **chunks;
  size_t chunk_count;
  uint32_t *heads; /* [bands][head_count]: the first document of a chain, from 1 */
  size_t head_count;
};

static double power(double base, size_t exponent) {
  double product = 1;
  while (exponent--)
    product *= base;
  return product;
}

/* Of two documents that have so much in common, how likely they have a band in common. */
static double found(double share, size_t rows, size_t bands) {
  return 1 - power(1 - power(share, rows), bands);
}

static size_t bands_of(size_t rows) {
  size_t bands = LK_NEAR_HASHES / rows;
  return bands < MOST_BANDS ? bands : MOST_BANDS;
}

/* Long bands have few documents to compare in vain, short ones miss few pairs: the longest
 * that miss every tenth at the threshold, and so hardly any above it. */
static void choose_bands(lk_near *near, double threshold) {
  near->rows = LK_NEAR_HASHES;
  while (near->rows > 1 && found(threshold, near->rows, bands_of(near->rows)) < 0.9)
    near->rows--;
  near->bands = bands_of(near->rows);
  assert(near->rows * near->bands <= LK_NEAR_HASHES);
}

/* Two bytes are the same by chance once in 256. */
static int least_common(double threshold) {
  const double chance = 1.0 / 256;
  double least = LK_NEAR_HASHES * (threshold * (1 - chance) + chance);
  return (int)(least + 0.999);
}

lk_status lk_near_create(lk_near **out, double threshold) {
  assert(threshold > 0 && threshold <= 1);
  LK_TRY(LK_NEW(*out, 1));
  choose_bands(*out, threshold);
  (*out)->least = least_common(threshold);
  return LK_OK;
}

/* The place goes into it, so that minima that are one and the same hash, as those of a
 * short text, do not all have their eight bits in common with another's by one chance. */
static void reduce(const lk_near_signature *signature, unsigned char sketch[]) {
  for (uint32_t i = 0; i < LK_NEAR_HASHES; i++) {
    uint32_t mixed = (signature->minima[i] ^ i * 0x9E3779B1u) * 0x85EBCA6Bu;
    sketch[i] = (unsigned char)((mixed ^ mixed >> 15) * 0xC2B2AE35u >> 24);
  }
}

static int common(const unsigned char *one, const unsigned char *other) {
  int count = 0;
  for (int i = 0; i < LK_NEAR_HASHES; i++)
    count += one[i] == other[i];
  return count;
}

static chunk *chunk_of(const lk_near *near, uint32_t document) {
  return near->chunks[(document - 1) / CHUNK];
}

static unsigned char *sketch_of(const lk_near *near, uint32_t document) {
  return chunk_of(near, document)->sketches[(document - 1) % CHUNK];
}

static uint32_t *next_of(const lk_near *near, size_t band, uint32_t document) {
  return &chunk_of(near, document)->next[band][(document - 1) % CHUNK];
}

/* The beginning of the chain in which documents with this band are. */
static uint32_t *head_of(const lk_near *near, size_t band, const unsigned char *sketch) {
  uint64_t hash = band + 1;
  for (size_t i = band * near->rows; i < (band + 1) * near->rows; i++)
    hash = (hash ^ sketch[i]) * UINT64_C(0x100000001B3);
  hash = (hash ^ hash >> 32) * UINT64_C(0x9E3779B97F4A7C15);
  return &near->heads[band * near->head_count + (hash >> 32) % near->head_count];
}

/* The first document of a chain that is nearly the same, if it is before `first`; else
 * `first`. */
static uint32_t search(const lk_near *near, size_t band, const unsigned char *sketch,
                       uint32_t first) {
  for (uint32_t i = *head_of(near, band, sketch); i && i < first;
       i = *next_of(near, band, i))
    if (common(sketch_of(near, i), sketch) >= near->least) return i;
  return first;
}

/* At the chain's end, so that it is in order. A chain that is long already stays as it is:
 * time is to be linear also for a million texts made by one form. */
static void link_band(lk_near *near, size_t band, uint32_t document) {
  uint32_t *end = head_of(near, band, sketch_of(near, document));
  *next_of(near, band, document) = 0;
  for (int i = 0; i < MOST_TOGETHER; i++) {
    if (!*end) {
      *end = document;
      return;
    }
    end = next_of(near, band, *end);
  }
}

static void link_all(lk_near *near, uint32_t document) {
  for (size_t band = 0; band < near->bands; band++)
    link_band(near, band, document);
}

/* Twice as many chains; the old ones are given back before. */
static lk_status widen(lk_near *near) {
  size_t count = near->head_count ? 2 * near->head_count : CHUNK / 2;
  lk_free(near->heads);
  near->heads = NULL;
  LK_TRY(LK_NEW(near->heads, near->bands * count));
  near->head_count = count;
  for (uint32_t i = 1; i <= near->count; i++)
    link_all(near, i);
  return LK_OK;
}

static lk_status append_chunk(lk_near *near) {
  chunk **larger;
  size_t size = sizeof **larger + near->bands * sizeof *(*larger)->next;
  LK_TRY(LK_NEW(larger, near->chunk_count + 1));
  if (near->chunk_count) memcpy(larger, near->chunks, near->chunk_count * sizeof *larger);
  lk_free(near->chunks);
  near->chunks = larger;
  LK_TRY(lk_allocate((void **)&near->chunks[near->chunk_count], size, 1, "--near"));
  near->chunk_count++;
  return LK_OK;
}

static lk_status append(lk_near *near, const unsigned char *sketch, uint64_t number) {
  if (near->count == MOST_DOCUMENTS)
    return lk_fail(LK_INTERNAL, "--near: there are more than %u documents", MOST_DOCUMENTS);
  if (near->count == near->chunk_count * CHUNK) LK_TRY(append_chunk(near));
  uint32_t document = ++near->count;
  memcpy(sketch_of(near, document), sketch, LK_NEAR_HASHES);
  chunk_of(near, document)->numbers[(document - 1) % CHUNK] = number;
  link_all(near, document);
  return LK_OK;
}

lk_status lk_near_add(lk_near *near, const lk_near_signature *signature, uint64_t *of) {
  unsigned char sketch[LK_NEAR_HASHES];
  uint32_t first = UINT32_MAX;
  *of = UINT64_MAX;
  reduce(signature, sketch);
  if (near->count >= 2 * near->head_count) LK_TRY(widen(near));
  for (size_t band = 0; band < near->bands; band++)
    first = search(near, band, sketch, first);
  uint64_t number = near->seen++;
  if (first == UINT32_MAX) return append(near, sketch, number);
  *of = chunk_of(near, first)->numbers[(first - 1) % CHUNK];
  assert(*of < number);
  return LK_OK;
}

void lk_near_free(lk_near *near) {
  if (!near) return;
  for (size_t i = 0; i < near->chunk_count; i++)
    lk_free(near->chunks[i]);
  lk_free(near->chunks);
  lk_free(near->heads);
  lk_free(near);
}

/* All ranks hold the same parameters, moments and running mean, to the bit: this looks
 * whether they do.
 *
 * Each rank chains the hashes of its parameters after every step, so that a flipped bit
 * that a later rounding hides, after it has changed the gradients of all, is seen all the
 * same. */
#include "base/clock.h"
#include "lockstep/memory.h"
#include "train/sites.h"
#include "train/training.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 4 }; /* a hash as four whole numbers, which doubles carry exactly */

static lk_hash hash_array(const lk_trainer *t, const float *array) {
  return lk_hash_bytes(array, t->table->count * sizeof *array);
}

static lk_hash chain(lk_hash before, lk_hash next) {
  char both[2 * (sizeof next.hex - 1)];
  memcpy(both, before.hex, sizeof both / 2);
  memcpy(both + sizeof both / 2, next.hex, sizeof both / 2);
  return lk_hash_bytes(both, sizeof both);
}

/* The moments and the running mean, unless they are dealt out: then they have no others to
 * be compared with. */
static lk_hash hash_kept(const lk_trainer *t) {
  if (t->is_dealt) return t->trail;
  lk_hash hash = chain(t->trail, chain(hash_array(t, t->m), hash_array(t, t->v)));
  if (t->sites && t->sites->kept[0].left)
    hash = chain(hash, hash_array(t, t->sites->kept[0].left));
  return t->average ? chain(hash, hash_array(t, t->average)) : hash;
}

void lk_trainer_follow_replica(lk_trainer *trainer, double *seconds) {
  double start = lk_clock();
  if (lk_world_size(trainer->home) == 1) return;
  trainer->trail = chain(trainer->trail, hash_array(trainer, trainer->values));
  *seconds += lk_clock() - start;
}

void lk_trainer_follow_meeting(lk_trainer *trainer, double *seconds) {
  double start = lk_clock();
  lk_sites *s = trainer->sites;
  if (lk_world_size(trainer->world) == 1) return;
  s->trail = chain(s->trail, hash_array(trainer, trainer->values));
  *seconds += lk_clock() - start;
}

/* What all sites have in common. */
static lk_hash hash_common(const lk_trainer *t) {
  const lk_sites *s = t->sites;
  return s->momentum ? chain(s->trail, hash_array(t, s->momentum)) : s->trail;
}

static void spell(lk_hash hash, double words[WORDS]) {
  for (int i = 0; i < WORDS; i++) {
    unsigned word;
    sscanf(hash.hex + 8 * i, "%8x", &word);
    words[i] = word;
  }
}

static int same(const double *a, const double *b) {
  return !memcmp(a, b, WORDS * sizeof *a);
}

/* How many ranks hold what rank r holds. */
static int agreeing(const double *all, int size, int r) {
  int count = 0;
  assert(r >= 0 && r < size);
  for (int i = 0; i < size; i++)
    count += same(all + WORDS * i, all + WORDS * r);
  return count;
}

/* Ranks outside the largest group, the first of all of which has this number; where no
 * group is the largest, nobody can tell who is right. */
static lk_status name_outsiders(const double *all, int size, int number, uint64_t step) {
  assert(size > 1);
  char list[256] = "";
  int best = 0, largest = 0, tied = 0;
  for (int r = 0; r < size; r++) {
    int count = agreeing(all, size, r);
    if (count > largest) best = r;
    tied = count > largest
               ? 0
               : tied || (count == largest && !same(all + WORDS * r, all + WORDS * best));
    if (count > largest) largest = count;
  }
  for (int r = 0; r < size; r++)
    if ((tied || !same(all + WORDS * r, all + WORDS * best)) &&
        strlen(list) < sizeof list - 16)
      snprintf(list + strlen(list), 16, "%s%d", *list ? ", " : "", number + r);
  return lk_fail(
      LK_INTERNAL,
      "after step %llu the parameters, moments or means of rank%s %s differ from %s, now "
      "or since the last comparison: a fault of memory or processor; nothing was saved "
      "since the "
      "last checkpoint; start the same command again, on other hosts, to go on from it",
      (unsigned long long)step, strchr(list, ',') ? "s" : "", list,
      tied ? "each other" : "the other ranks'");
}

/* Whether all hashes are rank 0's. */
typedef struct {
  double first[WORDS];
  int differ;
} comparison;

static void compare_words(void *context, int rank, size_t first, const double *words,
                          size_t count) {
  comparison *c = context;
  for (size_t i = 0; i < count; i++) {
    if (rank == 0) c->first[first + i] = words[i];
    c->differ |= words[i] != c->first[first + i];
  }
}

static void keep_words(void *context, int rank, size_t first, const double *words,
                       size_t count) {
  double *all = context;
  memcpy(all + WORDS * (size_t)rank + first, words, count * sizeof *words);
}

/* All ranks of `among`. Only now anybody holds the hashes of all. */
static lk_status find_outsiders(const lk_trainer *t, lk_world *among,
                                const double mine[WORDS]) {
  int size = lk_world_size(among);
  int first = lk_world_rank(t->world) - lk_world_rank(among);
  double *all = NULL;
  lk_status status = lk_world_agree(among, LK_NEW(all, WORDS * (size_t)size));
  if (status == LK_OK) status = lk_world_each(among, mine, WORDS, keep_words, all);
  if (status == LK_OK) status = name_outsiders(all, size, first, t->step);
  lk_free(all);
  return status;
}

/* All ranks of `among`, which follow each other. */
static lk_status compare(const lk_trainer *t, lk_world *among, lk_hash hash) {
  double mine[WORDS];
  comparison c = {.differ = 0};
  spell(hash, mine);
  LK_TRY(lk_world_each(among, mine, WORDS, compare_words, &c));
  return c.differ ? find_outsiders(t, among, mine) : LK_OK;
}

/* All ranks: those of a site first, and what one of these finds is what all fail by. */
lk_status lk_trainer_check_replicas(lk_trainer *trainer, double *seconds) {
  const lk_trainer *t = trainer;
  double start = lk_clock();
  if (lk_world_size(t->world) == 1) return LK_OK;
  lk_status status = compare(t, t->home, hash_kept(t));
  if (t->sites) status = lk_world_agree(t->world, status);
  if (t->sites && status == LK_OK) status = compare(t, t->world, hash_common(t));
  *seconds += lk_clock() - start;
  return status;
}

/* Nobody saves what the ranks do not agree on. */
static lk_status check_in_time(lk_training *t, lk_metrics *metrics) {
  uint64_t every = t->config->replica_check_every;
  int due = lk_training_is_due(t) || lk_trainer_passes(t->trainer, every);
  return due ? lk_trainer_check_replicas(t->trainer, &metrics->check_seconds) : LK_OK;
}

const lk_hook lk_hook_replicas = {.step = check_in_time};

static float *array_of(const lk_trainer *t, char which) {
  switch (which) {
  case 'm':
    return t->m;
  case 'v':
    return t->v;
  case 'a':
    return t->average;
  default:
    return t->values;
  }
}

void lk_trainer_inject_fault(lk_trainer *trainer) {
  int rank;
  unsigned long long step;
  char which = 'p';
  const char *fault = getenv("LOCKSTEP_FLIP_BIT");
  if (!fault || sscanf(fault, "%d:%llu:%c", &rank, &step, &which) < 2) return;
  if (rank != lk_world_rank(trainer->world) || step != trainer->step) return;
  uint32_t bits;
  float *array = array_of(trainer, which);
  assert(array);
  uint64_t count = which == 'p' ? trainer->table->count
                                : lk_optimizer_holding(trainer->optimizer)->count;
  float *victim = array + count / 2;
  memcpy(&bits, victim, sizeof bits);
  bits ^= 1;
  memcpy(victim, &bits, sizeof bits);
}

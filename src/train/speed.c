#include "train/speed.h"
#include "base/clock.h"
#include "lockstep/model.h"
#include <assert.h>

enum {
  VOCABULARY = 256, /* the head's share of a step is small where models are large */
  ROWS = 1024,      /* of a pack, or one sequence: as many as products need to be fast */
  SPELLS = 3        /* whose median counts */
};
static const double least_seconds = 0.25; /* of a spell: many turns of the scheduler's */

typedef struct {
  lk_parameters *table;
  lk_model *model;
  lk_pack *pack;
  float *values, *gradients; /* (table->count) */
  lk_bf16 *rounded;          /* the values; (table->count); NULL in fp32 */
  lk_dropout dropout;
} work;

static int count_sequences(const lk_config *c) {
  uint64_t all = c->batch_size / c->shards, fit = ROWS / c->model_block;
  if (fit > all) fit = all;
  return fit > 0 ? (int)fit : 1;
}

static lk_status fill_pack(lk_pack *pack, int block) {
  lk_token *tokens;
  size_t length = (size_t)block + 1;
  LK_TRY(LK_NEW(tokens, length));
  for (size_t i = 0; i < length; i++)
    tokens[i] = (lk_token)(i * 7 % VOCABULARY);
  while (pack->B < pack->max_sequences)
    lk_pack_append(pack, tokens, length, 0);
  lk_free(tokens);
  return LK_OK;
}

static lk_status make_work(work *w, const lk_config *c) {
  int sequences = count_sequences(c);
  lk_shape shape = lk_config_shape(c, VOCABULARY);
  shape.layers = 1;
  w->dropout =
      (lk_dropout){c->dropout, {.purpose = LK_RANDOM_DROPOUT}, (lk_drop_at)c->dropout_at};
  LK_TRY(lk_parameters_create(&w->table, &shape));
  LK_TRY(lk_pack_create(&w->pack, sequences, shape.block));
  LK_TRY(fill_pack(w->pack, shape.block));
  LK_TRY(lk_model_create(&w->model, w->table, sequences,
                         (lk_keep)(LK_KEEP_ALL + c->recompute), c->dropout > 0,
                         (lk_precision)c->precision));
  LK_TRY(LK_NEW(w->values, w->table->count));
  LK_TRY(LK_NEW(w->gradients, w->table->count));
  lk_parameters_initialise(w->table, c->seed, w->values);
  if (c->precision == LK_FP32) return LK_OK;
  LK_TRY(LK_NEW(w->rounded, w->table->count));
  lk_bf16_round(w->rounded, w->values, w->table->count);
  lk_model_hold(w->model, w->rounded);
  return LK_OK;
}

static void free_work(work *w) {
  lk_free(w->rounded);
  lk_free(w->gradients);
  lk_free(w->values);
  lk_model_free(w->model);
  lk_pack_free(w->pack);
  lk_parameters_free(w->table);
}

/* Packs a second, for so many seconds. */
static double compute_for(work *w, double seconds) {
  double start = lk_clock(), took;
  int packs = 0;
  do {
    lk_model_forward(w->model, w->values, w->gradients, w->pack, &w->dropout, NULL);
    lk_model_backward(w->model, w->values, w->gradients, NULL);
    took = lk_clock() - start;
    packs++;
  } while (took < seconds);
  return packs / took;
}

static double median(const double speeds[SPELLS]) {
  double least = speeds[0], most = speeds[0], sum = 0;
  for (int i = 0; i < SPELLS; i++) {
    if (speeds[i] < least) least = speeds[i];
    if (speeds[i] > most) most = speeds[i];
    sum += speeds[i];
  }
  return sum - least - most;
}

static void keep_slowest(void *context, int rank, size_t first, const double *numbers,
                         size_t count) {
  double *slowest = context;
  (void)rank;
  (void)first;
  for (size_t i = 0; i < count; i++)
    if (numbers[i] < *slowest) *slowest = numbers[i];
}

/* The slowest rank's packs say how long a spell is, so that no rank is through with its
 * own, and out of the others' way, while they measure. */
static lk_status measure(lk_world *world, work *w, double *speed) {
  double speeds[SPELLS], slowest;
  compute_for(w, 0); /* warms up */
  slowest = *speed = compute_for(w, 0);
  LK_TRY(lk_world_each(world, speed, 1, keep_slowest, &slowest));
  double seconds = 1 / slowest > least_seconds ? 1 / slowest : least_seconds;
  for (int i = 0; i < SPELLS; i++)
    speeds[i] = compute_for(w, seconds);
  *speed = median(speeds);
  assert(*speed > 0);
  return lk_linear_status();
}

lk_status lk_speed_measure(lk_world *world, const lk_config *config, double *speed) {
  work w = {0};
  lk_status status = lk_world_agree(world, make_work(&w, config));
  if (status == LK_OK) status = lk_world_agree(world, measure(world, &w, speed));
  free_work(&w);
  return status;
}

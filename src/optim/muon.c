#include "lockstep/muon.h"
#include "base/vector.h"
#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include <limits.h>

struct lk_muon {
  const lk_parameters *table; /* not owned */
  float *direction, *scratch; /* of the largest matrix */
  int *firsts,
      *counts; /* (P) rank r's matrices lie in counts[r] floats from firsts[r] on */
  int rank;
};

int lk_muon_takes(const lk_parameter *tensor) {
  return tensor->block >= 0 && tensor->rank == 2;
}

/* Proportional to the time of making it orthogonal. */
static double cost(const lk_parameter *tensor) {
  uint64_t a = tensor->size[0], b = tensor->size[1];
  return lk_muon_takes(tensor) ? (double)tensor->count * (double)(a < b ? a : b) : 0;
}

static double total_cost(const lk_parameters *table) {
  double sum = 0;
  for (int i = 0; i < table->tensors; i++)
    sum += cost(&table->list[i]);
  return sum;
}

/* Neighbouring matrices go to the same rank, so that a rank's part is one piece. */
static void distribute(lk_muon *muon, int ranks) {
  const lk_parameters *table = muon->table;
  double total = total_cost(table), before = 0;
  for (int i = 0; i < table->tensors; i++) {
    const lk_parameter *tensor = &table->list[i];
    int owner = (int)((before + cost(tensor) / 2) / total * ranks);
    before += cost(tensor);
    if (!lk_muon_takes(tensor)) continue;
    if (muon->counts[owner] == 0) muon->firsts[owner] = (int)tensor->offset;
    muon->counts[owner] = (int)(tensor->offset + tensor->count) - muon->firsts[owner];
  }
}

static lk_status allocate(lk_muon *muon, int ranks) {
  uint64_t count = 0;
  size_t scratch = 0;
  for (int i = 0; i < muon->table->tensors; i++) {
    const lk_parameter *tensor = &muon->table->list[i];
    if (!lk_muon_takes(tensor)) continue;
    size_t size = lk_orthogonal_scratch((int)tensor->size[0], (int)tensor->size[1]);
    if (tensor->count > count) count = tensor->count;
    if (size > scratch) scratch = size;
  }
  LK_TRY(LK_NEW(muon->direction, count));
  LK_TRY(LK_NEW(muon->scratch, scratch));
  LK_TRY(LK_NEW(muon->firsts, (size_t)ranks));
  return LK_NEW(muon->counts, (size_t)ranks);
}

lk_status lk_muon_create(lk_muon **out, const lk_parameters *table, const lk_world *world) {
  lk_muon *muon = NULL;
  *out = NULL;
  if (table->count > INT_MAX)
    return lk_fail(LK_USAGE, "a model of over 2^31 parameters is too large for Muon; use "
                             "optimizer=adamw");
  LK_TRY(LK_NEW(muon, 1));
  muon->table = table;
  muon->rank = world ? lk_world_rank(world) : 0;
  lk_status status = allocate(muon, world ? lk_world_size(world) : 1);
  if (status != LK_OK) {
    lk_muon_free(muon);
    return status;
  }
  distribute(muon, world ? lk_world_size(world) : 1);
  *out = muon;
  return LK_OK;
}

void lk_muon_free(lk_muon *muon) {
  if (!muon) return;
  lk_free(muon->direction);
  lk_free(muon->scratch);
  lk_free(muon->firsts);
  lk_free(muon->counts);
  lk_free(muon);
}

/* Nesterov's momentum: the direction is ahead of the mean by one gradient. */
LK_CLONES static void follow(float *restrict m, float *restrict direction,
                             const float *restrict gradients, float momentum, float scale,
                             uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    float part = (1 - momentum) * scale * gradients[i];
    m[i] = momentum * m[i] + part;
    direction[i] = momentum * m[i] + part;
  }
}

LK_CLONES static void move(float *restrict values, const float *restrict direction,
                           float shrink, float rate, uint64_t count) {
  for (uint64_t i = 0; i < count; i++)
    values[i] = values[i] * shrink - rate * direction[i];
}

static int is_mine(const lk_muon *muon, const lk_parameter *tensor) {
  uint64_t first = (uint64_t)muon->firsts[muon->rank];
  return tensor->offset >= first &&
         tensor->offset < first + (uint64_t)muon->counts[muon->rank];
}

void lk_muon_update(lk_muon *muon, const lk_muon_step *step, const float *gradients,
                    float *values, float *m) {
  float shrink = (float)(1 - step->learning_rate * step->weight_decay);
  lk_profile_switch(LK_PART_OPTIMIZER);
  for (int i = 0; i < muon->table->tensors; i++) {
    const lk_parameter *tensor = &muon->table->list[i];
    if (!lk_muon_takes(tensor)) continue;
    int rows = (int)tensor->size[0], columns = (int)tensor->size[1];
    follow(m + tensor->offset, muon->direction, gradients + tensor->offset,
           (float)step->momentum, (float)step->gradient_scale, tensor->count);
    if (!is_mine(muon, tensor)) continue;
    lk_orthogonalise(muon->direction, rows, columns, muon->scratch);
    double rate = step->learning_rate * 0.2 * sqrt(rows > columns ? rows : columns);
    move(values + tensor->offset, muon->direction, shrink, (float)rate, tensor->count);
  }
}

lk_status lk_muon_share(const lk_muon *muon, lk_world *world, float *values) {
  return lk_world_share_parts(world, values, muon->counts, muon->firsts);
}

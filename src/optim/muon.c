/* Muon (Jordan et al. 2024; scaled as by Liu et al. 2025, arXiv:2502.16982): the matrices
 * of the blocks move by the momentum of their gradients made orthogonal, so that a
 * direction that few examples ask for moves as far as one that all do. AdamW updates the
 * rest. */
#include "base/vector.h"
#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include "optim/kind.h"
#include <assert.h>
#include <limits.h>

/* Scratch, and the matrices' distribution: each is made orthogonal by one rank. */
typedef struct {
  float *direction, *scratch; /* of the largest matrix */
  int *firsts,
      *counts; /* (P) rank r's matrices lie in counts[r] floats from firsts[r] on */
  int rank;
} muon;

static int is_matrix(const lk_parameter *tensor) {
  return tensor->block >= 0 && tensor->rank == 2;
}

/* Proportional to the time of making it orthogonal. */
static double cost(const lk_parameter *tensor) {
  uint64_t a = tensor->size[0], b = tensor->size[1];
  return is_matrix(tensor) ? (double)tensor->count * (double)(a < b ? a : b) : 0;
}

static double total_cost(const lk_parameters *table) {
  double sum = 0;
  for (int i = 0; i < table->tensors; i++)
    sum += cost(&table->list[i]);
  return sum;
}

/* Neighbouring matrices go to the same rank, so that a rank's part is one piece. */
static void distribute(muon *own, const lk_parameters *table, int ranks) {
  double total = total_cost(table), before = 0;
  for (int i = 0; i < table->tensors; i++) {
    const lk_parameter *tensor = &table->list[i];
    int owner = (int)((before + cost(tensor) / 2) / total * ranks);
    before += cost(tensor);
    if (!is_matrix(tensor)) continue;
    assert(owner >= 0 && owner < ranks);
    if (own->counts[owner] == 0) own->firsts[owner] = (int)tensor->offset;
    own->counts[owner] = (int)(tensor->offset + tensor->count) - own->firsts[owner];
  }
}

static lk_status allocate(muon *own, const lk_parameters *table, int ranks) {
  uint64_t count = 0;
  size_t scratch = 0;
  for (int i = 0; i < table->tensors; i++) {
    const lk_parameter *tensor = &table->list[i];
    if (!is_matrix(tensor)) continue;
    size_t size = lk_orthogonal_scratch((int)tensor->size[0], (int)tensor->size[1]);
    if (tensor->count > count) count = tensor->count;
    if (size > scratch) scratch = size;
  }
  LK_TRY(LK_NEW(own->direction, count));
  LK_TRY(LK_NEW(own->scratch, scratch));
  LK_TRY(LK_NEW(own->firsts, (size_t)ranks));
  return LK_NEW(own->counts, (size_t)ranks);
}

static lk_status create(lk_optimizer *optimizer, const lk_world *world) {
  muon *own = NULL;
  int ranks = world ? lk_world_size(world) : 1;
  if (optimizer->table->count > INT_MAX)
    return lk_fail(LK_USAGE, "a model of over 2^31 parameters is too large for Muon; use "
                             "optimizer=adamw");
  LK_TRY(LK_NEW(own, 1));
  optimizer->own = own;
  own->rank = world ? lk_world_rank(world) : 0;
  LK_TRY(allocate(own, optimizer->table, ranks));
  distribute(own, optimizer->table, ranks);
  return LK_OK;
}

static void release(lk_optimizer *optimizer) {
  muon *own = optimizer->own;
  if (!own) return;
  lk_free(own->direction);
  lk_free(own->scratch);
  lk_free(own->firsts);
  lk_free(own->counts);
  lk_free(own);
}

/* The start of the matrix that the element is in. */
static uint64_t cut(const lk_optimizer *optimizer, uint64_t element) {
  for (int i = 0; i < optimizer->table->tensors; i++) {
    const lk_parameter *tensor = &optimizer->table->list[i];
    if (element < tensor->offset + tensor->count)
      return is_matrix(tensor) ? tensor->offset : element;
  }
  return element;
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

static int is_mine(const muon *own, const lk_parameter *tensor) {
  uint64_t first = (uint64_t)own->firsts[own->rank];
  return tensor->offset >= first &&
         tensor->offset < first + (uint64_t)own->counts[own->rank];
}

/* A matrix moves by learning_rate · 0.2 · sqrt(its larger size), so that learning rates are
 * AdamW's. The mean of its gradients is kept by all ranks. */
static void update_matrix(lk_optimizer *optimizer, const lk_update *update,
                          const lk_parameter *tensor, const float *gradients,
                          float *values) {
  const lk_optimizer_settings *s = &optimizer->settings;
  muon *own = optimizer->own;
  int rows = (int)tensor->size[0], columns = (int)tensor->size[1];
  follow(optimizer->states[0] + tensor->offset, own->direction, gradients + tensor->offset,
         (float)s->momentum, (float)update->gradient_scale, tensor->count);
  if (!is_mine(own, tensor)) return;
  lk_orthogonalise(own->direction, rows, columns, own->scratch);
  double rate = update->learning_rate * 0.2 * sqrt(rows > columns ? rows : columns);
  move(values + tensor->offset, own->direction,
       (float)(1 - update->learning_rate * s->weight_decay), (float)rate, tensor->count);
}

static void update_range(lk_optimizer *optimizer, const lk_update *update,
                         const float *gradients, float *values, uint64_t first,
                         uint64_t end) {
  lk_adamw_update(optimizer, update, gradients, values, first, end, is_matrix);
  for (int i = 0; i < optimizer->table->tensors; i++) {
    const lk_parameter *tensor = &optimizer->table->list[i];
    if (is_matrix(tensor) && tensor->offset >= first && tensor->offset < end)
      update_matrix(optimizer, update, tensor, gradients, values);
  }
}

static lk_status share(const lk_optimizer *optimizer, lk_world *world, float *values) {
  const muon *own = optimizer->own;
  lk_profile_switch(LK_PART_COMMUNICATION);
  return lk_world_share_parts(world, values, own->counts, own->firsts);
}

const lk_optimizer_kind lk_muon = {.states = {"m", "v"},
                                   .create = create,
                                   .release = release,
                                   .cut = cut,
                                   .update = update_range,
                                   .share = share};

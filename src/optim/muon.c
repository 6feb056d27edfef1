/* Muon (Jordan et al. 2024; scaled as by Liu et al. 2025, arXiv:2502.16982): the matrices
 * of the blocks move by the momentum of their gradients made orthogonal, so that a
 * direction that few examples ask for moves as far as one that all do. AdamW updates the
 * rest. */
#include "base/chunks.h"
#include "base/vector.h"
#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include "optim/kind.h"
#include <assert.h>
#include <limits.h>

/* Rank r has counts[r] floats from firsts[r] on. */
typedef struct {
  int *firsts, *counts; /* (P) owned */
} section;

/* The elements from the first matrix to the last one, those before, those behind: the
 * embeddings and the head are shared evenly, for much of a small model is there. */
enum { MATRICES, BEFORE, BEHIND, SECTIONS };

/* Scratch, and the matrices' distribution: each is made orthogonal by one rank. */
typedef struct {
  lk_orthogonal *shapes; /* (shapes_used) of the matrices, no two alike; owned */
  int shapes_used;
  float *direction, *scratch; /* of the largest matrix */
  section sections[SECTIONS]; /* all but the first: where the optimizer is dealt out */
  int rank, ranks;
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
static void distribute(muon *own, const lk_parameters *table) {
  const section *matrices = &own->sections[MATRICES];
  double total = total_cost(table), before = 0;
  for (int i = 0; i < table->tensors; i++) {
    const lk_parameter *tensor = &table->list[i];
    int owner = (int)((before + cost(tensor) / 2) / total * own->ranks);
    before += cost(tensor);
    if (!is_matrix(tensor)) continue;
    assert(owner >= 0 && owner < own->ranks);
    if (matrices->counts[owner] == 0) matrices->firsts[owner] = (int)tensor->offset;
    matrices->counts[owner] =
        (int)(tensor->offset + tensor->count) - matrices->firsts[owner];
  }
}

/* NULL: not made yet. */
static const lk_orthogonal *shape_of(const muon *own, const lk_parameter *tensor) {
  for (int i = 0; i < own->shapes_used; i++)
    if (own->shapes[i].rows == (int)tensor->size[0] &&
        own->shapes[i].columns == (int)tensor->size[1])
      return &own->shapes[i];
  return NULL;
}

static lk_status make_shapes(muon *own, const lk_parameters *table,
                             lk_precision precision) {
  LK_TRY(LK_NEW(own->shapes, (size_t)table->tensors));
  for (int i = 0; i < table->tensors; i++) {
    const lk_parameter *tensor = &table->list[i];
    if (!is_matrix(tensor) || shape_of(own, tensor)) continue;
    LK_TRY(lk_orthogonal_create(&own->shapes[own->shapes_used], precision,
                                (int)tensor->size[0], (int)tensor->size[1]));
    own->shapes_used++;
  }
  return LK_OK;
}

static lk_status allocate(muon *own) {
  size_t most = 0, scratch = 0;
  for (int i = 0; i < own->shapes_used; i++) {
    size_t count = (size_t)own->shapes[i].rows * (size_t)own->shapes[i].columns;
    size_t size = lk_orthogonal_scratch(&own->shapes[i]);
    if (count > most) most = count;
    if (size > scratch) scratch = size;
  }
  LK_TRY(LK_NEW(own->direction, most));
  LK_TRY(LK_NEW(own->scratch, scratch));
  for (int i = 0; i < SECTIONS; i++) {
    LK_TRY(LK_NEW(own->sections[i].firsts, (size_t)own->ranks));
    LK_TRY(LK_NEW(own->sections[i].counts, (size_t)own->ranks));
  }
  return LK_OK;
}

static lk_status create(lk_optimizer *optimizer, const lk_world *world) {
  muon *own = NULL;
  if (optimizer->table->count > INT_MAX)
    return lk_fail(LK_USAGE, "a model of over 2^31 parameters is too large for Muon; use "
                             "optimizer=adamw");
  LK_TRY(LK_NEW(own, 1));
  optimizer->own = own;
  own->rank = world ? lk_world_rank(world) : 0;
  own->ranks = world ? lk_world_size(world) : 1;
  LK_TRY(make_shapes(own, optimizer->table, optimizer->settings.precision));
  LK_TRY(allocate(own));
  distribute(own, optimizer->table);
  return LK_OK;
}

/* A rank has all from its first matrix to the next rank's: biases and norms are in between.
 * Stores where the first one begins and the last one ends. */
static void close_gaps(const section *matrices, int ranks, int *first, int *end) {
  int before = -1;
  for (int r = 0; r < ranks; r++) {
    if (matrices->counts[r] == 0) continue;
    if (before < 0)
      *first = matrices->firsts[r];
    else
      matrices->counts[before] = matrices->firsts[r] - matrices->firsts[before];
    before = r;
    *end = matrices->firsts[r] + matrices->counts[r];
  }
  assert(before >= 0 && *first < *end);
}

static void share_evenly(const section *s, int ranks, int64_t first, int64_t end) {
  for (int64_t r = 0; r < ranks; r++) {
    s->firsts[r] = (int)(first + (end - first) * r / ranks);
    s->counts[r] = (int)(first + (end - first) * (r + 1) / ranks) - s->firsts[r];
  }
}

static lk_status deal(lk_optimizer *optimizer) {
  static const int in_order[SECTIONS] = {BEFORE, MATRICES, BEHIND};
  const muon *own = optimizer->own;
  int first = 0, end = 0;
  LK_TRY(lk_holding_create(&optimizer->held, SECTIONS));
  close_gaps(&own->sections[MATRICES], own->ranks, &first, &end);
  share_evenly(&own->sections[BEFORE], own->ranks, 0, first);
  share_evenly(&own->sections[BEHIND], own->ranks, end, (int64_t)optimizer->table->count);
  for (int i = 0; i < SECTIONS; i++) {
    const section *s = &own->sections[in_order[i]];
    lk_holding_add(&optimizer->held, (uint64_t)s->firsts[own->rank],
                   (uint64_t)s->counts[own->rank]);
  }
  return LK_OK;
}

static void release(lk_optimizer *optimizer) {
  muon *own = optimizer->own;
  if (!own) return;
  for (int i = 0; i < own->shapes_used; i++)
    lk_orthogonal_release(&own->shapes[i]);
  lk_free(own->shapes);
  lk_free(own->direction);
  lk_free(own->scratch);
  for (int i = 0; i < SECTIONS; i++) {
    lk_free(own->sections[i].firsts);
    lk_free(own->sections[i].counts);
  }
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

LK_CLONES static void follow_elements(float *restrict m, float *restrict direction,
                                      const float *restrict gradients, float momentum,
                                      float scale, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    float part = (1 - momentum) * scale * gradients[i];
    m[i] = momentum * m[i] + part;
    direction[i] = momentum * m[i] + part;
  }
}

/* Nesterov's momentum: the direction is ahead of the mean by one gradient. */
static void follow(float *m, float *direction, const float *gradients, float momentum,
                   float scale, uint64_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    follow_elements(m + c.first, direction + c.first, gradients + c.first, momentum, scale,
                    c.count);
  }
}

LK_CLONES static void move_elements(float *restrict values, const float *restrict direction,
                                    float shrink, float rate, uint64_t count) {
  for (uint64_t i = 0; i < count; i++)
    values[i] = values[i] * shrink - rate * direction[i];
}

static void move(float *values, const float *direction, float shrink, float rate,
                 uint64_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    move_elements(values + c.first, direction + c.first, shrink, rate, c.count);
  }
}

static int is_mine(const muon *own, const lk_parameter *tensor) {
  const section *matrices = &own->sections[MATRICES];
  uint64_t first = (uint64_t)matrices->firsts[own->rank];
  return tensor->offset >= first &&
         tensor->offset < first + (uint64_t)matrices->counts[own->rank];
}

/* Where the mean of its gradients is; NULL: another rank's. */
static float *mean_of(const lk_optimizer *optimizer, const lk_parameter *tensor) {
  uint64_t first = tensor->offset, end = tensor->offset + tensor->count;
  for (int i = 0; i < optimizer->held.used; i++) {
    lk_held part = lk_held_common(optimizer->held.spans[i], first, end);
    if (part.count == 0) continue;
    assert(part.count == tensor->count);
    return optimizer->states[0] + part.at;
  }
  return NULL;
}

/* A matrix moves by learning_rate · 0.2 · sqrt(its larger size), so that learning rates are
 * AdamW's. The mean of its gradients is kept by all ranks, or by the one that moves it. */
static void update_matrix(lk_optimizer *optimizer, const lk_update *update,
                          const lk_parameter *tensor, const float *gradients,
                          float *values) {
  const lk_optimizer_settings *s = &optimizer->settings;
  muon *own = optimizer->own;
  const lk_orthogonal *shape = shape_of(own, tensor);
  float *mean = mean_of(optimizer, tensor);
  if (!mean) return;
  follow(mean, own->direction, gradients + tensor->offset, (float)s->momentum,
         (float)update->gradient_scale, tensor->count);
  if (!is_mine(own, tensor)) return;
  lk_orthogonalise(shape, own->direction, own->scratch);
  int larger = shape->rows > shape->columns ? shape->rows : shape->columns;
  double rate = update->learning_rate * 0.2 * sqrt(larger);
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
  for (int i = 0; i < (optimizer->tree ? SECTIONS : 1); i++)
    LK_TRY(lk_world_share_parts(world, values, own->sections[i].counts,
                                own->sections[i].firsts));
  return LK_OK;
}

const lk_optimizer_kind lk_muon = {.states = {"m", "v"},
                                   .sum = LK_SUM_EVERYWHERE,
                                   .create = create,
                                   .deal = deal,
                                   .release = release,
                                   .needs_one = is_matrix,
                                   .cut = cut,
                                   .update = update_range,
                                   .share = share};

#include "lockstep/parameters.h"
#include "lockstep/random.h"
#include "model/tensors.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

#define LK_ONE(...) +1
enum {
  FIRST = 0 LK_FIRST_TENSORS(LK_ONE),
  PER_BLOCK = 0 LK_BLOCK_TENSORS(LK_ONE),
  LAST = 0 LK_LAST_TENSORS(LK_ONE)
};

/* A first size of 0: the model has no such tensor. */
static void append(lk_parameters *table, int block, const char *name, int rank, uint64_t s0,
                   uint64_t s1, uint64_t s2, int decay, int initial) {
  if (s0 == 0) return;
  lk_parameter *entry = &table->list[table->tensors++];
  if (block < 0)
    snprintf(entry->name, sizeof entry->name, "%s", name);
  else
    snprintf(entry->name, sizeof entry->name, "blocks.%d.%s", block, name);
  assert(rank >= 1 && rank <= 3 && s1 > 0 && s2 > 0);
  entry->block = block;
  entry->rank = rank;
  entry->size[0] = s0;
  entry->size[1] = s1;
  entry->size[2] = s2;
  entry->count = s0 * s1 * s2;
  entry->offset = table->count;
  entry->decay = decay;
  entry->initial = initial;
  table->count += entry->count;
}

#define LK_SIZES(s0, s1, s2) (uint64_t)(s0), (uint64_t)(s1), (uint64_t)(s2)
#define LK_APPEND(field, name, rank, s0, s1, s2, decay, initial)                           \
  append(table, -1, name, rank, LK_SIZES(s0, s1, s2), decay, initial);
#define LK_APPEND_BLOCK(field, name, rank, s0, s1, s2, decay, initial)                     \
  append(table, block, name, rank, LK_SIZES(s0, s1, s2), decay, initial);

static void fill(lk_parameters *table) {
  const lk_shape *s = &table->shape;
  LK_FIRST_TENSORS(LK_APPEND)
  for (int block = 0; block < s->layers; block++) {
    LK_BLOCK_TENSORS(LK_APPEND_BLOCK)
  }
  LK_LAST_TENSORS(LK_APPEND)
}

lk_status lk_parameters_create(lk_parameters **out, const lk_shape *shape) {
  lk_parameters *table = NULL;
  *out = NULL;
  LK_TRY(lk_shape_check(shape));
  LK_TRY(LK_NEW(table, 1));
  table->shape = *shape;
  lk_status status =
      LK_NEW(table->list, (size_t)(FIRST + PER_BLOCK * shape->layers + LAST));
  if (status != LK_OK) {
    lk_parameters_free(table);
    return status;
  }
  fill(table);
  *out = table;
  return LK_OK;
}

void lk_parameters_free(lk_parameters *parameters) {
  if (!parameters) return;
  lk_free(parameters->list);
  lk_free(parameters);
}

const lk_parameter *lk_parameters_find(const lk_parameters *parameters, const char *name) {
  for (int i = 0; i < parameters->tensors; i++)
    if (!strcmp(parameters->list[i].name, name)) return &parameters->list[i];
  return NULL;
}

void lk_parameters_initialise(const lk_parameters *parameters, uint64_t seed,
                              lk_real *values) {
  for (int i = 0; i < parameters->tensors; i++) {
    const lk_parameter *entry = &parameters->list[i];
    lk_stream stream = {.seed = seed, .purpose = LK_RANDOM_WEIGHTS, .site = (uint32_t)i};
    for (uint64_t k = 0; k < entry->count; k++)
      values[entry->offset + k] = (lk_real)(entry->initial == LK_INITIAL_NORMAL
                                                ? 0.02 * lk_random_normal(&stream, k)
                                                : entry->initial == LK_INITIAL_ONE);
  }
}

lk_status lk_tensors_create(lk_tensors *out, const lk_parameters *parameters) {
  memset(out, 0, sizeof *out);
  return LK_NEW(out->blocks, (size_t)parameters->shape.layers);
}

/* The list's order is the table's, so one counter walks both. */
#define LK_NEXT(s0)                                            (s0) > 0 ? array + parameters->list[index++].offset : NULL
#define LK_BIND(field, name, rank, s0, s1, s2, decay, initial) tensors->field = LK_NEXT(s0);
#define LK_BIND_BLOCK(field, name, rank, s0, s1, s2, decay, initial)                       \
  tensors->blocks[block].field = LK_NEXT(s0);

void lk_tensors_bind(lk_tensors *tensors, const lk_parameters *parameters, lk_real *array) {
  const lk_shape *s = &parameters->shape;
  int index = 0;
  LK_FIRST_TENSORS(LK_BIND)
  for (int block = 0; block < parameters->shape.layers; block++) {
    LK_BLOCK_TENSORS(LK_BIND_BLOCK)
  }
  LK_LAST_TENSORS(LK_BIND)
  if (s->tied) tensors->head_weight = tensors->tok_emb;
  assert(index == parameters->tensors);
}

void lk_tensors_release(lk_tensors *tensors) {
  lk_free(tensors->blocks);
  tensors->blocks = NULL;
}

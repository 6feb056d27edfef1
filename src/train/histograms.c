/* Histograms of a step's gradients, a layer each. Each rank counts its own parts of the sum
 * over all shards; nothing of it changes what is trained. */
#include "lockstep/memory.h"
#include "train/trainer.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { NUMBERS = sizeof(lk_histogram) / sizeof(double) };

struct lk_layer_histograms {
  int layers;
  lk_named_histogram *list; /* (layers), as all here owned */
  char (*names)[32];        /* (layers) */
  lk_histogram *mine;       /* (layers) */
  lk_histogram *sums;       /* (layers), of all ranks */
  uint64_t step;            /* that they are of; 0: none yet */
};

/* What stands before the blocks, each block, what stands behind them. */
static int layer_of(const lk_parameters *table, const lk_parameter *tensor) {
  if (tensor->block >= 0) return tensor->block + 1;
  for (const lk_parameter *t = table->list; t < tensor; t++)
    if (t->block >= 0) return table->shape.layers + 1;
  return 0;
}

static void name_layers(lk_layer_histograms *h) {
  for (int i = 0; i < h->layers; i++) {
    if (i == 0 || i == h->layers - 1)
      snprintf(h->names[i], sizeof *h->names, "gradients/%s", i ? "output" : "embedding");
    else
      snprintf(h->names[i], sizeof *h->names, "gradients/blocks.%d", i - 1);
    h->list[i] = (lk_named_histogram){h->names[i], &h->sums[i]};
  }
}

lk_status lk_trainer_make_histograms(lk_trainer *trainer) {
  lk_layer_histograms *h;
  if (!trainer->config->tensorboard || !trainer->config->histogram_every) return LK_OK;
  LK_TRY(LK_NEW(h, 1));
  trainer->histograms = h;
  h->layers = trainer->table->shape.layers + 2;
  size_t layers = (size_t)h->layers;
  LK_TRY(LK_NEW(h->list, layers));
  LK_TRY(LK_NEW(h->names, layers));
  LK_TRY(LK_NEW(h->mine, layers));
  LK_TRY(LK_NEW(h->sums, layers));
  name_layers(h);
  return LK_OK;
}

void lk_trainer_free_histograms(lk_layer_histograms *h) {
  if (!h) return;
  lk_free(h->list);
  lk_free(h->names);
  lk_free(h->mine);
  lk_free(h->sums);
  lk_free(h);
}

/* What of a tensor lies in a part of the array. */
static void count_tensor(lk_trainer *t, const lk_parameter *tensor, const float *gradients,
                         double scale, size_t first, size_t end) {
  size_t from = tensor->offset, to = tensor->offset + tensor->count;
  if (from < first) from = first;
  if (to > end) to = end;
  if (from < to)
    lk_histogram_add(&t->histograms->mine[layer_of(t->table, tensor)], gradients + from,
                     to - from, scale);
}

static void count_mine(lk_trainer *t, const float *gradients, double scale) {
  for (int i = 0; i < t->histograms->layers; i++)
    t->histograms->mine[i] = (lk_histogram){0};
  for (int part = 0; part < lk_tree_parts(t->tree); part++) {
    size_t first, count;
    lk_tree_part(t->tree, part, &first, &count);
    for (int i = 0; i < t->table->tensors; i++)
      count_tensor(t, &t->table->list[i], gradients, scale, first, first + count);
  }
}

/* What has come of a rank's histogram. */
typedef struct {
  lk_histogram next, *sum;
} merging;

static void merge(void *context, int rank, size_t first, const double *numbers,
                  size_t count) {
  merging *m = context;
  (void)rank;
  memcpy((double *)&m->next + first, numbers, count * sizeof *numbers);
  if (first + count == NUMBERS) lk_histogram_merge(m->sum, &m->next);
}

lk_status lk_trainer_count_gradients(lk_trainer *trainer, const float *gradients,
                                     double scale) {
  lk_trainer *t = trainer;
  lk_layer_histograms *h = t->histograms;
  if (!h || (t->step + 1) % t->config->histogram_every) return LK_OK;
  lk_profile_switch(LK_PART_REST);
  count_mine(t, gradients, scale);
  for (int i = 0; i < h->layers; i++) {
    merging m = {.sum = &h->sums[i]};
    h->sums[i] = (lk_histogram){0};
    LK_TRY(lk_world_each(t->world, (const double *)&h->mine[i], NUMBERS, merge, &m));
  }
  h->step = t->step + 1;
  return LK_OK;
}

const lk_named_histogram *lk_trainer_histograms(const lk_trainer *trainer, int *layers) {
  const lk_layer_histograms *h = trainer->histograms;
  if (!h || h->step != trainer->step) return NULL;
  assert(h->step > 0);
  *layers = h->layers;
  return h->list;
}

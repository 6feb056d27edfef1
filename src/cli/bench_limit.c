/* The rate of a step's matrix products alone: what the rest of a step could at best cost
 * nothing beside. All ranks run them at once, for cores share power and memory. */
#include "base/clock.h"
#include "cli/bench.h"
#include "lockstep/memory.h"
#include <string.h>

enum { PRODUCTS = 8, ROUNDS_LEAST = 3, ROUNDS_MOST = 200 };
static const double SECONDS = 1;

/* (rows, inputs) times (inputs, outputs), forward and backward, `count` times a pack. */
typedef struct {
  int rows, inputs, outputs, count;
  lk_linear layer;
} product;

/* Operands and results with room for the largest product. */
typedef struct {
  product list[PRODUCTS];
  lk_operand x, dy, weight;
  float *result, *d_weight;
} work;

/* The model's products, as src/model runs them. */
static void list_products(work *w, const lk_shape *s, int rows, int targets) {
  int C = s->channels, L = s->layers;
  const product list[PRODUCTS] = {
      {.rows = rows, C, C, 2 * (L - 1)}, {.rows = rows, C, 2 * C, L},
      {.rows = rows, C, 4 * C, L - 1},   {.rows = rows, 4 * C, C, L - 1},
      {.rows = targets, C, C, 2},        {.rows = targets, C, 4 * C, 1},
      {.rows = targets, 4 * C, C, 1},    {.rows = targets, C, s->vocabulary, 1}};
  memcpy(w->list, list, sizeof list);
}

static lk_status make_operand(lk_operand *out, lk_precision precision, size_t count) {
  LK_TRY(precision == LK_BF16 ? LK_NEW(out->bf16, count) : LK_NEW(out->real, count));
  for (size_t i = 0; i < count; i++) {
    float value = (float)(i % 7) / 64;
    if (precision == LK_BF16)
      lk_bf16_round(&out->bf16[i], &value, 1);
    else
      out->real[i] = value;
  }
  return LK_OK;
}

static lk_status make_room(work *w, const lk_shape *s, lk_precision precision, int rows) {
  size_t C = (size_t)s->channels, widest = 4 * C, vocabulary = (size_t)s->vocabulary;
  if (vocabulary > widest) widest = vocabulary;
  for (int i = 0; i < PRODUCTS; i++)
    LK_TRY(lk_linear_create(&w->list[i].layer, precision, w->list[i].inputs,
                            w->list[i].outputs));
  LK_TRY(make_operand(&w->x, precision, (size_t)rows * widest));
  LK_TRY(make_operand(&w->dy, precision, (size_t)rows * widest));
  LK_TRY(make_operand(&w->weight, precision, C * widest));
  LK_TRY(LK_NEW(w->result, (size_t)rows * widest));
  return LK_NEW(w->d_weight, C * widest);
}

static void free_operand(lk_operand *operand) {
  lk_free(operand->real);
  lk_free(operand->bf16);
}

static void free_room(work *w) {
  for (int i = 0; i < PRODUCTS; i++)
    lk_linear_release(&w->list[i].layer);
  free_operand(&w->x);
  free_operand(&w->dy);
  free_operand(&w->weight);
  lk_free(w->result);
  lk_free(w->d_weight);
}

static void run_product(const work *w, const product *p) {
  lk_linear_forward(&p->layer, w->result, w->x, w->weight, NULL, p->rows);
  lk_linear_backward_input(&p->layer, w->result, 0, w->dy, w->weight, p->rows);
  lk_linear_backward_weight(&p->layer, w->d_weight, NULL, w->dy, w->x, p->rows);
}

/* Seconds of the products of one pack. */
static double time_round(const work *w) {
  double seconds = 0;
  for (int i = 0; i < PRODUCTS; i++) {
    if (w->list[i].count == 0) continue;
    double start = lk_clock();
    run_product(w, &w->list[i]);
    seconds += w->list[i].count * (lk_clock() - start);
  }
  return seconds;
}

static double median_round(const work *w) {
  double rounds[ROUNDS_MOST], start = lk_clock();
  int count = 0;
  time_round(w); /* warms up */
  while (count < ROUNDS_LEAST || (count < ROUNDS_MOST && lk_clock() - start < SECONDS))
    rounds[count++] = time_round(w);
  return lk_bench_median(rounds, count);
}

/* All ranks. */
static lk_status add_rates(lk_world *world, double mine, double *rate) {
  double *all = NULL;
  lk_status status = lk_world_agree(world, LK_NEW(all, (size_t)lk_world_size(world)));
  if (status == LK_OK) status = lk_world_gather(world, &mine, 1, all);
  *rate = 0;
  for (int r = 0; r < lk_world_size(world) && status == LK_OK; r++)
    *rate += all[r];
  lk_free(all);
  return status;
}

lk_status lk_bench_limit(lk_world *world, const lk_shape *shape, lk_precision precision,
                         int rows, int targets, double *rate) {
  work w = {0};
  list_products(&w, shape, rows, targets);
  lk_status status = lk_world_agree(world, make_room(&w, shape, precision, rows));
  if (status == LK_OK)
    status =
        add_rates(world, lk_bench_flops(shape, rows, targets) / median_round(&w), rate);
  free_room(&w);
  return status;
}

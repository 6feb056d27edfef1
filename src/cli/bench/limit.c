/* The rate of a step's matrix products alone: what the rest of a step could at best cost
 * nothing beside. All ranks run them at once, for cores share power and memory. */
#include "base/clock.h"
#include "cli/bench/bench.h"
#include "lockstep/memory.h"
#include "lockstep/model.h"

enum { ROUNDS_LEAST = 3, ROUNDS_MOST = 200 };
static const double SECONDS = 1;

/* The model's products, and operands and results with room for the largest. */
typedef struct {
  lk_model_linear list[LK_LINEARS];
  lk_linear layers[LK_LINEARS];
  int rows, targets; /* of a pack */
  lk_operand x, dy, weight;
  float *result, *d_weight;
} work;

/* Numbers that are the same in both precisions. */
static lk_status make_operand(lk_operand *out, lk_precision precision, size_t count) {
  enum { PERIOD = 7 };
  float values[PERIOD];
  lk_bf16 rounded[PERIOD];
  for (int i = 0; i < PERIOD; i++)
    values[i] = (float)i / 64;
  lk_bf16_round(rounded, values, PERIOD);
  LK_TRY(precision != LK_FP32 ? LK_NEW(out->bf16, count) : LK_NEW(out->real, count));
  for (size_t i = 0; i < count; i++)
    if (precision != LK_FP32)
      out->bf16[i] = rounded[i % PERIOD];
    else
      out->real[i] = values[i % PERIOD];
  return LK_OK;
}

/* Numbers of the largest matrix with so many rows, 0: of the largest weight. */
static size_t largest(const work *w, size_t rows) {
  size_t most = 0;
  for (int i = 0; i < LK_LINEARS; i++) {
    size_t inputs = (size_t)w->list[i].inputs, outputs = (size_t)w->list[i].outputs;
    size_t wider = inputs > outputs ? inputs : outputs;
    size_t count = rows ? rows * wider : inputs * outputs;
    if (count > most) most = count;
  }
  return most;
}

static lk_status make_room(work *w, lk_precision precision) {
  size_t rows = largest(w, (size_t)w->rows), weights = largest(w, 0);
  for (int i = 0; i < LK_LINEARS; i++)
    LK_TRY(
        lk_linear_create(&w->layers[i], precision, w->list[i].inputs, w->list[i].outputs));
  LK_TRY(make_operand(&w->x, precision, rows));
  LK_TRY(make_operand(&w->dy, precision, rows));
  LK_TRY(make_operand(&w->weight, precision, weights));
  LK_TRY(LK_NEW(w->result, rows));
  return LK_NEW(w->d_weight, weights);
}

static void free_operand(lk_operand *operand) {
  lk_free(operand->real);
  lk_free(operand->bf16);
}

static void free_room(work *w) {
  for (int i = 0; i < LK_LINEARS; i++)
    lk_linear_release(&w->layers[i]);
  free_operand(&w->x);
  free_operand(&w->dy);
  free_operand(&w->weight);
  lk_free(w->result);
  lk_free(w->d_weight);
}

/* Seconds of one product, forward and backward, as often as a pack has it. */
static double time_product(const work *w, const lk_linear *layer, int rows, int count) {
  if (count == 0) return 0;
  double start = lk_clock();
  lk_linear_forward(layer, w->result, w->x, w->weight, NULL, rows);
  lk_linear_backward_input(layer, w->result, 0, w->dy, w->weight, rows);
  lk_linear_backward_weight(layer, w->d_weight, NULL, w->dy, w->x, rows);
  return count * (lk_clock() - start);
}

/* Seconds of the products of one pack. */
static double time_round(const work *w) {
  double seconds = 0;
  for (int i = 0; i < LK_LINEARS; i++) {
    seconds += time_product(w, &w->layers[i], w->rows, w->list[i].all);
    seconds += time_product(w, &w->layers[i], w->targets, w->list[i].targets);
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

/* fp32 products by each library that there is, bf16 ones by oneDNN: others stay 0. */
static void time_libraries(const work *w, const lk_bench_products *products,
                           double seconds[LK_PRODUCT_LIBRARIES]) {
  const lk_product_library selected = lk_products_selected(), only = products->library;
  for (lk_product_library l = LK_OPENBLAS; l < LK_PRODUCT_LIBRARIES; l++) {
    int used = products->precision == LK_FP32 ? lk_products_has(l) : l == LK_ONEDNN;
    if (only != LK_PRODUCT_LIBRARIES && only != l) continue;
    if (!used || lk_products_select(l, "bench") != LK_OK) continue;
    seconds[l] = median_round(w);
  }
  (void)lk_products_select(selected, "bench"); /* which it has been before */
}

lk_status lk_bench_limit(lk_world *world, const lk_shape *shape,
                         const lk_bench_products *products,
                         double rates[LK_PRODUCT_LIBRARIES], double *beside) {
  int rows = products->rows, targets = products->targets;
  work w = {.rows = rows, .targets = targets};
  double mine[LK_PRODUCT_LIBRARIES] = {0};
  uint64_t before = lk_bytes_alive();
  lk_model_linears(shape, w.list);
  lk_status status = lk_world_agree(world, make_room(&w, products->precision));
  if (status == LK_OK) time_libraries(&w, products, mine);
  if (beside) *beside = (double)lk_peak_memory() - (double)(lk_bytes_alive() - before);
  free_room(&w);
  for (int l = 0; l < LK_PRODUCT_LIBRARIES; l++)
    mine[l] = mine[l] > 0 ? lk_bench_flops(shape, rows, targets) / mine[l] : 0;
  LK_TRY(status);
  return lk_world_add_rows(world, mine, LK_PRODUCT_LIBRARIES, LK_PRODUCT_LIBRARIES, rates);
}

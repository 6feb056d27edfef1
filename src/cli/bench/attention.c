/* `bench --attention`: the attention core alone, forward and backward, on one causal
 * sequence of the model's block, laid out as the model lays it out. */
#include "lockstep/attention.h"
#include "base/clock.h"
#include "cli/bench/bench.h"
#include "cli/result.h"
#include "lockstep/memory.h"
#include "lockstep/model.h"
#include "lockstep/random.h"
#include <assert.h>
#include <stdio.h>

enum { FORWARD, BACKWARD, BOTH, COLUMNS };

static const char *const names[COLUMNS] = {"forward", "backward", "both"};

typedef struct {
  lk_attention *core;
  const lk_shape *shape;
  lk_span span;
  lk_real *q, *kv, *d_out;           /* (T, C), (T, 2C), (T, C) */
  lk_real *out, *log_sum, *dq, *dkv; /* (T, C), (T, H), (T, C), (T, 2C) */
  double *seconds[COLUMNS];          /* (rounds) */
} timing;

static void fill(lk_real *to, size_t count, uint32_t site) {
  lk_stream stream = {.seed = 1, .purpose = LK_RANDOM_LAB, .site = site};
  for (size_t i = 0; i < count; i++)
    to[i] = (lk_real)lk_random_normal(&stream, i);
}

static lk_status prepare(timing *t, const lk_shape *shape, lk_precision precision,
                         long rounds) {
  size_t T = (size_t)shape->block, C = (size_t)shape->channels;
  size_t keys = 2 * T * (size_t)lk_kv_width(shape);
  assert(shape->channels % shape->heads == 0);
  t->shape = shape;
  t->span = (lk_span){.keys = shape->block, .queries = shape->block};
  LK_TRY(lk_attention_create(&t->core, shape->heads, shape->channels / shape->heads,
                             shape->block));
  lk_attention_share_keys(t->core, shape->heads / lk_kv_heads(shape));
  LK_TRY(lk_model_check_precision(precision, "this config"));
  if (precision == LK_BF16_ATTENTION) lk_attention_use_bf16(t->core);
  lk_real **rows[] = {&t->q, &t->d_out, &t->out, &t->dq};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    LK_TRY(LK_NEW(*rows[i], T * C));
  LK_TRY(LK_NEW(t->kv, keys));
  LK_TRY(LK_NEW(t->dkv, keys));
  LK_TRY(LK_NEW(t->log_sum, T * (size_t)shape->heads));
  for (int c = 0; c < COLUMNS; c++)
    LK_TRY(LK_NEW(t->seconds[c], (size_t)rounds));
  fill(t->q, T * C, 0);
  fill(t->kv, keys, 1);
  fill(t->d_out, T * C, 2);
  return LK_OK;
}

static void time_round(timing *t, double seconds[COLUMNS]) {
  size_t C = (size_t)t->shape->channels, K = (size_t)lk_kv_width(t->shape);
  lk_attention_input input = {.spans = &t->span,
                              .spans_count = 1,
                              .q = t->q,
                              .q_stride = C,
                              .k = t->kv,
                              .v = t->kv + K,
                              .kv_stride = 2 * K};
  double start = lk_clock();
  lk_attention_forward(t->core, &input, t->out, t->log_sum);
  double middle = lk_clock();
  lk_attention_backward(t->core, &input, t->out, t->log_sum, t->d_out, t->dq, t->dkv,
                        t->dkv + K);
  double end = lk_clock();
  seconds[FORWARD] = middle - start;
  seconds[BACKWARD] = end - middle;
  seconds[BOTH] = end - start;
}

/* The first round warms up. */
static void run_rounds(timing *t, long rounds) {
  for (long i = -1; i < rounds; i++) {
    double seconds[COLUMNS];
    time_round(t, seconds);
    for (int c = 0; c < COLUMNS && i >= 0; c++)
      t->seconds[c][i] = seconds[c];
  }
}

/* Of what the triangle of visible keys needs: two products forward, five backward, the
 * scores once more among them. */
static double count_flops(const lk_shape *shape, int column) {
  static const int products[COLUMNS] = {2, 5, 7};
  double T = shape->block;
  return products[column] * 2 * (T * (T + 1) / 2) * shape->channels;
}

static int add_column(cJSON *root, const char *name, double seconds, double gflops) {
  cJSON *row = cJSON_AddObjectToObject(root, name);
  printf("%-8s  %10.6f  %8.1f\n", name, seconds, gflops);
  return row && cJSON_AddNumberToObject(row, "seconds", seconds) &&
         cJSON_AddNumberToObject(row, "gflops", gflops);
}

static lk_status report(timing *t, long rounds, const char *json) {
  const lk_shape *s = t->shape;
  int head_size = s->channels / s->heads;
  cJSON *root = cJSON_CreateObject();
  int good = root && cJSON_AddNumberToObject(root, "block", s->block) &&
             cJSON_AddNumberToObject(root, "heads", s->heads) &&
             cJSON_AddNumberToObject(root, "head_size", head_size);
  printf("attention: one causal sequence of %d, %d heads of %d, no dropout\n"
         "             seconds   GFLOP/s\n",
         s->block, s->heads, head_size);
  for (int c = 0; c < COLUMNS && good; c++) {
    double seconds = lk_bench_median(t->seconds[c], rounds);
    good = add_column(root, names[c], seconds, count_flops(s, c) / seconds / 1e9);
  }
  if (json) return lk_result_save_json(json, root, good);
  cJSON_Delete(root);
  return LK_OK;
}

static void free_buffers(timing *t) {
  lk_real *buffers[] = {t->q, t->kv, t->d_out, t->out, t->log_sum, t->dq, t->dkv};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
    lk_free(buffers[i]);
  for (int c = 0; c < COLUMNS; c++)
    lk_free(t->seconds[c]);
  lk_attention_free(t->core);
}

lk_status lk_bench_attention(const lk_shape *shape, lk_precision precision, long rounds,
                             const char *json) {
  timing t = {0};
  lk_status status = prepare(&t, shape, precision, rounds);
  if (status == LK_OK) run_rounds(&t, rounds);
  if (status == LK_OK) status = report(&t, rounds, json);
  free_buffers(&t);
  return status;
}

/* `bench --decode`: a token of one text and of several side by side, beside the time of
 * only reading the weights, by turns, so that whatever else the machine does hits all
 * alike. */
#include "base/clock.h"
#include "base/vector.h"
#include "cli/bench/bench.h"
#include "cli/result.h"
#include "lockstep/memory.h"
#include "lockstep/model.h"
#include <stdio.h>

static const int batches[] = {1, 8, 32};
enum {
  BATCHES = sizeof batches / sizeof *batches,
  MOST = 32,
  PROMPT = 16,
  READING = BATCHES
};

typedef struct {
  lk_parameters *table;
  float *values;
  lk_decoder *decoder;
  lk_precision precision;
  size_t weights;               /* that a token's products read */
  int next;                     /* token, of the texts that are decoded */
  float sum;                    /* of what was read, so that it was */
  double *seconds[BATCHES + 1]; /* (rounds) of a token of each, and of reading */
} decoding;

static size_t count_weights(const lk_shape *shape) {
  lk_model_linear linears[LK_LINEARS];
  size_t count = 0;
  lk_model_linears(shape, linears);
  for (int i = 0; i < LK_LINEARS; i++)
    count += (size_t)linears[i].inputs * (size_t)linears[i].outputs *
             (size_t)(linears[i].all + linears[i].targets);
  return count;
}

/* Many sums side by side: more than memory can feed. */
LK_CLONES static float read_all(const float *from, size_t count) {
  enum { SUMS = 64 };
  float sums[SUMS] = {0};
  for (size_t i = 0; i + SUMS <= count; i += SUMS)
    for (size_t j = 0; j < SUMS; j++)
      sums[j] += from[i + j];
  for (size_t j = 1; j < SUMS; j++)
    sums[0] += sums[j];
  return sums[0];
}

static double time_reading(decoding *d) {
  double start = lk_clock();
  d->sum += read_all(d->values, d->precision != LK_FP32 ? d->weights / 2 : d->weights);
  return lk_clock() - start;
}

static double time_token(decoding *d, int batch) {
  int sequences[MOST];
  lk_token tokens[MOST];
  for (int i = 0; i < batch; i++) {
    sequences[i] = i;
    tokens[i] = (lk_token)((d->next + i) % d->table->shape.vocabulary);
  }
  d->next++;
  double start = lk_clock();
  lk_decoder_append(d->decoder, sequences, tokens, batch);
  return lk_clock() - start;
}

static void run_rounds(decoding *d, long rounds) {
  lk_token prompt[PROMPT] = {0};
  for (long i = -1; i < rounds; i++) {
    for (int s = 0; s < MOST; s++)
      lk_decoder_begin(d->decoder, s, prompt, lk_decoder_room(d->decoder) - BATCHES);
    for (int way = 0; way <= BATCHES; way++) {
      double seconds = way == READING ? time_reading(d) : time_token(d, batches[way]);
      if (i >= 0) d->seconds[way][i] = seconds;
    }
  }
}

static lk_status prepare(decoding *d, const lk_shape *shape, long rounds) {
  int room = shape->block < PROMPT ? shape->block : PROMPT;
  LK_TRY(lk_parameters_create(&d->table, shape));
  LK_TRY(LK_NEW(d->values, d->table->count));
  lk_parameters_initialise(d->table, 1, d->values);
  d->weights = count_weights(shape);
  for (int way = 0; way <= BATCHES; way++)
    LK_TRY(LK_NEW(d->seconds[way], (size_t)rounds));
  return lk_decoder_create(&d->decoder, d->table, d->values, MOST, room, d->precision);
}

static lk_status report(decoding *d, long rounds, const char *json) {
  double reading = lk_bench_median(d->seconds[READING], rounds);
  double bytes = (double)d->weights * (d->precision != LK_FP32 ? 2 : 4);
  cJSON *root = cJSON_CreateObject(), *list = NULL;
  int good = root && cJSON_AddNumberToObject(root, "bytes", bytes) &&
             cJSON_AddNumberToObject(root, "reading_seconds", reading);
  if (good) list = cJSON_AddArrayToObject(root, "batches");
  printf("reading %.1f MB of weights: %.3f ms, %.1f GB/s\n"
         "texts  ms a token of each  tokens/s  of reading\n",
         bytes / 1e6, reading * 1e3, bytes / reading / 1e9);
  for (int way = 0; way < BATCHES && list; way++) {
    double seconds = lk_bench_median(d->seconds[way], rounds);
    cJSON *row = cJSON_CreateObject();
    printf("%5d  %18.3f  %8.1f  %9.2f\n", batches[way], seconds * 1e3,
           batches[way] / seconds, seconds / reading);
    good = good && row && cJSON_AddItemToArray(list, row) &&
           cJSON_AddNumberToObject(row, "texts", batches[way]) &&
           cJSON_AddNumberToObject(row, "seconds", seconds) &&
           cJSON_AddNumberToObject(row, "tokens_per_second", batches[way] / seconds);
  }
  if (json) return lk_result_save_json(json, root, good && list);
  cJSON_Delete(root);
  return LK_OK;
}

lk_status lk_bench_decode(const lk_shape *shape, lk_precision precision, long rounds,
                          const char *json) {
  decoding d = {.precision = precision};
  lk_status status = prepare(&d, shape, rounds);
  if (status == LK_OK) run_rounds(&d, rounds);
  if (status == LK_OK) status = report(&d, rounds, json);
  for (int way = 0; way <= BATCHES; way++)
    lk_free(d.seconds[way]);
  lk_decoder_free(d.decoder);
  lk_parameters_free(d.table);
  lk_free(d.values);
  return status;
}

#include "cli/bench/bench.h"
#include "cli/command.h"
#include "lockstep/kernels.h"
#include "lockstep/memory.h"
#include "lockstep/model.h"
#include "lockstep/watchdog.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WARM_UP = 2, USUAL_STEPS = 10 };

/* One step's numbers of one rank, as ranks exchange them. */
typedef struct {
  double seconds, packs, rows, targets, allocations, peak_memory, parts[LK_PARTS];
} sample;
enum { SAMPLE = sizeof(sample) / sizeof(double) };

/* What medians are taken of, a number a step. */
enum { STEP, WAITING, FIRST_PART, COLUMNS = FIRST_PART + LK_PARTS };

typedef struct {
  lk_world *world;
  lk_trainer *trainer;
  long steps, step;         /* to time, the present one */
  lk_measurement *out;      /* not owned */
  sample next;              /* what has come of a rank's */
  double waited;            /* by the rank that waited least for others in the last step */
  double *columns[COLUMNS]; /* (steps) each */
} stopwatch;

double lk_bench_flops(const lk_shape *shape, double rows, double targets) {
  lk_model_linear linears[LK_LINEARS];
  double flops = 0;
  lk_model_linears(shape, linears);
  for (int i = 0; i < LK_LINEARS; i++) {
    double weights = (double)linears[i].inputs * linears[i].outputs;
    flops += 6 * weights * (linears[i].all * rows + linears[i].targets * targets);
  }
  return flops;
}

static int ascending(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

double lk_bench_median(double *values, long count) {
  qsort(values, (size_t)count, sizeof *values, ascending);
  return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static double larger(double a, double b) {
  return a > b ? a : b;
}

/* A rank's times of step i, into the columns. */
static void keep_times(stopwatch *w, const sample *from, long i) {
  int P = lk_world_size(w->world);
  w->columns[STEP][i] = larger(w->columns[STEP][i], from->seconds);
  for (int part = 0; part < LK_PARTS; part++)
    w->columns[FIRST_PART + part][i] += from->parts[part] / P;
  double waited = from->parts[LK_PART_COMMUNICATION];
  if (waited < w->waited) w->waited = waited;
}

static void keep_counts(const sample *from, lk_measurement *out) {
  out->packs += from->packs;
  out->rows += from->rows;
  out->targets += from->targets;
  out->allocations += from->allocations;
  if (from->peak_memory > (double)out->typical.peak_memory)
    out->typical.peak_memory = (uint64_t)from->peak_memory;
}

/* lk_world_each's. */
static void take_sample(void *context, int rank, size_t first, const double *numbers,
                        size_t count) {
  stopwatch *w = context;
  (void)rank;
  memcpy((double *)&w->next + first, numbers, count * sizeof *numbers);
  if (first + count < SAMPLE || w->step < 0) return;
  keep_times(w, &w->next, w->step);
  keep_counts(&w->next, w->out);
}

/* All ranks: step w->step, and what it was on each; it warms up where that is below 0. */
static lk_status take_step(stopwatch *w) {
  lk_metrics metrics;
  uint64_t before = lk_allocations_made();
  LK_TRY(lk_trainer_step(w->trainer, &metrics));
  sample mine = {.seconds = metrics.seconds,
                 .allocations = (double)(lk_allocations_made() - before),
                 .peak_memory = (double)metrics.peak_memory};
  const lk_trainer_work work = lk_trainer_last_work(w->trainer);
  mine.packs = work.packs;
  mine.rows = work.rows;
  mine.targets = work.target_rows;
  for (int part = 0; part < LK_PARTS; part++)
    mine.parts[part] = metrics.parts[part];
  w->out->typical.loss = metrics.loss;
  w->waited = INFINITY;
  LK_TRY(lk_world_each(w->world, (const double *)&mine, SAMPLE, take_sample, w));
  if (w->step < 0) return LK_OK;
  double *together = &w->columns[FIRST_PART + LK_PART_COMMUNICATION][w->step];
  w->columns[WAITING][w->step] = *together - w->waited;
  *together = w->waited;
  return LK_OK;
}

/* Sums over the steps become means a step or a pack, columns medians. */
static void conclude(stopwatch *w, lk_measurement *out) {
  double steps = (double)w->steps;
  out->step_seconds = lk_bench_median(w->columns[STEP], w->steps);
  out->waiting_seconds = lk_bench_median(w->columns[WAITING], w->steps);
  for (int part = 0; part < LK_PARTS; part++) {
    double seconds = lk_bench_median(w->columns[FIRST_PART + part], w->steps);
    out->typical.parts[part] = seconds;
    out->typical.seconds += seconds;
  }
  out->target_tokens = out->targets / steps;
  out->flops =
      lk_bench_flops(&lk_trainer_table(w->trainer)->shape, out->rows, out->targets) / steps;
  out->rows /= out->packs;
  out->targets /= out->packs;
  out->packs /= steps;
}

static lk_status make_room(stopwatch *w) {
  for (int c = 0; c < COLUMNS; c++)
    LK_TRY(LK_NEW(w->columns[c], (size_t)w->steps));
  return LK_OK;
}

/* All ranks. */
static lk_status measure(lk_world *world, lk_trainer *trainer, long steps,
                         lk_measurement *out) {
  stopwatch w = {
      .world = world, .trainer = trainer, .steps = steps, .step = -WARM_UP, .out = out};
  lk_status status = lk_world_agree(world, make_room(&w));
  for (; w.step < steps && status == LK_OK; w.step++)
    status = take_step(&w);
  if (status == LK_OK) conclude(&w, out);
  for (int c = 0; c < COLUMNS; c++)
    lk_free(w.columns[c]);
  return status;
}

/* Where the results go; NULL: not asked for. */
typedef struct {
  const char *json, *trace;
} outputs;

/* All ranks. */
static lk_status time_steps(lk_world *world, lk_trainer *trainer, const lk_config *config,
                            long steps, const outputs *to) {
  const lk_shape *shape = &lk_trainer_table(trainer)->shape;
  lk_measurement m = {0};
  LK_TRY(lk_world_most_shards(world, (int)config->shards, &m.most_shards));
  LK_TRY(measure(world, trainer, steps, &m));
  lk_watchdog_phase(lk_world_watchdog(world), 0, "measuring the machine's limit",
                    LK_COMPUTES);
  const lk_bench_products products = {(lk_precision)config->precision, (int)m.rows,
                                      (int)m.targets, LK_PRODUCT_LIBRARIES};
  LK_TRY(lk_bench_limit(world, shape, &products, m.limits, NULL));
  LK_TRY(lk_world_agree(world, lk_world_rank(world) == 0
                                   ? lk_bench_report(world, config, &m, to->json)
                                   : LK_OK));
  return to->trace ? lk_bench_trace(world, trainer, to->trace) : LK_OK;
}

static lk_status bench(lk_world *world, lk_config *config, long steps, const outputs *to) {
  lk_trainer *trainer = NULL;
  LK_TRY(lk_trainer_open(&trainer, world, config, lk_task_guess(config), LK_TO_MEASURE));
  lk_status status = time_steps(world, trainer, config, steps, to);
  lk_trainer_free(trainer);
  return status;
}

/* All ranks: every file that is read. */
static lk_status check_outputs(lk_world *world, const char *file, const lk_config *c,
                               const outputs *to) {
  const char *const inputs[] = {file,         c->questions,      c->dev,
                                c->init,      c->probe_config,   c->resume,
                                c->tokenizer, c->validation_file};
  lk_config_corpus *corpora;
  size_t count;
  LK_TRY(lk_arguments_outputs(world, to->json, to->trace, inputs,
                              sizeof inputs / sizeof *inputs));
  LK_TRY(lk_world_agree(world, lk_config_corpora(c, &corpora, &count)));
  lk_status status = LK_OK;
  for (size_t i = 0; i < count && status == LK_OK; i++)
    status = lk_arguments_outputs(world, to->json, to->trace, &corpora[i].file, 1);
  lk_free(corpora);
  return status;
}

static lk_status bench_steps(lk_world *world, const lk_words *words, long steps,
                             const outputs *to) {
  lk_config *config = NULL;
  if (!words->count)
    return lk_fail(LK_USAGE,
                   "bench: give a CONFIG.yaml, or --reduce; see `lockstep bench --help`");
  lk_status status = lk_arguments_config(world, words, &config);
  if (status == LK_OK) status = check_outputs(world, words->words[0], config, to);
  if (status == LK_OK) status = bench(world, config, steps, to);
  lk_config_free(config);
  return status;
}

/* What the command line asks for. */
typedef struct {
  long steps, vocabulary; /* steps 0: as many as usual */
  int reduce, decode, attention;
  outputs to;
} request;

/* On one rank, with the model of the config. */
static lk_status bench_shape(const lk_config *config, const request *r, long rounds) {
  lk_shape shape = lk_config_shape(config, (int)r->vocabulary);
  lk_kernels_select((lk_kernels)config->kernels);
  if (r->attention)
    return lk_bench_attention(&shape, (lk_precision)config->precision, rounds, r->to.json);
  return lk_bench_decode(&shape, (lk_precision)config->precision, rounds, r->to.json);
}

/* Rank 0 alone computes. */
static lk_status bench_model(lk_world *world, const lk_words *words, const request *r,
                             long rounds) {
  lk_config *config = NULL;
  if (!words->count)
    return lk_fail(LK_USAGE, "bench: --%s needs a CONFIG.yaml, or keys of a model",
                   r->attention ? "attention" : "decode");
  LK_TRY(
      lk_arguments_outputs(world, r->to.json, NULL, (const char *const *)words->words, 1));
  LK_TRY(lk_arguments_config(world, words, &config));
  lk_status status = lk_world_rank(world) == 0 ? bench_shape(config, r, rounds) : LK_OK;
  lk_config_free(config);
  return lk_world_agree(world, status);
}

static lk_status bench_sums(lk_world *world, const lk_words *words, const request *r) {
  if (words->count)
    return lk_fail(LK_USAGE, "bench: --reduce takes no config; leave out '%s'",
                   words->words[0]);
  LK_TRY(lk_arguments_outputs(world, r->to.json, NULL, NULL, 0));
  return lk_bench_reduce(world, r->steps, r->to.json);
}

static lk_status answer(lk_world *world, const lk_words *words, const request *r) {
  long steps = r->steps ? r->steps : USUAL_STEPS;
  if (r->reduce + r->decode + r->attention + (r->to.trace != NULL) > 1)
    return lk_fail(LK_USAGE, "bench: give one of --reduce, --decode, --attention, --trace");
  if (r->reduce) return bench_sums(world, words, r);
  if (r->decode || r->attention) return bench_model(world, words, r, steps);
  return bench_steps(world, words, steps, &r->to);
}

lk_status lk_cli_bench(lk_world *world, int argc, char **argv) {
  request r = {.vocabulary = 50257};
  const lk_option options[] = {
      {"steps", 'n', LK_OPTION_INT, &r.steps, "N",
       "steps to time, after two to warm up (10); sums of each size with --reduce", 1},
      {"reduce", 0, LK_OPTION_FLAG, &r.reduce, "",
       "time sums over the ranks instead: the tree and MPI_Allreduce, 1 kB to 64 MB"},
      {"decode", 0, LK_OPTION_FLAG, &r.decode, "",
       "time tokens of texts instead, beside reading the weights; precision=bf16: rounded"},
      {"attention", 0, LK_OPTION_FLAG, &r.attention, "",
       "time the attention core instead, forward and backward, on one causal sequence"},
      {"vocabulary", 0, LK_OPTION_INT, &r.vocabulary, "N",
       "ids of the model that --decode makes (50257)"},
      {"json", 0, LK_OPTION_TEXT, &r.to.json, "FILE", "write the numbers as a JSON object"},
      {"trace", 0, LK_OPTION_TEXT, &r.to.trace, "FILE",
       "write a timeline of 3 more steps, a row a rank, for ui.perfetto.dev"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, sizeof options / sizeof *options, 0,
                            INT_MAX, &words));
  return words.help ? LK_OK : answer(world, &words, &r);
}

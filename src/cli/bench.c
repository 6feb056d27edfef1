#include "cli/bench.h"
#include "cli/command.h"
#include "cli/result.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "lockstep/trainer.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { WARM_UP = 1 };

/* What the steps' numbers come to. Seconds are medians over the steps. */
typedef struct {
  double step_seconds; /* of the slowest rank in each step */
  double compute_seconds, communication_seconds, data_seconds; /* of rank 0 */
  double target_tokens, flops;                                 /* mean a step */
  double loss;                                                 /* of the last step */
  double allocations; /* of rank 0 in all measured steps: a step should make none */
  double peak_memory; /* of the largest rank, bytes */
} measurement;

/* One step's numbers of one rank, as ranks exchange them. */
typedef struct {
  double seconds, rows, target_rows, peak_memory;
} sample;
enum { SAMPLE = sizeof(sample) / sizeof(double) };

/* Floating-point operations of the matrix products of a step, forward and backward: 2 a
 * weight and row forward, twice that backward. The last block works on target rows but for
 * keys and values. */
static double count_flops(const lk_shape *s, double rows, double target_rows) {
  double C = s->channels, block = 12 * C * C;
  double all = (s->layers - 1) * block + 2 * C * C;
  double targets = 10 * C * C + C * s->vocabulary;
  return 6 * (rows * all + target_rows * targets);
}

static int ascending(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

double lk_bench_median(double *values, long count) {
  qsort(values, (size_t)count, sizeof *values, ascending);
  return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* All ranks: adds one step to the columns. */
static lk_status take_step(lk_world *world, lk_trainer *trainer, long i, double *columns[4],
                           sample *all, measurement *out) {
  lk_metrics metrics;
  sample mine = {0};
  double rows = 0, targets = 0;
  LK_TRY(lk_trainer_step(trainer, &metrics));
  mine.seconds = metrics.seconds;
  mine.peak_memory = (double)metrics.peak_memory;
  lk_trainer_last_rows(trainer, &mine.rows, &mine.target_rows);
  LK_TRY(lk_world_gather(world, (const double *)&mine, SAMPLE, (double *)all));
  if (i < 0) return LK_OK;
  columns[0][i] = 0;
  for (int r = 0; r < lk_world_size(world); r++) {
    if (all[r].seconds > columns[0][i]) columns[0][i] = all[r].seconds;
    if (all[r].peak_memory > out->peak_memory) out->peak_memory = all[r].peak_memory;
    rows += all[r].rows;
    targets += all[r].target_rows;
  }
  columns[1][i] = metrics.compute_seconds;
  columns[2][i] = metrics.communication_seconds;
  columns[3][i] = metrics.data_seconds;
  out->target_tokens += targets;
  out->flops += count_flops(&lk_trainer_table(trainer)->shape, rows, targets);
  out->loss = metrics.loss;
  return LK_OK;
}

static lk_status measure(lk_world *world, lk_trainer *trainer, long steps,
                         measurement *out) {
  double *columns[4] = {NULL};
  sample *all = NULL;
  lk_status status = LK_NEW(all, (size_t)lk_world_size(world));
  for (int c = 0; c < 4 && status == LK_OK; c++)
    status = LK_NEW(columns[c], (size_t)steps);
  status = lk_world_agree(world, status);
  for (long i = -WARM_UP; i < steps && status == LK_OK; i++) {
    if (i == 0) out->allocations = (double)lk_allocations_made();
    status = take_step(world, trainer, i, columns, all, out);
  }
  out->allocations = (double)lk_allocations_made() - out->allocations;
  if (status == LK_OK) {
    out->step_seconds = lk_bench_median(columns[0], steps);
    out->compute_seconds = lk_bench_median(columns[1], steps);
    out->communication_seconds = lk_bench_median(columns[2], steps);
    out->data_seconds = lk_bench_median(columns[3], steps);
    out->target_tokens /= (double)steps;
    out->flops /= (double)steps;
  }
  for (int c = 0; c < 4; c++)
    lk_free(columns[c]);
  lk_free(all);
  return status;
}

static void print_table(const lk_world *world, const lk_config *config,
                        const measurement *m) {
  printf("ranks              %d (%d on this host), %llu BLAS thread%s each\n",
         lk_world_size(world), lk_world_local_size(world),
         (unsigned long long)config->threads, config->threads == 1 ? "" : "s");
  printf("BLAS               %s\ninstruction set    %s\n", lk_blas_description(),
         lk_kernels_instruction_set());
  printf("step               %.4f s (median)\n  compute          %.4f s\n", m->step_seconds,
         m->compute_seconds);
  printf("  communication    %.4f s\n  data             %.4f s\n", m->communication_seconds,
         m->data_seconds);
  printf("target tokens      %.0f a step, %.0f a second\n", m->target_tokens,
         m->target_tokens / m->step_seconds);
  printf("matrix products    %.1f GFLOP a step, %.1f GFLOP/s\n", m->flops / 1e9,
         m->flops / 1e9 / m->step_seconds);
  printf("peak memory        %.0f MB (largest rank)\n", m->peak_memory / 1e6);
  printf("loss               %.4f after the last step\n", m->loss);
}

static int fill_json(cJSON *root, const lk_world *world, const lk_config *config,
                     const measurement *m) {
  const struct {
    const char *name;
    double value;
  } numbers[] = {{"step_seconds", m->step_seconds},
                 {"compute_seconds", m->compute_seconds},
                 {"communication_seconds", m->communication_seconds},
                 {"data_seconds", m->data_seconds},
                 {"ranks", lk_world_size(world)},
                 {"threads", (double)config->threads},
                 {"target_tokens_per_step", m->target_tokens},
                 {"gflop_per_step", m->flops / 1e9},
                 {"gflops", m->flops / 1e9 / m->step_seconds},
                 {"allocations", m->allocations},
                 {"peak_memory_mb", m->peak_memory / 1e6},
                 {"loss", m->loss}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!cJSON_AddNumberToObject(root, numbers[i].name, numbers[i].value)) return 0;
  return cJSON_AddStringToObject(root, "precision",
                                 config->precision == LK_BF16 ? "bf16" : "fp32") &&
         cJSON_AddStringToObject(root, "blas", lk_blas_description()) &&
         cJSON_AddStringToObject(root, "instruction_set", lk_kernels_instruction_set());
}

static lk_status report(const lk_world *world, const lk_config *config,
                        const measurement *m, const char *json) {
  if (lk_world_rank(world) != 0) return LK_OK;
  print_table(world, config, m);
  if (!json) return LK_OK;
  cJSON *root = cJSON_CreateObject();
  return lk_result_save_json(json, root, root && fill_json(root, world, config, m));
}

static lk_status bench(lk_world *world, lk_config *config, long steps, const char *json) {
  lk_trainer *trainer = NULL;
  measurement m = {0};
  lk_task task = *config->questions ? LK_TASK_QUESTIONS : LK_TASK_CORRUPTION;
  LK_TRY(lk_trainer_create(&trainer, world, config, task, 0));
  lk_status status = measure(world, trainer, steps, &m);
  if (status == LK_OK) status = lk_world_agree(world, report(world, config, &m, json));
  lk_trainer_free(trainer);
  return status;
}

static lk_status bench_steps(lk_world *world, const lk_words *words, long steps,
                             const char *json) {
  lk_config *config = NULL;
  if (!words->count)
    return lk_fail(LK_USAGE,
                   "bench: give a CONFIG.yaml, or --reduce; see `lockstep bench --help`");
  lk_status status = lk_arguments_config(world, words, &config);
  if (status == LK_OK) status = bench(world, config, steps, json);
  lk_config_free(config);
  return status;
}

lk_status lk_cli_bench(lk_world *world, int argc, char **argv) {
  long steps = -1;
  int reduce = 0;
  const char *json = NULL;
  const lk_option options[] = {
      {"steps", 'n', LK_OPTION_COUNT, &steps, "N",
       "steps to time, after one to warm up (10); sums of each size with --reduce"},
      {"reduce", 0, LK_OPTION_FLAG, &reduce, "",
       "time sums over the ranks instead: the tree and MPI_Allreduce, 1 kB to 64 MB"},
      {"json", 0, LK_OPTION_TEXT, &json, "FILE", "write the numbers as a JSON object"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 3, 0, INT_MAX, &words));
  if (words.help) return LK_OK;
  if (!steps) return lk_fail(LK_USAGE, "bench: --steps must be at least 1");
  if (!reduce) return bench_steps(world, &words, steps > 0 ? steps : 10, json);
  if (words.count)
    return lk_fail(LK_USAGE, "bench: --reduce takes no config; leave out '%s'",
                   words.words[0]);
  return lk_bench_reduce(world, steps, json);
}

/* The numbers of `bench` as a table and as JSON. */
#include "cli/bench.h"
#include "cli/result.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include <stdio.h>

static double compute_seconds(const lk_measurement *m) {
  double seconds = 0;
  for (int part = 0; part < LK_PARTS; part++)
    if (part != LK_PART_COMMUNICATION && part != LK_PART_DATA) seconds += m->parts[part];
  return seconds;
}

static double all_seconds(const lk_measurement *m) {
  return compute_seconds(m) + m->parts[LK_PART_COMMUNICATION] + m->parts[LK_PART_DATA] +
         m->waiting_seconds;
}

static double gflops(const lk_measurement *m) {
  return m->flops / m->step_seconds / 1e9;
}

static void print_part(const lk_measurement *m, const char *name, double seconds) {
  printf("  %-16s %8.4f s  %5.1f %%\n", name, seconds, 100 * seconds / all_seconds(m));
}

static void print_table(const lk_world *world, const lk_config *config,
                        const lk_measurement *m) {
  printf("ranks              %d (%d on this host), %llu BLAS thread%s each\n",
         lk_world_size(world), lk_world_local_size(world),
         (unsigned long long)config->threads, config->threads == 1 ? "" : "s");
  printf("BLAS               %s\ninstruction set    %s\n", lk_blas_description(),
         lk_kernels_instruction_set());
  printf("step             %8.4f s  (median of the slowest rank's)\n", m->step_seconds);
  for (int part = 0; part < LK_PARTS; part++)
    print_part(m, lk_part_name(part), m->parts[part]);
  if (lk_world_size(world) > 1) print_part(m, "slower ranks", m->waiting_seconds);
  printf("target tokens      %.0f a step, %.0f a second\n", m->target_tokens,
         m->target_tokens / m->step_seconds);
  printf("matrix products    %.1f GFLOP a step, %.1f GFLOP/s\n", m->flops / 1e9, gflops(m));
  printf("limit              %.1f GFLOP/s, these products alone; share of it %.1f %%\n",
         m->limit / 1e9, 100 * m->flops / m->step_seconds / m->limit);
  printf("peak memory        %.0f MB (largest rank)\n", m->peak_memory / 1e6);
  printf("loss               %.4f after the last step\n", m->loss);
}

static int fill_numbers(cJSON *root, const lk_world *world, const lk_config *config,
                        const lk_measurement *m) {
  const struct {
    const char *name;
    double value;
  } numbers[] = {{"step_seconds", m->step_seconds},
                 {"compute_seconds", compute_seconds(m)},
                 {"communication_seconds", m->parts[LK_PART_COMMUNICATION]},
                 {"waiting_seconds", m->waiting_seconds},
                 {"data_seconds", m->parts[LK_PART_DATA]},
                 {"ranks", lk_world_size(world)},
                 {"threads", (double)config->threads},
                 {"target_tokens_per_step", m->target_tokens},
                 {"gflop_per_step", m->flops / 1e9},
                 {"gflops", gflops(m)},
                 {"limit_gflops", m->limit / 1e9},
                 {"share_of_limit", m->flops / m->step_seconds / m->limit},
                 {"allocations", m->allocations},
                 {"peak_memory_mb", m->peak_memory / 1e6},
                 {"loss", m->loss}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!cJSON_AddNumberToObject(root, numbers[i].name, numbers[i].value)) return 0;
  return 1;
}

static int fill_json(cJSON *root, const lk_world *world, const lk_config *config,
                     const lk_measurement *m) {
  cJSON *parts = cJSON_AddObjectToObject(root, "parts");
  int good = parts && fill_numbers(root, world, config, m);
  for (int part = 0; part < LK_PARTS && good; part++)
    good = cJSON_AddNumberToObject(parts, lk_part_name(part), m->parts[part]) != NULL;
  return good && cJSON_AddNumberToObject(parts, "waiting", m->waiting_seconds) &&
         cJSON_AddStringToObject(root, "precision",
                                 config->precision == LK_BF16 ? "bf16" : "fp32") &&
         cJSON_AddBoolToObject(root, "overlap", config->overlap) &&
         cJSON_AddStringToObject(root, "blas", lk_blas_description()) &&
         cJSON_AddStringToObject(root, "instruction_set", lk_kernels_instruction_set());
}

lk_status lk_bench_report(const lk_world *world, const lk_config *config,
                          const lk_measurement *measurement, const char *json) {
  print_table(world, config, measurement);
  if (!json) return LK_OK;
  cJSON *root = cJSON_CreateObject();
  return lk_result_save_json(json, root,
                             root && fill_json(root, world, config, measurement));
}

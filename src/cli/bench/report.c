/* The numbers of `bench` as a table and as JSON. */
#include "cli/bench/bench.h"
#include "cli/result.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include <stdio.h>

static double gflops(const lk_measurement *m) {
  return m->flops / m->step_seconds / 1e9;
}

/* Of the faster library, in GFLOP/s. */
static double limit(const lk_measurement *m) {
  double most = 0;
  for (int l = 0; l < LK_PRODUCT_LIBRARIES; l++)
    if (m->limits[l] > most) most = m->limits[l];
  return most / 1e9;
}

static void print_limit(const lk_measurement *m) {
  const double *by = m->limits;
  printf("limit              %.1f GFLOP/s, these products alone; share of it %.1f %%\n",
         limit(m), 100 * gflops(m) / limit(m));
  if (by[LK_OPENBLAS] > 0 && by[LK_ONEDNN] > 0)
    printf("products           %.1f GFLOP/s by openblas, %.1f by onednn\n",
           by[LK_OPENBLAS] / 1e9, by[LK_ONEDNN] / 1e9);
}

/* Of a step, with the waiting in it. */
static double share(const lk_measurement *m, double seconds) {
  return seconds / (m->typical.seconds + m->waiting_seconds);
}

static void print_part(const lk_measurement *m, const char *name, double seconds) {
  printf("  %-16s %8.4f s  %5.1f %%\n", name, seconds, 100 * share(m, seconds));
}

static void print_table(const lk_world *world, const lk_config *config,
                        const lk_measurement *m) {
  char memory[LK_METRIC_TEXT], loss[LK_METRIC_TEXT];
  printf("ranks              %d (%d on this host), %llu BLAS thread%s each\n",
         lk_world_size(world), lk_world_local_size(world),
         (unsigned long long)config->threads, config->threads == 1 ? "" : "s");
  printf("shards             %d of %llu on a rank at most (balance %s)\n", m->most_shards,
         (unsigned long long)config->shards, config->balance);
  printf("BLAS               %s\ninstruction set    %s\n", lk_blas_description(),
         lk_kernels_instruction_set());
  printf("step             %8.4f s  (median of the slowest rank's)\n", m->step_seconds);
  for (int part = 0; part < LK_PARTS; part++)
    print_part(m, lk_part_name(part), m->typical.parts[part]);
  if (lk_world_size(world) > 1) print_part(m, "slower ranks", m->waiting_seconds);
  printf("target tokens      %.0f a step, %.0f a second\n", m->target_tokens,
         m->target_tokens / m->step_seconds);
  printf("matrix products    %.1f GFLOP a step, %.1f GFLOP/s\n", m->flops / 1e9, gflops(m));
  print_limit(m);
  printf("peak memory        %s MB (largest rank)\n",
         lk_metric_show("peak_memory_mb", &m->typical, memory));
  printf("loss               %s after the last step\n",
         lk_metric_show("loss", &m->typical, loss));
}

/* By the names that they have in metrics.csv. */
static int fill_metrics(cJSON *root, const lk_metrics *metrics) {
  static const char *const names[] = {"compute_seconds", "communication_seconds",
                                      "data_seconds", "peak_memory_mb", "loss"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!cJSON_AddNumberToObject(root, names[i], lk_metric_find(names[i])->value(metrics)))
      return 0;
  return 1;
}

static int fill_numbers(cJSON *root, const lk_world *world, const lk_config *config,
                        const lk_measurement *m) {
  const struct {
    const char *name;
    double value;
  } numbers[] = {{"step_seconds", m->step_seconds},
                 {"waiting_seconds", m->waiting_seconds},
                 {"share_of_waiting", share(m, m->waiting_seconds)},
                 {"ranks", lk_world_size(world)},
                 {"threads", (double)config->threads},
                 {"most_shards", m->most_shards},
                 {"target_tokens_per_step", m->target_tokens},
                 {"packs_per_step", m->packs},
                 {"gflop_per_step", m->flops / 1e9},
                 {"gflops", gflops(m)},
                 {"limit_gflops", limit(m)},
                 {"openblas_gflops", m->limits[LK_OPENBLAS] / 1e9},
                 {"onednn_gflops", m->limits[LK_ONEDNN] / 1e9},
                 {"share_of_limit", gflops(m) / limit(m)},
                 {"allocations", m->allocations}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!cJSON_AddNumberToObject(root, numbers[i].name, numbers[i].value)) return 0;
  return 1;
}

static int add_key(cJSON *root, const lk_config *config, const char *key) {
  char *text;
  if (lk_config_value(config, key, &text) != LK_OK) return 0;
  int good = cJSON_AddStringToObject(root, key, text) != NULL;
  lk_free(text);
  return good;
}

static int fill_json(cJSON *root, const lk_world *world, const lk_config *config,
                     const lk_measurement *m) {
  cJSON *parts = cJSON_AddObjectToObject(root, "parts");
  int good =
      parts && fill_metrics(root, &m->typical) && fill_numbers(root, world, config, m);
  for (int part = 0; part < LK_PARTS && good; part++)
    good =
        cJSON_AddNumberToObject(parts, lk_part_name(part), m->typical.parts[part]) != NULL;
  return good && cJSON_AddNumberToObject(parts, "waiting", m->waiting_seconds) &&
         add_key(root, config, "precision") && add_key(root, config, "products") &&
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

#include "train/probe.h"
#include "base/clock.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

struct lk_probe {
  lk_config *config; /* owned, as all here */
  lk_trainer *copy;
};

static lk_status check_keys(const lk_config *c, lk_task task) {
  const char *origin = lk_config_origin(c, "probe.config");
  if (!lk_objective_reads_corpus(lk_objective_choose(c, task)))
    return lk_fail(LK_USAGE, "%s: probe.config is for pretrain; leave it out", origin);
  if (!*c->questions)
    return lk_fail(LK_USAGE,
                   "%s: no questions for the probe to finetune on: set questions=FILE.tsv",
                   origin);
  if (!*c->dev)
    return lk_fail(LK_USAGE, "%s: no questions to score the probe by: set dev=FILE.tsv",
                   origin);
  return LK_OK;
}

/* key=value as one text, owned by the caller. */
static lk_status join(char **out, const char *key, const char *value) {
  size_t size = strlen(key) + strlen(value) + 2;
  LK_TRY(LK_NEW(*out, size));
  snprintf(*out, size, "%s=%s", key, value);
  return LK_OK;
}

/* What the probe's config may say of files is replaced by the run's. */
static lk_status read_config(lk_probe *probe, const lk_config *run) {
  const char *const keys[][2] = {{"corpus", run->corpus},
                                 {"corpora", run->corpora},
                                 {"questions", run->questions},
                                 {"dev", ""},
                                 {"init", ""},
                                 {"run", ""},
                                 {"stop_after", ""},
                                 {"probe.config", ""}};
  enum { KEYS = sizeof keys / sizeof *keys };
  char *arguments[KEYS] = {NULL};
  lk_status status = LK_OK;
  for (int i = 0; i < KEYS && status == LK_OK; i++)
    status = join(&arguments[i], keys[i][0], keys[i][1]);
  if (status == LK_OK)
    status = lk_config_read(&probe->config, run->probe_config, KEYS, arguments);
  for (int i = 0; i < KEYS; i++)
    lk_free(arguments[i]);
  return status;
}

/* As finetuning refuses it of a checkpoint. */
static lk_status check_mean(const lk_config *probe, const lk_config *run) {
  if (!probe->init_weights || run->ema > 0) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: the run keeps no running mean (ema) of its parameters; leave "
                 "init_weights out",
                 lk_config_origin(probe, "init_weights"));
}

lk_status lk_probe_check(const lk_config *run, lk_task task) {
  lk_probe probe = {NULL, NULL};
  if (!*run->probe_config) return LK_OK;
  LK_TRY(check_keys(run, task));
  lk_status status = read_config(&probe, run);
  if (status == LK_OK) status = lk_trainer_check_recipe(probe.config, LK_TO_PROBE);
  if (status == LK_OK) status = check_mean(probe.config, run);
  lk_config_free(probe.config);
  if (status == LK_OK) return LK_OK;
  return lk_fail(status, "the probe by %s: %s", run->probe_config, lk_message());
}

/* All ranks. Threads and kernels are set for the whole process, so they stay as they are:
 * others would change the bits of the run. Memory is short for both where it is for one. */
static lk_status open_copy(lk_probe *probe, const lk_training *run) {
  LK_TRY(lk_world_agree(run->world, read_config(probe, run->config)));
  probe->config->threads = run->config->threads;
  probe->config->kernels = run->config->kernels;
  probe->config->shard = run->config->shard;
  probe->config->replicas =
      run->trainer->shares_values ? LK_REPLICAS_NODE : LK_REPLICAS_RANK;
  LK_TRY(lk_world_agree(
      run->world,
      lk_config_adopt_shape(probe->config, &run->trainer->table->shape, "this run")));
  return lk_trainer_open(&probe->copy, run->world, probe->config, LK_FINETUNE, LK_TO_PROBE);
}

/* Rank 0: scores of one probe are not those of another, by settings, length or questions.
 */
static lk_status tell_run(const lk_probe *probe, const lk_training *run) {
  char recipe[200];
  lk_hash hash;
  if (!run->run) return LK_OK;
  LK_TRY(lk_config_hash(probe->config, &hash));
  snprintf(recipe, sizeof recipe, "%s %llu %s", hash.hex,
           (unsigned long long)probe->copy->steps,
           lk_dataset_items(probe->copy->dataset)->sha256.hex);
  return lk_run_use_probe(run->run, recipe);
}

lk_status lk_probe_create(lk_probe **out, const lk_training *run) {
  lk_probe *probe = NULL;
  *out = NULL;
  if (!*run->config->probe_config) return LK_OK;
  LK_TRY(lk_world_agree(run->world, LK_NEW(probe, 1)));
  lk_status status = open_copy(probe, run);
  if (status == LK_OK) status = lk_world_agree(run->world, tell_run(probe, run));
  if (status == LK_OK) {
    lk_training_say_dev_limit(run, probe->copy);
    *out = probe;
    return LK_OK;
  }
  lk_probe_free(probe);
  return lk_fail(status, "the probe by %s: %s", run->config->probe_config, lk_message());
}

void lk_probe_free(lk_probe *probe) {
  if (!probe) return;
  lk_trainer_free(probe->copy);
  lk_config_free(probe->config);
  lk_free(probe);
}

int lk_probe_is_due(const lk_training *run, uint64_t step) {
  uint64_t every = run->config->probe_every;
  if (!*run->config->probe_config) return 0;
  return step == 0 || step == run->trainer->steps || (every && step % every == 0);
}

/* All ranks: whether a probe is due after the run's step and probe.csv has no row of it. */
static lk_status is_owed(const lk_training *run, int *owed) {
  uint64_t step = run->trainer->step;
  *owed = 0;
  if (!lk_probe_is_due(run, step)) return LK_OK;
  return lk_world_any(run->world, run->run && !lk_run_has_probe(run->run, step), owed);
}

/* All ranks: the run's parameters, or their mean, with an optimizer of their own. */
static lk_status begin_copy(lk_trainer *copy, const lk_trainer *run) {
  assert(copy->table->count == run->table->count && !copy->watchdog);
  size_t bytes = run->table->count * sizeof *run->values;
  const float *values = run->values;
  if (copy->config->init_weights) LK_TRY(lk_trainer_judged(run, &values));
  memcpy(copy->values, values, bytes);
  lk_optimizer_reset(copy->optimizer);
  copy->step = copy->skipped = 0;
  copy->skipped_in_a_row = 0;
  lk_trainer_begin_average(copy);
  return LK_OK;
}

/* All ranks: until the copy is finetuned or the run is to stop. */
static lk_status finetune(lk_trainer *copy, lk_training *run) {
  lk_metrics metrics;
  LK_TRY(begin_copy(copy, run->trainer));
  LK_TRY(lk_training_ask_to_stop(run));
  while (copy->step < copy->steps && !run->stopping) {
    lk_status status = lk_trainer_step(copy, &metrics);
    if (status != LK_OK)
      return lk_fail(status, "in the probe after step %llu: %s",
                     (unsigned long long)run->trainer->step, lk_message());
    LK_TRY(lk_training_ask_to_stop(run));
  }
  return run->stopping ? lk_training_report_stop(run) : LK_OK;
}

/* A row that a full disk refuses does not end the run. */
static lk_status log_score(lk_training *run, size_t correct, double seconds) {
  if (!run->run) return LK_OK;
  lk_training_say_score(run, "probe", correct);
  lk_status status =
      lk_run_log_probe(run->run, run->trainer->step, correct, run->dev->count, seconds);
  if (status == LK_IO) lk_say("%s; training goes on", lk_message());
  return status == LK_IO ? LK_OK : status;
}

lk_status lk_probe_run(lk_probe *probe, lk_training *run) {
  double start = lk_clock();
  size_t correct;
  int owed;
  LK_TRY(is_owed(run, &owed));
  if (!owed) return LK_OK;
  lk_watchdog_phase(run->trainer->watchdog, run->trainer->step, "finetuning a probe",
                    LK_COMPUTES);
  LK_TRY(finetune(probe->copy, run));
  lk_watchdog_phase(run->trainer->watchdog, run->trainer->step, "answering dev questions",
                    LK_COMPUTES);
  LK_TRY(lk_training_answer_dev(run, probe->copy, &correct));
  return lk_world_agree(run->world, log_score(run, correct, lk_clock() - start));
}

/* The dev questions are answered by the model, or by the probe's copy of it, which has
 * learned to. */
static lk_status score(lk_training *t) {
  return t->probe ? lk_probe_run(t->probe, t) : lk_training_score_dev(t);
}

static lk_status score_in_time(lk_training *t, lk_metrics *metrics) {
  (void)metrics;
  return lk_training_is_due(t) ? score(t) : LK_OK;
}

const lk_hook lk_hook_scores = {.begin = score, .step = score_in_time};

/* What training refuses of a config before it opens a file of data, so that `lockstep
 * config` refuses the same. */
#include "lockstep/file.h"
#include "lockstep/kernels.h"
#include "lockstep/memory.h"
#include "lockstep/model.h"
#include "lockstep/nn.h"
#include "lockstep/optimizer.h"
#include "lockstep/outer.h"
#include "lockstep/trainer.h"
#include "train/balance.h"
#include <string.h>
#include <unistd.h>

/* Groups that are jobs of their own. */
static lk_status check_jobs(const lk_config *c, lk_trainer_purpose purpose) {
  const char *meet = lk_config_origin(c, "sync.meet");
  if (purpose != LK_TO_RUN)
    return lk_fail(LK_USAGE, "%s: only training meets other groups; leave sync.meet out",
                   meet);
  if (!c->sync_every)
    return lk_fail(LK_USAGE, "%s: groups meet every so many steps; set sync.every", meet);
  if (!*c->sync_key)
    return lk_fail(
        LK_USAGE,
        "%s: set sync.key, the file of a secret that lockstep meet has too (head "
        "-c 32 /dev/urandom > FILE makes one)",
        meet);
  if (c->sync_group >= c->sync_groups)
    return lk_fail(LK_USAGE, "%s: sync.group has to be below sync.groups, %llu",
                   lk_config_origin(c, "sync.group"), (unsigned long long)c->sync_groups);
  return LK_OK;
}

static lk_status check_sites(const lk_config *c) {
  uint64_t sites = *c->sync_meet ? 1 : c->sync_groups;
  if (sites & (sites - 1) || sites > c->shards)
    return lk_fail(LK_USAGE,
                   "%s: sync.groups must be a power of two and at most shards, %llu, not "
                   "%llu",
                   lk_config_origin(c, "sync.groups"), (unsigned long long)c->shards,
                   (unsigned long long)sites);
  if (c->sync_wire && c->sync_outer == LK_OUTER_NONE)
    return lk_fail(LK_USAGE,
                   "%s: sync.outer=none averages parameters, which are not rounded; set "
                   "sync.wire=fp32, or sync.outer=sgd with sync.rate=1 and "
                   "sync.momentum=0, which averages changes",
                   lk_config_origin(c, "sync.wire"));
  if (c->probe_every % c->sync_every)
    return lk_fail(
        LK_USAGE,
        "%s: probe.every must be a multiple of sync.every, %llu: a probe is made "
        "after an outer step",
        lk_config_origin(c, "probe.every"), (unsigned long long)c->sync_every);
  return LK_OK;
}

/* What is kept of all ranks' parameters or gradients, where sites have their own. */
static lk_status refuse_with_sites(const lk_config *c) {
  const struct {
    int is_set;
    const char *key, *instead;
  } refused[] = {{c->shard == LK_SHARD_OPTIMIZER, "shard", "none"},
                 {c->replicas == LK_REPLICAS_NODE, "replicas", "rank"},
                 {strcmp(c->balance, "even") != 0, "balance", "even"},
                 {c->ema > 0, "ema", "0"},
                 {c->checkpoint_write, "checkpoint_write", "wait"},
                 {c->histogram_every > 0, "histogram_every", "0"}};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    if (refused[i].is_set)
      return lk_fail(LK_USAGE,
                     "%s: local steps (sync.every) do not go with this value of %s; set "
                     "%s=%s",
                     lk_config_origin(c, refused[i].key), refused[i].key, refused[i].key,
                     refused[i].instead);
  return LK_OK;
}

static lk_status check_sync(const lk_config *c, lk_trainer_purpose purpose) {
  if (*c->sync_meet) LK_TRY(check_jobs(c, purpose));
  if (!c->sync_every) return LK_OK;
  if (purpose == LK_TO_PROBE)
    return lk_fail(LK_USAGE, "%s: a probe makes no local steps; leave sync.every out",
                   lk_config_origin(c, "sync.every"));
  LK_TRY(check_sites(c));
  return refuse_with_sites(c);
}

lk_status lk_trainer_check_recipe(const lk_config *config, lk_trainer_purpose purpose) {
  double seconds;
  LK_TRY(lk_config_time_limit(config, &seconds));
  LK_TRY(lk_config_node_mtbf(config, &seconds));
  LK_TRY(lk_balance_check(config));
  if (!config->steps && !config->epochs && purpose != LK_TO_MEASURE)
    return lk_fail(LK_USAGE, "how long to train is not said: set steps= or epochs=");
  if (config->histogram_every && !config->tensorboard)
    return lk_fail(LK_USAGE,
                   "%s: histograms go to tensorboard/ of the run; set tensorboard=true",
                   lk_config_origin(config, "histogram_every"));
  if (*config->report_heads && !config->report)
    return lk_fail(LK_USAGE,
                   "%s: heads are shown in report.html of the run; set report=true",
                   lk_config_origin(config, "report_heads"));
  if (config->replicas == LK_REPLICAS_NODE && !lk_trainer_deals(config))
    return lk_fail(
        LK_USAGE,
        "%s: shard is none, but with replicas=node no rank has a copy of its own to "
        "update; leave shard out",
        lk_config_origin(config, "shard"));
  return check_sync(config, purpose);
}

/* Every rank reads them, and each start of the run does. */
static lk_status refuse_pipe(const lk_config *c, const char *key, const char *file) {
  if (!lk_file_is_pipe(file)) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: %s=%s is a pipe, but training reads it on every rank and at every "
                 "start: write it to a file first",
                 lk_config_origin(c, key), key, file);
}

static lk_status refuse_pipes(const lk_config *c) {
  const char *const files[][2] = {{"corpus", c->corpus},
                                  {"questions", c->questions},
                                  {"dev", c->dev},
                                  {"init", c->init},
                                  {"resume", c->resume},
                                  {"probe.config", c->probe_config},
                                  {"validation.file", c->validation_file}};
  lk_config_corpus *corpora;
  size_t count;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    LK_TRY(refuse_pipe(c, files[i][0], files[i][1]));
  LK_TRY(lk_config_corpora(c, &corpora, &count));
  lk_status status = LK_OK;
  for (size_t i = 0; i < count && status == LK_OK; i++)
    status = refuse_pipe(c, "corpora", corpora[i].file);
  lk_free(corpora);
  return status;
}

lk_status lk_trainer_check_files(const lk_config *config, lk_task task) {
  LK_TRY(refuse_pipes(config));
  return lk_objective_check(config, lk_objective_choose(config, task),
                            *config->init != '\0');
}

/* Ranks of a node must not fight for its cores. With one thread a rank the launcher has
 * seen to that, or was told not to; more threads are this config's doing. */
static lk_status check_threads(const lk_config *config, long ranks) {
  int threads = (int)config->threads, cores = lk_kernels_allowed_cores();
  long machine = sysconf(_SC_NPROCESSORS_ONLN);
  if (threads > cores)
    return lk_fail(
        LK_USAGE,
        "%s: threads is %d, but this rank may run on %d core%s only; start mpirun with "
        "--bind-to none or --map-by slot:PE=%d, or set threads=%d",
        lk_config_origin(config, "threads"), threads, cores, cores == 1 ? "" : "s", threads,
        cores);
  if (threads > 1 && ranks * threads > machine)
    return lk_fail(
        LK_USAGE,
        "%s: %ld ranks with %d threads each are more than the %ld cores of this host; "
        "lower threads or start fewer ranks",
        lk_config_origin(config, "threads"), ranks, threads, machine);
  return LK_OK;
}

lk_status lk_trainer_check_machine(const lk_config *config, int local_ranks) {
  LK_TRY(check_threads(config, local_ranks));
  if (config->optimizer == LK_MUON)
    LK_TRY(lk_precision_check((lk_precision)config->muon_precision, "muon_precision",
                              lk_config_origin(config, "muon_precision")));
  return lk_model_check_precision((lk_precision)config->precision,
                                  lk_config_origin(config, "precision"));
}

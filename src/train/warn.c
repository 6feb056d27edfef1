/* Settings that are allowed, but leave something of the run or of the corpus unused. */
#include "train/training.h"
#include <assert.h>
#include <math.h>

/* The last step's rate, while the warm-up lasts. */
static void warn_of_warmup(const lk_trainer *t) {
  const lk_plan *plan = lk_dataset_plan(t->dataset);
  uint64_t tokens = lk_plan_documents_before(plan, lk_trainer_batches(t, t->steps)) *
                    t->config->model_block;
  double share = lk_schedule_factor(&t->schedule, tokens);
  if ((double)tokens >= t->schedule.warmup_tokens) return;
  const char *key = t->config->schedule_warmup_documents ? "schedule.warmup_documents"
                                                         : "schedule.warmup_tokens";
  lk_say("%s: %s lets the learning rate rise for %llu tokens, but the whole run is %llu "
         "(documents times model.block): it ends at %.3g, %.3g %% of learning_rate; lower "
         "%s or train longer",
         lk_config_origin(t->config, key), key,
         (unsigned long long)t->config->schedule_warmup_tokens, (unsigned long long)tokens,
         share * t->config->learning_rate, 100 * share, key);
}

static void warn_of_decay(const lk_trainer *t) {
  double decay = t->config->learning_rate * t->config->weight_decay;
  if (decay == 0 || (float)(1 - decay) < 1) return;
  lk_say("%s: weight_decay %g times learning_rate %g is too small for fp32: no weight "
         "decays; set it to 0 or raise it",
         lk_config_origin(t->config, "weight_decay"), t->config->weight_decay,
         t->config->learning_rate);
}

static void say_unused(const lk_trainer *t, const char *key, const char *why) {
  lk_say("%s: %s does nothing here: %s", lk_config_origin(t->config, key), key, why);
}

/* Questions are trained on as they are. */
static void warn_of_questions(const lk_trainer *t) {
  static const char *const keys[] = {
      "objective.window",  "objective.across", "objective.full",     "objective.spans",
      "objective.answers", "objective.weigh",  "objective.first_of", "objective.keep_name",
      "objective.ask",     "objective.crop"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (lk_config_is_set(t->config, keys[i]))
      say_unused(t, keys[i], "it is a setting of documents, and questions are trained on");
}

/* What some objectives alone heed. */
static void warn_of_objective(const lk_trainer *t) {
  static const char language[] = "it is a setting of objective.kind=language";
  const lk_config *c = t->config;
  lk_objective_kind kind = lk_dataset_kind(t->dataset);
  if (kind == LK_OBJECTIVE_questions) warn_of_questions(t);
  if (kind != LK_OBJECTIVE_corruption && kind != LK_OBJECTIVE_recall) return;
  if (c->objective_across) say_unused(t, "objective.across", language);
  if (c->objective_full) say_unused(t, "objective.full", language);
  if (c->objective_ask > 0 && !c->objective_keep_name)
    say_unused(t, "objective.ask",
               "a question is of a document's name; set objective.keep_name=true, too");
}

static const char *unit_of(const lk_trainer *t) {
  return lk_tokenizer_unit(lk_dataset_tokenizer(t->dataset));
}

/* Nonzero where some corpus is shown more or less often than once. */
static int is_weighted(const lk_trainer *t) {
  const lk_mixture *corpora = lk_dataset_corpora(t->dataset);
  int count = corpora ? lk_mixture_about(corpora).count : 0;
  for (int i = 0; i < count; i++)
    if (lk_mixture_list(corpora)[i].weight != 1) return 1;
  return 0;
}

/* Of what is cut into windows all is shown. */
static void say_windows(const lk_trainer *t) {
  const lk_items *items = lk_dataset_items(t->dataset);
  int random = t->config->objective_window == LK_WINDOW_RANDOM;
  lk_say("%s: an epoch is %llu windows of %llu documents and shows %s%s%s", items->path,
         (unsigned long long)lk_dataset_plan(t->dataset)->documents,
         (unsigned long long)items->count,
         random ? "random parts of each, as much as it is long: 100 % of all "
         : is_weighted(t)
             ? "parts of each as often as its weight says, in their turn, of all "
             : "every part of each once: 100 % of all ",
         unit_of(t),
         t->config->validation_share > 0 ? ", but for documents that are held out" : "");
}

/* Where other shards would fill the steps of an epoch. */
static void say_empty_places(const lk_trainer *t) {
  const lk_plan *plan = lk_dataset_plan(t->dataset);
  lk_plan equal = *plan;
  equal.borders = NULL;
  uint64_t steps = lk_plan_steps_per_epoch(plan), least = lk_plan_steps_per_epoch(&equal);
  int is_full = 50 * (steps - least) < steps;
  if (lk_dataset_kind(t->dataset) != LK_OBJECTIVE_language || is_full) return;
  lk_say("%s: shards have unequal numbers of windows, so that an epoch is %llu steps, all "
         "windows of which fit into %llu: objective.full=true makes steps full",
         lk_dataset_items(t->dataset)->path, (unsigned long long)steps,
         (unsigned long long)least);
}

/* A shard of few windows shows one of them, and rounds. */
static void say_weight(const lk_trainer *t, const lk_ingredient *one, double shown) {
  unsigned long long documents = one->corpus->documents;
  assert(shown > 0 && one->weight > 0); /* a shard that has windows shows one */
  if (fabs(shown / one->weight - 1) < 0.1)
    lk_say("%s: an epoch shows its %llu documents %g times", one->path, documents,
           one->weight);
  else
    lk_say("%s: an epoch shows its %llu documents %.3g times, not %g, for each of %llu "
           "shards shows whole windows and at least one; lower shards",
           one->path, documents, shown, one->weight, (unsigned long long)t->config->shards);
}

/* All ranks, of corpora that are trained on: how often an epoch comes to what each of
 * several has. */
static lk_status say_weights(const lk_trainer *t) {
  const lk_mixture *corpora = lk_dataset_corpora(t->dataset);
  int count = corpora ? lk_mixture_about(corpora).count : 0;
  for (int i = 0; count > 1 && i < count; i++) {
    uint64_t windows, visits = lk_mixture_visits(corpora, i, &windows);
    const double mine[2] = {(double)visits, (double)windows};
    double sums[2] = {0};
    LK_TRY(lk_world_add_rows(t->world, mine, 2, 2, sums));
    if (lk_world_rank(t->world) == 0 && sums[1] > 0)
      say_weight(t, &lk_mixture_list(corpora)[i], sums[0] / sums[1]);
  }
  return LK_OK;
}

static void say_coverage(const lk_trainer *t, const lk_coverage *all) {
  const char *path = lk_dataset_items(t->dataset)->path;
  unsigned long long block = t->config->model_block,
                     documents = lk_dataset_items(t->dataset)->count;
  assert(all->shown <= all->characters && all->longer <= all->characters);
  if (all->longer == 0) return;
  if (all->shown < all->characters)
    lk_say(
        "%s: %.0f of %llu documents are longer than an example of model.block %llu shows, "
        "and of them only the beginning is ever seen: %.1f %% of all %s are; cut "
        "them into lines, raise model.block, or set objective.window=every or random, "
        "which shows all of them",
        path, all->longer, documents, block, 100 * all->shown / all->characters,
        unit_of(t));
  else
    lk_say(
        "%s: %.0f of %llu documents are longer than model.block %llu; each visit shows a "
        "part of them around the span: 100 %% of all %s can be seen",
        path, all->longer, documents, block, unit_of(t));
}

/* All ranks: what share of the corpora an epoch shows where documents are longer than an
 * example. */
static lk_status warn_of_length(const lk_trainer *t) {
  enum { LONGER, CHARACTERS, SHOWN, NUMBERS };
  lk_coverage mine = lk_objective_coverage(lk_dataset_objective(t->dataset));
  const double numbers[NUMBERS] = {mine.longer, mine.characters, mine.shown};
  double sums[NUMBERS] = {0};
  LK_TRY(lk_world_add_rows(t->world, numbers, NUMBERS, NUMBERS, sums));
  const lk_coverage all = {sums[LONGER], sums[CHARACTERS], sums[SHOWN]};
  if (lk_world_rank(t->world) == 0) say_coverage(t, &all);
  return LK_OK;
}

/* What the settings leave unused is said before the time is spent. */
static lk_status warn(lk_training *training) {
  const lk_trainer *t = training->trainer;
  if (lk_world_rank(t->world) == 0) {
    warn_of_warmup(t);
    warn_of_decay(t);
    warn_of_objective(t);
  }
  int plain = lk_objective_is_plain(lk_dataset_objective(t->dataset));
  if (!plain) LK_TRY(say_weights(t));
  if (plain || t->config->objective_window == LK_WINDOW_START) return warn_of_length(t);
  if (lk_world_rank(t->world) == 0) {
    say_windows(t);
    say_empty_places(t);
  }
  return LK_OK;
}

const lk_hook lk_hook_warnings = {.begin = warn};

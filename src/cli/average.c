/* Several models that have begun as one become one by the mean of their parameters, which
 * often does better than each (Wortsman et al. 2022, arXiv:2203.05482). */
#include "cli/command.h"
#include "lockstep/build.h"
#include "lockstep/memory.h"
#include "lockstep/run.h"
#include "lockstep/store.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

static lk_status check_alike(const lk_trained *model, const char *path,
                             const lk_trained *first) {
  const lk_shape *shape = &model->table->shape;
  if (!memcmp(shape, &first->table->shape, sizeof *shape) &&
      lk_tokenizer_equal(model->tokenizer, first->tokenizer))
    return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: has another shape or vocabulary than the first model; only models of "
                 "one kind have a mean",
                 path);
}

/* Where a model keeps a running mean (ema), that is what counts. */
static lk_status add(const char *path, const lk_trained *first, double *sums) {
  lk_trained model;
  lk_status status = lk_run_explain(lk_trained_read(&model, path), path);
  if (status == LK_OK) status = check_alike(&model, path, first);
  for (uint64_t i = 0; status == LK_OK && i < first->table->count; i++)
    sums[i] += model.values[i];
  lk_trained_clear(&model);
  return status;
}

/* The values become those of all. */
static lk_status add_all(lk_trained *model, char **paths, int count) {
  double *sums = NULL;
  lk_status status = LK_NEW(sums, model->table->count);
  for (int i = 0; i < count && status == LK_OK; i++)
    status = add(paths[i], model, sums);
  for (uint64_t i = 0; status == LK_OK && i < model->table->count; i++)
    model->values[i] = (float)(sums[i] / count);
  lk_free(sums);
  return status;
}

/* What the first says of itself stays, but for what only it has. */
static lk_status average(char **paths, int count, const char *out) {
  lk_checkpoint *mean;
  LK_TRY(lk_run_explain(lk_checkpoint_read(&mean, paths[0], 0), paths[0]));
  mean->info.has_average = mean->info.sites = 0;
  mean->info.has_outer = mean->info.has_left = 0;
  mean->info.best = (lk_best_model){0};
  lk_build_describe(LK_FP32, mean->info.build);
  lk_status status = add_all(&mean->trained, paths, count);
  if (status == LK_OK) status = lk_checkpoint_write_out(out, mean);
  if (status == LK_OK)
    printf("%llu parameters, the mean of %d models\n",
           (unsigned long long)mean->trained.table->count, count);
  lk_checkpoint_free(mean);
  return status;
}

lk_status lk_cli_average(lk_world *world, int argc, char **argv) {
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, NULL, 0, 3, LK_WORDS_MOST, &words));
  if (words.help) return LK_OK;
  int count = words.count - 1;
  const char *out = words.words[count];
  LK_TRY(lk_arguments_files(world, (const char *const *)words.words, count));
  LK_TRY(lk_arguments_outputs(world, out, NULL, (const char *const *)words.words, count));
  return lk_world_agree(world, lk_world_rank(world) == 0 ? average(words.words, count, out)
                                                         : LK_OK);
}

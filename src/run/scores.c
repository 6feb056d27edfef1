/* What a run's scores of dev questions are of, and which checkpoint is the best by them. */
#include "lockstep/memory.h"
#include "run/sink.h"
#include "run/table.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first of the best is the best; step 0 has no checkpoint. */
static lk_status take_score(lk_run *run, uint64_t step, uint64_t correct) {
  if (step == 0 || correct <= run->best_correct) return LK_OK;
  run->best_correct = correct;
  return lk_run_point(run, "best", step);
}

lk_status lk_run_log_dev(lk_run *run, uint64_t step, uint64_t correct, uint64_t questions) {
  const lk_score score = {.step = step, .correct = correct, .questions = questions};
  assert(correct <= questions);
  lk_status logged = lk_sinks_score(run->sinks, &score);
  LK_TRY(take_score(run, step, correct)); /* though a row is missing */
  return logged;
}

lk_status lk_run_mark_best(lk_run *run, uint64_t step) {
  assert(step > 0);
  return lk_run_point(run, "best", step);
}

lk_status lk_run_log_probe(lk_run *run, uint64_t step, uint64_t correct, uint64_t count,
                           double seconds) {
  const lk_score score = {1, step, correct, count, seconds};
  assert(correct <= count);
  return lk_sinks_score(run->sinks, &score);
}

static int has_row(const lk_run *run, const lk_run_table *table, uint64_t step) {
  lk_table_scan scan;
  if (lk_run_table_look(run, table, step, &scan) != LK_OK) return 0;
  return !*scan.fault && scan.rows && scan.step == step;
}

int lk_run_has_dev(const lk_run *run, uint64_t step) {
  return has_row(run, &lk_run_dev_table, step);
}

int lk_run_has_probe(const lk_run *run, uint64_t step) {
  return has_row(run, &lk_run_probe_table, step);
}

int lk_run_knows_scores(const lk_run *run) {
  lk_table_scan scan;
  const lk_run_table *table =
      *run->config->probe_config ? &lk_run_probe_table : &lk_run_dev_table;
  return lk_run_table_look(run, table, 0, &scan) == LK_OK && !*scan.fault && scan.kept;
}

int lk_run_lacks_best(const lk_run *run, uint64_t step) {
  char path[PATH_MAX];
  struct stat facts;
  lk_run_checkpoint_file(run, step, path);
  if (!step || access(path, F_OK)) return 0;
  lk_run_link_path(run, "best", path);
  return lstat(path, &facts) || (S_ISLNK(facts.st_mode) && lk_run_best(run) != step);
}

int lk_run_lacks_dev(const lk_run *run, uint64_t step) {
  lk_table_scan scan;
  if (lk_run_table_look(run, &lk_run_dev_table, step, &scan) != LK_OK) return 0;
  return !scan.rows || scan.step != step || lk_run_lacks_best(run, scan.best);
}

lk_status lk_run_forget_best(const lk_run *run, const char *reason) {
  char path[PATH_MAX];
  struct stat facts;
  lk_run_path(run, "checkpoints/best", path);
  if (lstat(path, &facts) || !S_ISLNK(facts.st_mode)) return LK_OK;
  return lk_run_set_aside_file(run, "checkpoints/best", reason);
}

/* Before the sinks set aside what they cannot go on with. */
lk_status lk_run_begin_scores(lk_run *run, uint64_t step) {
  lk_table_scan scan;
  int known = lk_run_table_compare_questions(run, &lk_run_dev_table) > 0;
  if (!*run->config->dev || *run->config->probe_config) return LK_OK;
  LK_TRY(lk_run_table_look(run, &lk_run_dev_table, step, &scan));
  if (*scan.fault || step == 0) memset(&scan, 0, sizeof scan);
  run->best_correct = scan.most;
  if (scan.best) return lk_run_point(run, "best", scan.best);
  if (known || scan.rows) return LK_OK;
  return lk_run_forget_best(run, "it is the best at other dev questions");
}

/* Question and answer of each, as they are asked: the file may change in other ways. */
lk_status lk_run_use_dev(lk_run *run, const lk_questions *dev) {
  size_t size = 0;
  char *text = NULL;
  for (size_t i = 0; i < dev->count; i++)
    size += strlen(dev->items[i].question) + strlen(dev->items[i].answer) + 2;
  LK_TRY(LK_NEW(text, size + 1));
  char *end = text;
  for (size_t i = 0; i < dev->count; i++)
    end += sprintf(end, "%s\t%s\n", dev->items[i].question, dev->items[i].answer);
  run->dev_questions = dev->count;
  lk_status status = lk_sha256_bytes(&run->dev_sha256, text, size);
  lk_free(text);
  return status;
}

lk_status lk_run_use_probe(lk_run *run, const char *recipe) {
  return lk_sha256_bytes(&run->probe_sha256, recipe, strlen(recipe));
}

/* Whole runs in a world of one without a launcher: what they leave in their directory, how
 * they go on, and what they refuse. */
#include "lockstep/history.h"
#include "lockstep/share.h"
#include "lockstep/signals.h"
#include "lockstep/store.h"
#include "lockstep/training.h"
#include "training_files.h"
#include <signal.h>
#include <sys/resource.h>

static lk_status train(const char *arguments, lk_task task) {
  lk_config *config = config_with(arguments);
  lk_status status = lk_train(world, config, task);
  lk_config_free(config);
  return status;
}

static void must_train(const char *arguments, lk_task task) {
  if (train(arguments, task) != LK_OK) fail_msg("%s: %s", arguments, lk_message());
}

static void must_refuse(const char *arguments, lk_task task, const char *part) {
  assert_int_not_equal(train(arguments, task), LK_OK);
  if (!strstr(lk_message(), part)) fail_msg("'%s' lacks '%s'", lk_message(), part);
}

/* Of the run's newest checkpoint. */
static lk_checkpoint *newest(const char *run) {
  char path[100];
  lk_checkpoint *checkpoint = NULL;
  snprintf(path, sizeof path, "%s/checkpoints/latest", run);
  if (lk_checkpoint_read(&checkpoint, path, 1) != LK_OK) fail_msg("%s", lk_message());
  return checkpoint;
}

static void same_end(const char *run, const char *other) {
  lk_checkpoint *a = newest(run), *b = newest(other);
  assert_int_equal(a->info.step, b->info.step);
  assert_string_equal(a->info.parameter_hash.hex, b->info.parameter_hash.hex);
  assert_memory_equal(a->m, b->m, a->trained.table->count * sizeof *a->m);
  assert_memory_equal(a->v, b->v, a->trained.table->count * sizeof *a->v);
  lk_checkpoint_free(a);
  lk_checkpoint_free(b);
}

/* Lines of a file that begin with the text. */
static int count_lines(const char *path, const char *start) {
  char *bytes;
  size_t size;
  int count = 0;
  assert_int_equal(lk_file_read(path, &bytes, &size), LK_OK);
  for (char *line = bytes; line && *line; line = strchr(line, '\n'), line += line != NULL)
    count += !strncmp(line, start, strlen(start));
  lk_free(bytes);
  return count;
}

static void a_run_in_parts_is_the_whole_run(void **state) {
  (void)state;
  must_train("run=whole steps=7 checkpoint_every=3", LK_PRETRAIN);
  must_train("run=parts steps=4 checkpoint_every=3", LK_PRETRAIN);
  must_train("run=parts steps=7 checkpoint_every=3", LK_PRETRAIN);
  same_end("whole", "parts");
  assert_int_equal(count_lines("parts/metrics.csv", ""), 8);
  assert_int_equal(count_lines("parts/history.txt", ""), 10);
  must_train("run=parts steps=7", LK_PRETRAIN); /* complete: nothing is left to do */
  assert_int_equal(count_lines("parts/history.txt", ""), 10);
}

static void same_step(const char *run, const char *other, int step) {
  char path[2][100];
  lk_checkpoint *c[2];
  for (int i = 0; i < 2; i++) {
    snprintf(path[i], sizeof path[i], "%s/checkpoints/step-%06d.h5", i ? other : run, step);
    if (lk_checkpoint_read(&c[i], path[i], 1) != LK_OK) fail_msg("%s", lk_message());
  }
  size_t bytes = c[0]->trained.table->count * sizeof(float);
  assert_memory_equal(c[0]->trained.values, c[1]->trained.values, bytes);
  assert_memory_equal(c[0]->m, c[1]->m, bytes);
  assert_memory_equal(c[0]->v, c[1]->v, bytes);
  assert_memory_equal(c[0]->average, c[1]->average, bytes);
  lk_checkpoint_free(c[0]);
  lk_checkpoint_free(c[1]);
}

static void checkpoints_beside_training_are_those_it_waits_for(void **state) {
  (void)state;
  const char *keys = "steps=9 checkpoint_every=1 keep_last=0 ema=0.9 validation.share=0.2 "
                     "validate_every=2 questions=people.tsv dev=people.tsv";
  char arguments[300];
  snprintf(arguments, sizeof arguments, "run=waits %s", keys);
  must_train(arguments, LK_PRETRAIN);
  snprintf(arguments, sizeof arguments, "run=beside checkpoint_write=beside %s", keys);
  must_train(arguments, LK_PRETRAIN);
  for (int step = 1; step <= 9; step++)
    same_step("waits", "beside", step);
  same_end("waits", "beside");
}

/* How often depends on the time that things take, the bits do not. */
static void the_run_chooses_when_to_write(void **state) {
  (void)state;
  must_train("run=fixed steps=60", LK_PRETRAIN);
  must_train("run=chosen steps=60 checkpoint_every=auto node_mtbf=10s keep_last=0",
             LK_PRETRAIN);
  same_end("fixed", "chosen");
  assert_int_equal(access("chosen/checkpoints/step-000008.h5", F_OK), 0); /* measures */
  must_refuse("run=none steps=1 checkpoint_every=auto node_mtbf=0d", LK_PRETRAIN,
              "nodes run for some time");
  must_refuse("run=none steps=1 node_mtbf=often", LK_PRETRAIN, "not a time such as");
}

static void a_signal_stops_before_the_first_step(void **state) {
  (void)state;
  lk_signals_catch();
  raise(SIGTERM);
  assert_int_equal(train("run=stopped steps=5", LK_PRETRAIN), LK_STOPPED);
  assert_non_null(strstr(lk_message(), "before the first step by SIGTERM"));
}

static void time_stops_after_a_step_with_a_checkpoint(void **state) {
  (void)state;
  assert_int_equal(train("run=short steps=100000 stop_after=0.001s", LK_PRETRAIN),
                   LK_STOPPED);
  assert_non_null(strstr(lk_message(), "by stop_after"));
  lk_checkpoint *left = newest("short");
  assert_in_range(left->info.step, 1, 99999);
  lk_checkpoint_free(left);
}

static void scores_have_rows(void **state) {
  (void)state;
  must_train("run=asked steps=4 checkpoint_every=2 questions=people.tsv dev=people.tsv",
             LK_FINETUNE);
  assert_int_equal(count_lines("asked/dev.csv", ""), 4); /* header, 0, 2, 4 */
}

/* A file of the user's that has its name is not lost to it. */
static void a_page_of_the_run_is_written(void **state) {
  (void)state;
  assert_int_equal(lk_folder_create("seen"), LK_OK);
  assert_int_equal(lk_file_write("seen/report.html", "mine\n", 5), LK_OK);
  must_train("run=seen steps=4 checkpoint_every=2 report=true", LK_PRETRAIN);
  assert_int_equal(count_lines("seen/report.html.set-aside-1", "mine"), 1);
  assert_int_equal(count_lines("seen/report.html", "<!DOCTYPE html>"), 1);
  char *html;
  size_t size;
  assert_int_equal(lk_file_read("seen/report.html", &html, &size), LK_OK);
  assert_non_null(strstr(html, ">complete</td><td>4 of 4 "));
  assert_non_null(strstr(html, "\"loss\":[[1,2,3,4],"));
  lk_free(html);
  assert_int_equal(access("seen/report.html.set-aside-2", F_OK), -1); /* ours is replaced */
}

static void a_probe_is_finetuned_beside_the_run(void **state) {
  (void)state;
  const char *probe = "steps: 2\nbatch_size: 8\nshards: 4\n";
  assert_int_equal(lk_file_write("probe.yaml", probe, strlen(probe)), LK_OK);
  must_train("run=probed steps=4 probe.config=probe.yaml probe.every=2 "
             "questions=people.tsv dev=people.tsv",
             LK_PRETRAIN);
  must_train("run=plain steps=4 checkpoint_every=2", LK_PRETRAIN);
  assert_int_equal(count_lines("probed/probe.csv", ""), 4);
  same_end("probed", "plain"); /* nothing of the run depends on it */
}

/* The step that checkpoints/best of a run is of. */
static uint64_t best_step(const char *run) {
  char path[100];
  lk_checkpoint *checkpoint = NULL;
  snprintf(path, sizeof path, "%s/checkpoints/best", run);
  if (lk_checkpoint_read(&checkpoint, path, 1) != LK_OK) fail_msg("%s", lk_message());
  uint64_t step = checkpoint->info.step;
  assert_int_equal(checkpoint->info.best.step, step);
  lk_checkpoint_free(checkpoint);
  return step;
}

/* Each held-out loss that is the lowest has its checkpoint, and what was found goes on with
 * the run. */
static void the_best_model_is_kept(void **state) {
  (void)state;
#define HELD_OUT                                                                           \
  "objective.kind=language validation.share=0.3 validate_every=2 checkpoint_every=0 "      \
  "dropout=0 keep_last=1 ema=0.8 "
  must_train("run=kept steps=9 learning_rate=5e-3 " HELD_OUT, LK_PRETRAIN);
  assert_int_equal(best_step("kept"), 9); /* it still learns */
  must_train("run=kept-parts steps=4 learning_rate=5e-3 " HELD_OUT, LK_PRETRAIN);
  must_train("run=kept-parts steps=9 learning_rate=5e-3 " HELD_OUT, LK_PRETRAIN);
  same_end("kept", "kept-parts");
  lk_checkpoint *a = newest("kept"), *b = newest("kept-parts");
  assert_memory_equal(&a->info.best, &b->info.best, sizeof a->info.best);
  assert_memory_equal(a->average, b->average, a->trained.table->count * sizeof(float));
  lk_trained loaded;
  assert_int_equal(lk_trained_load(world, "kept/checkpoints/latest", &loaded), LK_OK);
  assert_memory_equal(a->average, loaded.values, a->trained.table->count * sizeof(float));
  assert_memory_not_equal(a->trained.values, loaded.values, sizeof(float) * 100);
  lk_trained_clear(&loaded);
  lk_checkpoint_free(a);
  lk_checkpoint_free(b);
}

/* Their losses are no lower than those of what is learned, and must not be compared with
 * them. */
static void other_documents_begin_the_best_anew(void **state) {
  (void)state;
#define OTHERS                                                                             \
  "run=others learning_rate=5e-3 dropout=0 objective.kind=language patience=2 "            \
  "validate_every=2 checkpoint_every=0 "
  assert_int_equal(lk_file_write("easy.txt", "Ada Boa. Ada Boa was born\n", 26), LK_OK);
  assert_int_equal(lk_file_write("hard.txt", "aaiB9.eT1nroR1bmi.sal?\n", 23), LK_OK);
  must_train(OTHERS "steps=6 validation.file=easy.txt", LK_PRETRAIN);
  assert_int_equal(best_step("others"), 6);
  must_train(OTHERS "steps=7 validation.file=hard.txt", LK_PRETRAIN);
  assert_int_equal(best_step("others"), 7);
  assert_int_equal(access("others/checkpoints/best.set-aside-1", F_OK), 0);
  lk_checkpoint *hard = newest("others");
  must_train(OTHERS "steps=8 validation.file=./hard.txt", LK_PRETRAIN);
  lk_checkpoint *same = newest("others");
  assert_int_equal(same->info.best.worse_in_a_row + same->info.best.step, 8);
  assert_string_equal(same->info.best.held_out.hex, hard->info.best.held_out.hex);
  assert_int_equal(access("others/checkpoints/best.set-aside-2", F_OK), -1);
  lk_checkpoint_free(hard);
  lk_checkpoint_free(same);
}

static void patience_ends_a_run(void **state) {
  (void)state;
  const char *spoiled =
      "run=spoiled steps=100 learning_rate=10 patience=3 gradient_limit=0 " HELD_OUT;
  must_train(spoiled, LK_PRETRAIN);
  lk_checkpoint *last = newest("spoiled");
  assert_int_equal(last->info.best.worse_in_a_row, 3);
  assert_int_equal(last->info.step, best_step("spoiled") + 6);
  int rows = count_lines("spoiled/metrics.csv", "");
  must_train(spoiled, LK_PRETRAIN); /* which is complete */
  assert_int_equal(count_lines("spoiled/metrics.csv", ""), rows);
  lk_checkpoint_free(last);
}

/* Below their steps, without those that a stop undid. */
static void samples_are_written(void **state) {
  (void)state;
#define SAMPLES                                                                            \
  "run=written objective.kind=language validate_every=2 samples=Ada|Where "                \
  "checkpoint_every=3 "
  must_train(SAMPLES "steps=5", LK_PRETRAIN);
  assert_int_equal(count_lines("written/samples.txt", "after step "), 3); /* 2, 4, 5 */
  assert_int_equal(count_lines("written/samples.txt", "  Ada"), 3);
  assert_int_equal(count_lines("written/samples.txt", "  Where"), 3);
  assert_int_equal(unlink("written/checkpoints/step-000005.h5"), 0);
  must_train(SAMPLES "steps=5", LK_PRETRAIN); /* from step 3 */
  assert_int_equal(count_lines("written/samples.txt", "after step "), 3);
}

/* A run that ended between a checkpoint and its samples makes them when it goes on. */
static void samples_are_made_up_for(void **state) {
  (void)state;
  char *texts;
  size_t size;
  must_train("run=owes validate_every=2 samples=Ada checkpoint_every=2 steps=4",
             LK_PRETRAIN);
  assert_int_equal(lk_file_read("owes/samples.txt", &texts, &size), LK_OK);
  const char *later = strstr(texts, "after step 4");
  assert_non_null(later);
  assert_int_equal(lk_file_write("owes/samples.txt", texts, (size_t)(later - texts)),
                   LK_OK);
  must_train("run=owes validate_every=2 samples=Ada checkpoint_every=2 steps=6",
             LK_PRETRAIN);
  assert_int_equal(count_lines("owes/samples.txt", "after step 4"), 1);
  assert_int_equal(count_lines("owes/samples.txt", "after step "), 3);
  lk_free(texts);
}

/* Also where groups have met there, and where patience has ended the run. */
static void samples_of_any_end_are_made_up_for(void **state) {
  (void)state;
#define GROUPS                                                                             \
  "run=groups sync.every=2 sync.groups=2 validate_every=2 samples=Ada checkpoint_every=2 "
#define TIRED                                                                              \
  "run=tired steps=100 learning_rate=10 patience=3 gradient_limit=0 samples=Ada " HELD_OUT
  must_train(GROUPS "steps=4", LK_PRETRAIN);
  assert_int_equal(unlink("groups/samples.txt"), 0);
  must_train(GROUPS "steps=6", LK_PRETRAIN);
  assert_int_equal(count_lines("groups/samples.txt", "after step "), 2); /* 4, 6 */
  must_train(TIRED, LK_PRETRAIN);
  assert_int_equal(unlink("tired/samples.txt"), 0);
  must_train(TIRED, LK_PRETRAIN);
  assert_int_equal(count_lines("tired/samples.txt", "after step "), 1);
}

/* As a kill behind the last checkpoint leaves it: the link, the history and the page. */
static void the_end_of_a_run_is_made_up_for(void **state) {
  (void)state;
#define CLOSED                                                                             \
  "run=closed report=true steps=4 learning_rate=5e-3 " HELD_OUT                            \
  "checkpoint_every=2 keep_last=0"
  const char *link = "closed/checkpoints/best";
  char *text, target[32] = "";
  size_t size;
  must_train(CLOSED, LK_PRETRAIN);
  assert_int_equal(best_step("closed"), 4);
  assert_true(!unlink(link) && !symlink("step-000002.h5", link));
  assert_int_equal(lk_file_read("closed/history.txt", &text, &size), LK_OK);
  assert_non_null(strstr(text, " complete\n"));
  assert_int_equal(lk_file_write("closed/history.txt", text, size - 30), LK_OK);
  assert_true(lk_history_lacks_end("closed") && !unlink("closed/report.html"));
  must_train(CLOSED, LK_PRETRAIN);
  assert_true(readlink(link, target, sizeof target - 1) > 0);
  assert_string_equal(target, "step-000004.h5");
  assert_false(lk_history_lacks_end("closed"));
  assert_int_equal(access("closed/report.html", F_OK), 0);
  lk_free(text);
}

static void what_cannot_be_validated_is_refused(void **state) {
  (void)state;
  must_refuse("run=x steps=1 validation.share=0.0001", LK_PRETRAIN, "holds none of the 17");
  must_refuse("run=x steps=1 shards=16 batch_size=16 validation.share=0.5", LK_PRETRAIN,
              "has no document that is not held out");
  must_refuse("run=x steps=1 validation.share=0.5 questions=people.tsv", LK_FINETUNE,
              "questions are trained on");
  must_refuse("run=x steps=1 validation.file=none.txt", LK_PRETRAIN, "none.txt");
  must_refuse("run=x steps=1 validation.file=people.tsv", LK_PRETRAIN,
              "people.tsv, line 1");
}

static void a_pack_that_has_no_number_of_rows_is_refused(void **state) {
  (void)state;
#define HUGE_PACK "run=x steps=1 batch_size=65536 shards=1 "
  must_refuse(HUGE_PACK "model.block=65536", LK_PRETRAIN, "is 4294967296 tokens");
  must_refuse(HUGE_PACK "model.block=32768 objective.kind=language objective.full=true",
              LK_PRETRAIN, "is 2147483648 tokens");
  must_refuse("run=x steps=1 batch_size=65537 shards=1 model.block=65536", LK_PRETRAIN,
              "is 4295032832 tokens");
  must_refuse("run=x steps=1 batch_size=4097 shards=1 micro_tokens=8 model.block=8 "
              "dropout=0.1",
              LK_PRETRAIN, "micro_tokens makes 4097 packs");
  must_train("run=many steps=1 batch_size=4096 shards=1 micro_tokens=8 model.block=8 "
             "dropout=0.1",
             LK_PRETRAIN);
}

static void a_model_is_finetuned_from(void **state) {
  (void)state;
  must_train("run=before steps=2", LK_PRETRAIN);
  must_train("run=after steps=2 questions=people.tsv init=before/checkpoints/latest",
             LK_FINETUNE);
  lk_checkpoint *before = newest("before"), *after = newest("after");
  assert_string_equal(after->info.origin, before->info.parameter_hash.hex);
  assert_string_equal(after->info.task, "finetune");
  lk_checkpoint_free(before);
  lk_checkpoint_free(after);
  must_refuse("run=x steps=1 questions=people.tsv init=before/checkpoints/latest "
              "model.layers=3",
              LK_FINETUNE, "model.layers is 3");
  must_refuse("run=x steps=1 questions=people.tsv init=before/checkpoints/latest "
              "model.positions=rotary",
              LK_FINETUNE, "model.positions");
}

/* A step too small to change a parameter shows what it began from. */
static void either_parameters_of_init_are_trained_on(void **state) {
#define LIKE "steps=1 learning_rate=1e-30 weight_decay=0 init=averaged/checkpoints/latest "
  (void)state;
  must_train("run=averaged steps=6 ema=0.8 learning_rate=1e-2", LK_PRETRAIN);
  must_train("run=from-last " LIKE, LK_PRETRAIN);
  must_train("run=from-mean init_weights=mean " LIKE, LK_PRETRAIN);
  lk_checkpoint *averaged = newest("averaged"), *mean = newest("from-mean"),
                *last = newest("from-last");
  size_t bytes = averaged->trained.table->count * sizeof(float);
  assert_memory_equal(last->trained.values, averaged->trained.values, bytes);
  assert_memory_equal(mean->trained.values, averaged->average, bytes);
  assert_memory_not_equal(averaged->average, averaged->trained.values, bytes);
  lk_checkpoint_free(averaged);
  lk_checkpoint_free(mean);
  lk_checkpoint_free(last);
  must_refuse("run=x steps=1 init_weights=mean init=from-last/checkpoints/latest",
              LK_PRETRAIN, "keeps no running mean (ema)");
}

static void another_run_is_not_gone_on_with(void **state) {
  (void)state;
  must_train("run=mine steps=2", LK_PRETRAIN);
  must_refuse("run=mine steps=4 seed=9", LK_PRETRAIN, "seed: 9 here, 1 there");
  must_refuse("run=mine steps=4 questions=people.tsv", LK_FINETUNE, "holds a pretraining");
  must_refuse("run=mine steps=4 corpus=people.tsv", LK_PRETRAIN, "not the file");
  must_refuse("steps=4", LK_PRETRAIN, "no run directory");
  must_refuse("run=mine steps=4 probe.config=probe.yaml", LK_PRETRAIN,
              "no questions for the probe");
}

/* What it began from may be left out later, but not be another model. */
static void a_run_keeps_its_origin(void **state) {
#define BEGUN "run=begun checkpoint_every=2 "
  (void)state;
  must_train("run=origin steps=1", LK_PRETRAIN);
  must_train("run=stranger steps=1 seed=2", LK_PRETRAIN);
  must_train(BEGUN "steps=2 init=origin/checkpoints/latest", LK_PRETRAIN);
  must_refuse(BEGUN "steps=4 init=stranger/checkpoints/latest", LK_PRETRAIN,
              "holds other parameters (hash ");
  must_train(BEGUN "steps=4 init=origin/checkpoints/latest", LK_PRETRAIN);
  must_train(BEGUN "steps=6", LK_PRETRAIN);
  must_train("run=begun-whole steps=6 init=origin/checkpoints/latest", LK_PRETRAIN);
  same_end("begun", "begun-whole");
  lk_checkpoint *c = newest("begun"), *origin = newest("origin");
  assert_string_equal(c->info.origin, origin->info.parameter_hash.hex);
  lk_checkpoint_free(c);
  lk_checkpoint_free(origin);
}

/* As a full disk does: files may have so many bytes. */
static void limit_files(rlim_t bytes) {
  struct rlimit limit;
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Training goes on without a checkpoint, but does not end well without the last one. */
static void checkpoints_that_cannot_be_written_are_made_up_for(void **state) {
  (void)state;
#define FULL "run=full checkpoint_every=2 "
  for (int beside = 0; beside < 2; beside++) {
    const char *keys = beside ? FULL "steps=5 checkpoint_write=beside" : FULL "steps=5";
    limit_files(20000);
    lk_status status = train(keys, LK_PRETRAIN);
    limit_files(RLIM_INFINITY);
    assert_int_equal(status, LK_IO);
    assert_int_equal(count_lines("full/metrics.csv", ""), 6); /* all steps, a header */
    assert_int_not_equal(access("full/checkpoints/latest", F_OK), 0);
  }
  must_train(FULL "steps=5", LK_PRETRAIN);
  must_train("run=not-full steps=5", LK_PRETRAIN);
  same_end("full", "not-full");
}

/* Without a line of the run's config.yaml, as a version left it that did not know the key.
 */
static void leave_out(const char *path, const char *line) {
  char *bytes;
  size_t size;
  assert_int_equal(lk_file_read(path, &bytes, &size), LK_OK);
  char *at = strstr(bytes, line), *rest = at + strlen(line);
  assert_non_null(at);
  memmove(at, rest, strlen(rest) + 1);
  assert_int_equal(lk_file_write(path, bytes, strlen(bytes)), LK_OK);
  lk_free(bytes);
}

static void runs_of_earlier_versions_go_on(void **state) {
  (void)state;
  must_train("run=old steps=2", LK_PRETRAIN);
  leave_out("old/config.yaml", "  tied: false\n");
  leave_out("old/config.yaml", "evaluate:\n  most: 0\n");
  must_train("run=old steps=3", LK_PRETRAIN);
  assert_int_not_equal(access("old/config.yaml.set-aside-1", F_OK), 0);
  assert_int_equal(lk_file_write("old/config.yaml", "seed: 1 # mine\n", 15), LK_OK);
  must_train("run=old steps=4", LK_PRETRAIN);
  assert_int_equal(access("old/config.yaml.set-aside-1", F_OK), 0);
}

/* What a training says on standard error. The caller frees it. */
static char *said_by(const char *settings) {
  char *said;
  size_t size;
  fflush(stderr);
  int terminal = dup(STDERR_FILENO);
  assert_non_null(freopen("said", "w", stderr));
  must_train(settings, LK_PRETRAIN);
  fflush(stderr);
  dup2(terminal, STDERR_FILENO);
  close(terminal);
  assert_int_equal(lk_file_read("said", &said, &size), LK_OK);
  return said;
}

/* The run goes on. */
static void settings_that_do_nothing_are_said(void **state) {
  (void)state;
  char *said = said_by("run=warned steps=1 schedule.warmup_tokens=100000 "
                       "weight_decay=1e-7 model.block=32");
  assert_non_null(
      strstr(said, "schedule.warmup_tokens lets the learning rate rise for 100000 "));
  assert_non_null(strstr(said, "too small for fp32"));
  assert_non_null(strstr(said, "only the beginning is ever seen"));
  lk_free(said);
}

/* As those of a config are, whose text is of another language. */
static void samples_that_cannot_be_encoded_are_left_out(void **state) {
  (void)state;
  char *said = said_by("run=mixed steps=2 objective.kind=language validate_every=1 "
                       "samples=Ärger|Ada");
  assert_non_null(strstr(said, "U+00C4"));
  assert_non_null(strstr(said, "of samples, 'Ärger' is left out"));
  assert_null(strstr(said, "'Ada'"));
  assert_int_equal(count_lines("mixed/samples.txt", "  Ada"), 2);
  assert_int_equal(count_lines("mixed/samples.txt", "  "), 2);
  lk_free(said);
}

static int tests(void) {
  const struct CMUnitTest list[] = {
      cmocka_unit_test(a_run_in_parts_is_the_whole_run),
      cmocka_unit_test(checkpoints_beside_training_are_those_it_waits_for),
      cmocka_unit_test(the_run_chooses_when_to_write),
      cmocka_unit_test(time_stops_after_a_step_with_a_checkpoint),
      cmocka_unit_test(scores_have_rows),
      cmocka_unit_test(a_page_of_the_run_is_written),
      cmocka_unit_test(a_probe_is_finetuned_beside_the_run),
      cmocka_unit_test(the_best_model_is_kept),
      cmocka_unit_test(other_documents_begin_the_best_anew),
      cmocka_unit_test(patience_ends_a_run),
      cmocka_unit_test(samples_are_written),
      cmocka_unit_test(samples_are_made_up_for),
      cmocka_unit_test(samples_of_any_end_are_made_up_for),
      cmocka_unit_test(the_end_of_a_run_is_made_up_for),
      cmocka_unit_test(samples_that_cannot_be_encoded_are_left_out),
      cmocka_unit_test(what_cannot_be_validated_is_refused),
      cmocka_unit_test(a_pack_that_has_no_number_of_rows_is_refused),
      cmocka_unit_test(a_model_is_finetuned_from),
      cmocka_unit_test(either_parameters_of_init_are_trained_on),
      cmocka_unit_test(another_run_is_not_gone_on_with),
      cmocka_unit_test(a_run_keeps_its_origin),
      cmocka_unit_test(checkpoints_that_cannot_be_written_are_made_up_for),
      cmocka_unit_test(runs_of_earlier_versions_go_on),
      cmocka_unit_test(settings_that_do_nothing_are_said),
      cmocka_unit_test(a_signal_stops_before_the_first_step), /* the last: it stays */
  };
  return cmocka_run_group_tests(list, make_data, remove_folder);
}

int main(int argc, char **argv) {
  return run_with_world(argc, argv, tests);
}

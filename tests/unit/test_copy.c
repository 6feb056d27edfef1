/* checkpoint_copy in a world of one: copies are the run's checkpoints to the byte, and a
 * run that has lost its own goes on from them. Other hosts: tests/mpi/copy.sh. */
#include "lockstep/training.h"
#include "store_files.h"
#include "train/errand.h"
#include "training_files.h"

static lk_status train(const char *arguments) {
  lk_config *config = config_with(arguments);
  lk_status status = lk_train(world, config, LK_PRETRAIN);
  lk_config_free(config);
  return status;
}

/* A run and its folder of copies. */
#define KEYS(run) "run=" run " checkpoint_copy=" run "-copy checkpoint_every=2 keep_last=2 "

/* The run of so many steps that was never stopped, whose last checkpoint has the bits. */
static int make_runs(void **state) {
  return make_data(state) || train("run=whole steps=8") != LK_OK;
}

static void same_end(const char *run) {
  char path[100];
  lk_checkpoint *one, *other;
  snprintf(path, sizeof path, "%s/checkpoints/step-000008.h5", run);
  must(lk_checkpoint_read(&one, path, 1));
  must(lk_checkpoint_read(&other, "whole/checkpoints/step-000008.h5", 1));
  size_t bytes = one->trained.table->count * sizeof(float);
  assert_memory_equal(one->trained.values, other->trained.values, bytes);
  assert_memory_equal(one->m, other->m, bytes);
  assert_memory_equal(one->v, other->v, bytes);
  lk_checkpoint_free(one);
  lk_checkpoint_free(other);
}

static void same_step(const char *run, int step) {
  char own[100], copy[100];
  snprintf(own, sizeof own, "%s/checkpoints/step-%06d.h5", run, step);
  snprintf(copy, sizeof copy, "%s-copy/checkpoints/step-%06d.h5", run, step);
  assert_same_files(own, copy);
}

static void damage(const char *path) {
  int file = open(path, O_WRONLY);
  assert_int_equal(pwrite(file, "x", 1, 5000), 1);
  close(file);
}

static void remove_run(const char *run) {
  char command[100];
  snprintf(command, sizeof command, "rm -r %s", run);
  assert_int_equal(system(command), 0);
}

/* The step after the one that the run went on from: its table was lost, too. */
static long first_row(const char *run) {
  char path[100], *table;
  size_t size;
  snprintf(path, sizeof path, "%s/metrics.csv", run);
  must(lk_file_read(path, &table, &size));
  const char *row = strchr(table, '\n');
  assert_non_null(row);
  long step = strtol(row + 1, NULL, 10);
  lk_free(table);
  return step;
}

static void a_lost_run_goes_on_from_its_copies(void **state) {
  (void)state;
  must(train(KEYS("waits") "steps=6"));
  same_step("waits", 4);
  same_step("waits", 6);
  assert_int_not_equal(access("waits-copy/checkpoints/step-000002.h5", F_OK), 0);
  remove_run("waits");
  must(train(KEYS("waits") "steps=8"));
  same_step("waits", 6); /* which came back */
  same_step("waits", 8);
  assert_int_equal(first_row("waits"), 7);
  same_end("waits");
}

/* Of those that are written while steps are fast some have no copy; the last one has. */
static void copies_are_made_beside_training(void **state) {
  (void)state;
  must(train(KEYS("beside") "steps=6 checkpoint_write=beside"));
  same_step("beside", 6);
  remove_run("beside");
  must(train(KEYS("beside") "steps=8 checkpoint_write=beside"));
  assert_int_equal(first_row("beside"), 7);
  same_end("beside");
}

static void damaged_copies_are_not_used(void **state) {
  (void)state;
  must(train(KEYS("older") "steps=6"));
  remove_run("older");
  damage("older-copy/checkpoints/step-000006.h5");
  must(train(KEYS("older") "steps=8"));
  assert_int_equal(access("older-copy/checkpoints/step-000006.h5.damaged", F_OK), 0);
  assert_int_equal(first_row("older"), 5);
  same_end("older");
}

/* The run's own are good enough, and copied anew. */
static void nothing_starts_anew_without_a_good_copy(void **state) {
  (void)state;
  must(train(KEYS("bad") "steps=6"));
  damage("bad-copy/checkpoints/step-000004.h5");
  damage("bad-copy/checkpoints/step-000006.h5");
  must(train(KEYS("bad") "steps=6"));
  same_step("bad", 6);
  damage("bad-copy/checkpoints/step-000006.h5");
  remove_run("bad");
  assert_int_equal(train(KEYS("bad") "steps=8"), LK_BAD_DATA);
  assert_non_null(strstr(lk_message(), "bad-copy/checkpoints: none of the 1 checkpoints"));
}

static void other_folders_are_left_alone(void **state) {
  (void)state;
  must(train(KEYS("mine") "steps=2"));
  assert_int_equal(train("run=other checkpoint_copy=mine-copy seed=7 steps=2"), LK_USAGE);
  assert_non_null(strstr(lk_message(), "choose another checkpoint_copy="));
  same_step("mine", 2);
  assert_int_equal(train("run=mine checkpoint_copy=mine steps=4"), LK_USAGE);
  assert_non_null(strstr(lk_message(), "checkpoint_copy is the run directory"));
}

/* The run's own checkpoint is what is not of this corpus; its copies are not either. */
static void other_data_are_no_fault_of_the_copies(void **state) {
  (void)state;
  must(train(KEYS("data") "steps=2"));
  write_text("less.txt", "Ada was born in Rome.\nBob was born in Oslo, says Ada Bom.\n"
                         "Eve was born in Oslo.\nDan was born in Rome, says Eve.\n");
  must_refuse(train(KEYS("data") "steps=4 corpus=less.txt"), LK_USAGE,
              "less.txt: ", "not the file that this run was started with");
  same_step("data", 2);
}

static void refuses_run(const char *arguments, const char *how) {
  assert_int_equal(train(arguments), LK_USAGE);
  assert_non_null(strstr(lk_message(), "is the directory of another run"));
  assert_non_null(strstr(lk_message(), how));
}

/* Where hosts with disks of their own come in another order, what was the run directory on
 * one of them is the folder of copies. */
static void a_run_may_copy_to_where_it_was(void **state) {
  (void)state;
  must(train("run=was checkpoint_every=2 steps=4"));
  must(train("run=now checkpoint_copy=was checkpoint_every=2 steps=8"));
  assert_int_equal(first_row("now"), 5);
  same_end("now");
  assert_same_files("now/checkpoints/step-000008.h5", "was/checkpoints/step-000008.h5");
  refuses_run("run=third checkpoint_copy=was steps=8 seed=7", "(seed: 7 here, 1 there)");
  refuses_run("run=third checkpoint_copy=was steps=8 init=now/checkpoints/latest",
              "(another init)");
  refuses_run("run=third checkpoint_copy=was steps=8 tokenizer=bytes",
              "(another tokenizer)");
}

/* A run directory that is open, and its config. */
typedef struct {
  lk_config *config;
  lk_run *run;
} end_of_way;

static end_of_way open_end(const char *run) {
  char arguments[100];
  snprintf(arguments, sizeof arguments, "run=%s", run);
  end_of_way end = {config_with(arguments), NULL};
  must(lk_run_open(&end.run, end.config));
  return end;
}

static void close_end(end_of_way *end) {
  lk_run_close(end->run);
  lk_config_free(end->config);
}

/* What cannot be read, or comes damaged, is not there under its name, nor under another. */
static void an_errand_brings_all_or_nothing(void **state) {
  (void)state;
  must(train(KEYS("from") "steps=6"));
  end_of_way from = open_end("from"), to = open_end("to");
  lk_errand errand = {0, 0, from.run, to.run, 6};
  must(lk_errand_run(world, &errand));
  assert_same_files("from/checkpoints/step-000006.h5", "to/checkpoints/step-000006.h5");
  errand.step = 5;
  must_refuse(lk_errand_run(world, &errand), LK_NO_INPUT, "from/checkpoints/step-000005.h5",
              "cannot open");
  damage("from/checkpoints/step-000004.h5");
  errand.step = 4;
  assert_int_equal(lk_errand_run(world, &errand), LK_BAD_DATA);
  const char *only = "test \"$(ls -A to/checkpoints | tr '\\n' ' ')\" = "
                     "'latest step-000006.h5 '";
  assert_int_equal(system(only), 0);
  close_end(&from);
  close_end(&to);
}

/* More bytes than go at a time. */
static void an_errand_brings_long_files(void **state) {
  enum { PIECE = 4 << 20 };
  struct stat facts;
  (void)state;
  must(train("run=long steps=1 model.channels=128"));
  end_of_way from = open_end("long"), to = open_end("long-too");
  const lk_errand errand = {0, 0, from.run, to.run, 1};
  assert_int_equal(stat("long/checkpoints/step-000001.h5", &facts), 0);
  assert_true(facts.st_size > PIECE);
  must(lk_errand_run(world, &errand));
  assert_same_files("long/checkpoints/step-000001.h5",
                    "long-too/checkpoints/step-000001.h5");
  close_end(&from);
  close_end(&to);
}

static int tests(void) {
  const struct CMUnitTest list[] = {
      cmocka_unit_test(a_lost_run_goes_on_from_its_copies),
      cmocka_unit_test(copies_are_made_beside_training),
      cmocka_unit_test(damaged_copies_are_not_used),
      cmocka_unit_test(nothing_starts_anew_without_a_good_copy),
      cmocka_unit_test(other_folders_are_left_alone),
      cmocka_unit_test(other_data_are_no_fault_of_the_copies),
      cmocka_unit_test(a_run_may_copy_to_where_it_was),
      cmocka_unit_test(an_errand_brings_all_or_nothing),
      cmocka_unit_test(an_errand_brings_long_files)};
  return cmocka_run_group_tests(list, make_runs, remove_folder);
}

int main(int argc, char **argv) {
  return run_with_world(argc, argv, tests);
}

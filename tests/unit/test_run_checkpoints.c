/* Which checkpoint a run goes on from, and which it keeps. */
#include "lockstep/run.h"
#include "store_files.h"
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>

static const lk_shape shape = {
    .layers = 1, .heads = 2, .channels = 8, .block = 8, .vocabulary = 5};

static lk_config *config;
static lk_run *run;
static lk_checkpoint *model;

/* A run with these keys, in a folder of its own. */
static void begin(const char *keep_last, const char *resume) {
  char keep[32], from[300], *arguments[] = {"run=run", keep, from};
  snprintf(keep, sizeof keep, "keep_last=%s", keep_last);
  snprintf(from, sizeof from, "resume=%s", resume);
  must(lk_config_read(&config, NULL, 3, arguments));
  must(lk_run_open(&run, config));
  must(lk_config_hash(config, &model->info.config_hash));
}

static int end(void **state) {
  (void)state;
  lk_run_close(run);
  lk_config_free(config);
  run = NULL;
  config = NULL;
  return system("rm -rf run");
}

static int set_up(void **state) {
  if (make_folder(state)) return 1;
  model = make_checkpoint_of(&shape, 1);
  return chmod(".", 0755);
}

static int tear_down(void **state) {
  lk_checkpoint_free(model);
  return remove_folder(state);
}

/* In the run's folder, until the next call. */
static const char *in_run(const char *name) {
  static char path[100];
  snprintf(path, sizeof path, "run/checkpoints/%s", name);
  return path;
}

static const char *file_of(uint64_t step) {
  char name[32];
  snprintf(name, sizeof name, "step-%06llu.h5", (unsigned long long)step);
  return in_run(name);
}

static void write_step(const char *path, uint64_t step) {
  model->info.step = step;
  must(lk_checkpoint_write(path, model));
}

static void put_good(uint64_t step) {
  write_step(file_of(step), step);
}

static void put_damaged(uint64_t step) {
  put_good(step);
  assert_int_equal(truncate(file_of(step), 5000), 0);
}

static void save(uint64_t step) {
  model->info.step = step;
  must(lk_run_save(run, model));
}

/* What goes to standard error meanwhile is in the file "said". */
static lk_status find(lk_checkpoint **out) {
  fflush(stderr);
  int before = dup(STDERR_FILENO), file = open("said", O_WRONLY | O_CREAT | O_TRUNC, 0666);
  assert_true(before >= 0 && file >= 0 && dup2(file, STDERR_FILENO) >= 0);
  lk_status status = lk_run_find_checkpoint(run, out);
  fflush(stderr);
  assert_true(dup2(before, STDERR_FILENO) >= 0);
  close(file);
  close(before);
  return status;
}

static void assert_said(const char *part) {
  char *text;
  size_t size;
  must(lk_file_read("said", &text, &size));
  if (!strstr(text, part)) fail_msg("'%s' lacks '%s'", text, part);
  lk_free(text);
}

static void must_find(uint64_t step) {
  lk_checkpoint *found;
  must(find(&found));
  assert_non_null(found);
  assert_int_equal(found->info.step, step);
  lk_checkpoint_free(found);
}

static void must_find_none(void) {
  lk_checkpoint *found;
  must(find(&found));
  assert_null(found);
}

static void must_not_find(lk_status expected, const char *name, const char *part) {
  lk_checkpoint *found;
  must_refuse(find(&found), expected, name, part);
  assert_null(found);
}

static int is_there(const char *path) {
  struct stat facts;
  return !lstat(path, &facts);
}

/* Exactly these, the newest last. */
static void assert_files(const char *expected) {
  char command[500];
  snprintf(command, sizeof command,
           "cd run/checkpoints && [ \"$(ls | grep -v latest | tr '\\n' ' ')\" = '%s' ]",
           expected);
  if (system(command)) {
    system("ls run/checkpoints >&2");
    fail_msg("not these: %s", expected);
  }
}

static void assert_latest(uint64_t step) {
  char target[64] = "", expected[64];
  snprintf(expected, sizeof expected, "step-%06d.h5", (int)step);
  assert_true(readlink(in_run("latest"), target, sizeof target - 1) > 0);
  assert_string_equal(target, expected);
  assert_int_equal(access(in_run("latest"), R_OK), 0);
}

/* Three damaged ones took the places of keep_last, and the only good one was removed. */
static void test_damaged_ones_crowd_nothing_out(void **state) {
  (void)state;
  begin("3", "auto");
  put_good(10);
  for (uint64_t step = 20; step <= 40; step += 10)
    put_damaged(step);
  assert_int_equal(symlink("step-000040.h5", in_run("latest")), 0);
  must_find(10);
  assert_said("skipping a bad checkpoint: run/checkpoints/step-000040.h5: damaged");
  assert_said("step-000020.h5: set aside as step-000020.h5.damaged");
  assert_latest(10);
  assert_files("step-000010.h5 step-000020.h5.damaged step-000030.h5.damaged "
               "step-000040.h5.damaged ");
  for (uint64_t step = 12; step <= 20; step += 2)
    save(step);
  assert_files("step-000010.h5 step-000016.h5 step-000018.h5 step-000020.h5 "
               "step-000020.h5.damaged step-000030.h5.damaged step-000040.h5.damaged ");
  assert_latest(20);
}

static void test_nothing_set_aside_is_replaced(void **state) {
  (void)state;
  begin("3", "auto");
  put_good(10);
  put_damaged(20);
  write_text(in_run("step-000020.h5.damaged"), "first");
  assert_int_equal(symlink("nowhere", in_run("step-000020.h5.damaged-1")), 0);
  must_find(10);
  assert_true(is_there(in_run("step-000020.h5.damaged-2")));
  assert_false(is_there(file_of(20)));
  assert_true(is_there(in_run("step-000020.h5.damaged-1")));
}

/* Were they renamed, the next start would begin anew without a word. */
static void test_none_good(void **state) {
  (void)state;
  begin("3", "auto");
  put_damaged(10);
  put_damaged(20);
  for (int i = 0; i < 2; i++)
    must_not_find(LK_BAD_DATA, "run/checkpoints: none of the 2 checkpoints is good", "");
  assert_files("step-000010.h5 step-000020.h5 ");
}

static void put_odd_ones(void) {
  static const char *const names[] = {"step-10.h5",   "step-+70.h5",
                                      "step-  70.h5", "step-99999999999999999999.h5",
                                      "step--1.h5",   "step-18446744073709551615.h5",
                                      "step-.h5",     "step-000080.h5.h5"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    write_step(in_run(names[i]), 70);
  assert_int_equal(mkdir(file_of(20), 0777), 0);
  assert_int_equal(mkfifo(file_of(30), 0666), 0);
  assert_int_equal(symlink("nowhere.h5", file_of(40)), 0);
  assert_int_equal(symlink("/dev/zero", file_of(50)), 0);
  write_step(file_of(60), 5);
  assert_int_equal(symlink("step-000010.h5", file_of(65)), 0);
}

static void test_odd_ones_are_named_and_left(void **state) {
  (void)state;
  begin("1", "auto");
  put_good(10);
  put_odd_ones();
  must_find(10);
  assert_said("step-10.h5: not the name of a step");
  assert_said("step-  70.h5: not the name of a step");
  assert_said("step-18446744073709551615.h5: not the name of a step");
  assert_said("step-000020.h5: a folder, not a checkpoint; ignored");
  assert_said("step-000030.h5: a pipe, device or socket, not a checkpoint; ignored");
  assert_said("step-000040.h5: a link to nothing; ignored");
  assert_said("step-000050.h5: a pipe, device or socket, not a checkpoint; ignored");
  assert_said("step-000060.h5: the checkpoint of step 5, not of the one in its name");
  assert_said("step-000065.h5: the checkpoint of step 10, not of the one in its name");
  for (uint64_t step = 70; step <= 90; step += 10)
    save(step);
  for (uint64_t step = 20; step <= 60; step += 10)
    assert_true(is_there(file_of(step)));
  assert_true(is_there(file_of(65)) && is_there(in_run("step-10.h5")));
  assert_false(is_there(file_of(70)) || is_there(file_of(80)));
}

static void test_what_is_in_the_way_is_kept(void **state) {
  (void)state;
  begin("0", "auto");
  put_odd_ones();
  for (uint64_t step = 20; step <= 60; step += 10)
    save(step);
  assert_true(is_there(in_run("step-000020.h5.other")));
  assert_true(is_there(in_run("step-000030.h5.other")));
  assert_true(is_there(in_run("step-000040.h5.other")));
  assert_true(is_there(in_run("step-000050.h5.other")));
  assert_true(is_there(in_run("step-000060.h5.other")));
  must_find(60);
}

/* An older one in its place would undo steps because of a mistake in a file's mode. */
static void test_unreadable_stops(void **state) {
  (void)state;
  lk_checkpoint *found;
  int root = geteuid() == 0;
  begin("3", "auto");
  put_good(10);
  put_good(20);
  assert_int_equal(chmod(file_of(20), 0), 0);
  if (root) assert_int_equal(seteuid(65534), 0);
  lk_status status = lk_run_find_checkpoint(run, &found);
  if (root) assert_int_equal(seteuid(0), 0);
  must_refuse(status, LK_NO_INPUT, file_of(20), "Permission denied");
  assert_null(found);
  assert_files("step-000010.h5 step-000020.h5 ");
}

static void test_loop_of_links_stops(void **state) {
  (void)state;
  begin("3", "auto");
  put_good(10);
  assert_int_equal(symlink("step-000020.h5", file_of(20)), 0);
  must_not_find(LK_NO_INPUT, file_of(20), "Too many levels");
}

static void test_never(void **state) {
  (void)state;
  begin("3", "never");
  put_odd_ones();
  assert_int_equal(unlink(file_of(60)) | unlink(file_of(65)), 0);
  write_text(in_run("step-000030.h5.damaged"), "x");
  must_find_none();
  put_damaged(10);
  must_not_find(LK_USAGE, "run already holds checkpoints", "resume is never");
}

/* `latest` leads elsewhere soon after; the file that it led to stays. */
static void test_the_named_one_stays(void **state) {
  (void)state;
  begin("1", "run/checkpoints/latest");
  put_good(10);
  put_good(20);
  put_good(50);
  assert_int_equal(symlink("step-000020.h5", in_run("latest")), 0);
  must_find(20);
  save(30);
  save(40);
  assert_files("step-000020.h5 step-000040.h5 step-000050.h5 ");
  save(50);
  assert_files("step-000020.h5 step-000050.h5 ");
}

static void test_older_damaged_ones_do_not_count(void **state) {
  (void)state;
  begin("2", "auto");
  for (uint64_t step = 10; step <= 50; step += 10)
    put_good(step);
  put_damaged(40);
  must_find(50);
  save(60);
  assert_files("step-000030.h5 step-000040.h5.damaged step-000050.h5 step-000060.h5 ");
}

static void test_dangling_latest(void **state) {
  (void)state;
  begin("3", "auto");
  put_good(10);
  put_damaged(15);
  assert_int_equal(symlink("step-000020.h5", in_run("latest")), 0);
  lk_checkpoint *c;
  lk_status status = lk_checkpoint_read(&c, in_run("latest"), 0);
  must_refuse(lk_run_explain(status, in_run("latest")), LK_NO_INPUT,
              "run/checkpoints/latest points to step-000020.h5, which is not there; the "
              "newest good checkpoint beside it is run/checkpoints/step-000010.h5",
              "");
  must_find(10);
  assert_said("run/checkpoints/latest points to step-000020.h5, which is not there");
  assert_latest(10);
  assert_int_equal(unlink(file_of(10)), 0);
  must_find_none();
  assert_said("latest points to step-000010.h5, which is not there, and nor is any other");
}

static void test_useless_numbers(void **state) {
  (void)state;
  begin("3", "auto");
  put_good(10);
  float before = model->trained.values[7];
  model->trained.values[7] = NAN;
  put_good(20);
  model->trained.values[7] = before;
  must_find(10);
  assert_said("step-000020.h5: 'model/tok_emb.weight' holds nan, as number 8 of 40");
  assert_true(is_there(in_run("step-000020.h5.damaged")));
}

/* A start that is refused leaves the run as it was. */
static void test_another_config(void **state) {
  (void)state;
  begin("3", "auto");
  model->info.config_hash = lk_hash_bytes("another", 7);
  put_good(10);
  put_damaged(20);
  must_not_find(LK_USAGE, file_of(10), "another config");
  assert_files("step-000010.h5 step-000020.h5 ");
}

/* The bytes of the file "come", with byte `flip` changed, arrive as the checkpoint of a
 * step; 0: none is. */
static lk_status arrive(uint64_t step, size_t flip, uint64_t best) {
  lk_run_arrival arrival;
  char *bytes;
  size_t size;
  must(lk_file_read("come", &bytes, &size));
  if (flip) bytes[flip] ^= 1;
  must(lk_run_begin_arrival(run, step, &arrival));
  must(lk_draft_add(&arrival.draft, bytes, size / 3));
  must(lk_draft_add(&arrival.draft, bytes + size / 3, size - size / 3));
  lk_free(bytes);
  return lk_run_end_arrival(run, &arrival, best);
}

static void test_arrivals(void **state) {
  (void)state;
  begin("2", "auto");
  for (uint64_t step = 10; step <= 40; step += 10) {
    write_step("come", step);
    must(arrive(step, 0, 10));
    assert_int_equal(lk_run_best(run), 10);
    assert_latest(step);
  }
  assert_files("best step-000010.h5 step-000030.h5 step-000040.h5 ");
  assert_int_equal(arrive(50, 0, 0), LK_BAD_DATA); /* it is that of 40 */
  write_step("come", 50);
  assert_int_equal(arrive(50, 3000, 0), LK_BAD_DATA);
  assert_files("best step-000010.h5 step-000030.h5 step-000040.h5 ");
  must(arrive(50, 0, 0));
  assert_files("best step-000010.h5 step-000040.h5 step-000050.h5 ");
  must_find(50);
}

#define TEST(name) cmocka_unit_test_teardown(name, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_damaged_ones_crowd_nothing_out),
      TEST(test_nothing_set_aside_is_replaced),
      TEST(test_none_good),
      TEST(test_odd_ones_are_named_and_left),
      TEST(test_what_is_in_the_way_is_kept),
      TEST(test_unreadable_stops),
      TEST(test_loop_of_links_stops),
      TEST(test_never),
      TEST(test_the_named_one_stays),
      TEST(test_older_damaged_ones_do_not_count),
      TEST(test_dangling_latest),
      TEST(test_useless_numbers),
      TEST(test_another_config),
      TEST(test_arrivals),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}

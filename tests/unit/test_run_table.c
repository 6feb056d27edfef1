/* Tables of a run that go on: good ones do, torn ones lose what is torn, and whatever else
 * stands under their names is set aside, never emptied. */
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/run.h"
#include "run/table_scan.h"
#include "temporary_folder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test with a run directory of its own. */
static int clear_run(void **state) {
  (void)state;
  return system("chmod -R u+rwx run 2> /dev/null; rm -rf run") ||
         lk_folder_create("run/checkpoints") != LK_OK;
}

static void must(lk_status status) {
  if (status != LK_OK) fail_msg("%s", lk_message());
}

#define METRICS                                                                            \
  "step,epoch,loss,learning_rate,gradient_norm,target_tokens,tokens_per_second,"           \
  "compute_seconds,communication_seconds,data_seconds,replica_check_seconds,"              \
  "skipped_updates,peak_memory_mb\n"
#define REST ",0.1,3.5,0.006,1.25e+01,64,100.0,0.1,0.0,0.0,0.0,0,50.5\n"
#define DEV  "step,correct,questions\n"

static void put(const char *path, const char *bytes, size_t size) {
  must(lk_file_replace(path, bytes, size));
}

static void must_hold(const char *path, const char *bytes, size_t size) {
  char *found;
  size_t length;
  must(lk_file_read(path, &found, &length));
  if (length != size || memcmp(found, bytes, size))
    fail_msg("%s holds '%s', not '%s'", path, found, bytes);
  lk_free(found);
}

static lk_questions *questions_of(const char *text) {
  lk_questions *questions;
  put("questions.tsv", text, strlen(text));
  must(lk_questions_read(&questions, "questions.tsv", 1));
  return questions;
}

static void must_be(const char *path, const char *text) {
  must_hold(path, text, strlen(text));
}

static const char four[] = "a?\tA\nb?\tB\nc?\tC\nd?\tD\n";
static const char others[] = "a?\tA\nb?\tB\nc?\tC\ne?\tE\n";

typedef struct {
  lk_run *run;
  lk_config *config;
  lk_questions *dev;
} opened;

static opened begin(uint64_t step, const char *questions) {
  opened o = {NULL, NULL, questions ? questions_of(questions) : NULL};
  char *const arguments[] = {"run=run", questions ? "dev=questions.tsv" : "dev="};
  must(lk_config_read(&o.config, NULL, 2, arguments));
  must(lk_run_open(&o.run, o.config));
  if (o.dev) must(lk_run_use_dev(o.run, o.dev));
  must(lk_run_begin(o.run, step));
  return o;
}

static void end(opened *o) {
  lk_run_close(o->run);
  lk_questions_free(o->dev);
  lk_config_free(o->config);
}

static void begin_and_end(uint64_t step, const char *questions) {
  opened o = begin(step, questions);
  end(&o);
}

/* A table as it is and as it has to be after a start at step 10. */
typedef struct {
  const char *bytes;
  size_t size;
  const char *after;
} form;
#define FORM(text, after)                                                                  \
  { text, sizeof(text) - 1, after }

/* Nothing of theirs is worth a file of its own. */
static const form torn[] = {
    FORM("", METRICS),
    FORM("step,epo", METRICS),
    FORM("step,epo\0\0\0\0\0\0", METRICS),
    FORM("\0\0\0\0", METRICS),
    FORM(METRICS, METRICS),
    FORM(METRICS "9" REST, METRICS "9" REST),
    FORM(METRICS "9" REST "10" REST "11" REST, METRICS "9" REST "10" REST),
    FORM(METRICS "9" REST "10", METRICS "9" REST),
    FORM(METRICS "9" REST "10,0.1,3.", METRICS "9" REST),
    FORM(METRICS "9" REST "10,0.1,3.\0\0\0\0\0\0\0", METRICS "9" REST),
    FORM(METRICS "9" REST "\0", METRICS "9" REST),
    FORM(METRICS "9,0.1,nan,0.006,-inf,64,1,0,0,0,0,0,5\n",
         METRICS "9,0.1,nan,0.006,-inf,64,1,0,0,0,0,0,5\n"),
};

static void torn_tables_keep_their_complete_rows(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
    put("run/metrics.csv", torn[i].bytes, torn[i].size);
    begin_and_end(10, NULL);
    must_hold("run/metrics.csv", torn[i].after, strlen(torn[i].after));
    assert_int_not_equal(access("run/metrics.csv.set-aside-1", F_OK), 0);
  }
}

static const form hostile[] = {
    FORM("\xEF\xBB\xBF" METRICS "9" REST, ""),
    FORM("step,epoch\r\n9,1\r\n", ""),
    FORM("step,loss\n9,1\n", ""),
    FORM("a text of the user's", ""),
    FORM("\n", ""),
    FORM(",,,\n", ""),
    FORM("step,epo\0\0\0\n", ""),
    FORM(METRICS "\n", ""),
    FORM(METRICS "9,0.1\n", ""),
    FORM(METRICS "9" REST "my note\n", ""),
    FORM(METRICS "9" REST "my note", ""),
    FORM(METRICS "9" REST "\r\n", ""),
    FORM(METRICS "9,0.1,3.5,0.006,1,64,100,0,0,0,0,0,5\r\n", ""),
    FORM(METRICS "9" REST "9" REST, ""),
    FORM(METRICS "9" REST "8" REST, ""),
    FORM(METRICS "-9" REST, ""),
    FORM(METRICS "99999999999999999999999" REST, ""),
    FORM(METRICS "1.5" REST, ""),
    FORM(METRICS "nan" REST, ""),
    FORM(METRICS "9,0.1,3.5,0.006,,64,100,0,0,0,0,0,5\n", ""),
    FORM(METRICS "9,0.1,3.5,0.006,0x1,64,100,0,0,0,0,0,5\n", ""),
    FORM(METRICS "9,0.1,3.5,0.006, 1,64,100,0,0,0,0,0,5\n", ""),
    FORM(METRICS "9,0.1,3.5,0.006,1,64,100,0,0,0,0,0,5,6\n", ""),
    FORM(METRICS "9,0.1\0\0\0\n10" REST, ""),
    FORM(METRICS "11" REST "rows behind the step count too\n", ""),
};

static void other_tables_are_set_aside(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
    char aside[64];
    put("run/metrics.csv", hostile[i].bytes, hostile[i].size);
    begin_and_end(10, NULL);
    must_be("run/metrics.csv", METRICS);
    snprintf(aside, sizeof aside, "run/metrics.csv.set-aside-%zu", i + 1);
    must_hold(aside, hostile[i].bytes, hostile[i].size);
  }
}

/* Every cut and every changed byte of a good table: no crash, and either it is gone on with
 * or it is set aside as it was. */
static void any_damage_is_survived(void **state) {
  (void)state;
  static const char good[] = DEV "0,0,4\n5,1,4\n10,3,4\n";
  for (size_t i = 0; i < sizeof good; i++)
    for (int change = 0; change < 4; change++) {
      char text[sizeof good];
      size_t size = change ? sizeof good - 1 : i;
      memcpy(text, good, sizeof good);
      if (change && i < size) text[i] = "\0\n,7"[change];
      /* behind the text is no zero, so that reading on would be seen */
      char *alone = malloc(size ? size : 1);
      memcpy(alone, text, size);
      lk_table_scan scan = lk_table_scan_text(alone, size, DEV, 7, 4);
      free(alone);
      assert_true(scan.kept <= size && scan.rows <= scan.all && scan.most <= 4);
    }
}

static void rows_at_step_0_are_of_an_earlier_run(void **state) {
  (void)state;
  put("run/metrics.csv", METRICS "1" REST, sizeof METRICS "1" REST - 1);
  put("run/dev.csv", DEV "0,0,4\n", sizeof DEV "0,0,4\n" - 1);
  begin_and_end(0, four);
  must_be("run/metrics.csv", METRICS);
  must_be("run/metrics.csv.set-aside-1", METRICS "1" REST);
  must_be("run/dev.csv", DEV);
  must_be("run/dev.csv.set-aside-1", DEV "0,0,4\n");
  begin_and_end(0, four); /* tables without rows are no reason */
  assert_int_not_equal(access("run/metrics.csv.set-aside-2", F_OK), 0);
}

static void what_is_no_file_is_set_aside(void **state) {
  (void)state;
  struct stat facts;
  put("precious", "mine", 4);
  assert_int_equal(symlink("../precious", "run/metrics.csv"), 0);
  begin_and_end(10, NULL);
  must_be("precious", "mine");
  assert_int_equal(unlink("run/metrics.csv"), 0);
  assert_int_equal(mkfifo("run/metrics.csv", 0600), 0);
  begin_and_end(10, NULL);
  assert_int_equal(unlink("run/metrics.csv"), 0);
  assert_int_equal(mkdir("run/metrics.csv", 0700), 0);
  begin_and_end(10, NULL);
  assert_true(!lstat("run/metrics.csv.set-aside-1", &facts) && S_ISLNK(facts.st_mode));
  assert_true(!lstat("run/metrics.csv.set-aside-2", &facts) && S_ISFIFO(facts.st_mode));
  assert_true(!lstat("run/metrics.csv.set-aside-3", &facts) && S_ISDIR(facts.st_mode));
  must_be("run/metrics.csv", METRICS);
}

static void put_checkpoint(int step) {
  char path[64];
  snprintf(path, sizeof path, "run/checkpoints/step-%06d.h5", step);
  put(path, "", 0);
}

static void must_link_to(const char *expected) {
  char target[64] = "";
  ssize_t length = readlink("run/checkpoints/best", target, sizeof target - 1);
  assert_string_equal(length < 0 ? "nothing" : target, expected);
}

/* Scores of these questions: 10 is the best of the four, with 3 right. */
static void score_four(void) {
  opened o = begin(0, four);
  for (int step = 5; step <= 15; step += 5)
    put_checkpoint(step);
  must(lk_run_log_dev(o.run, 5, 1, 4));
  must(lk_run_log_dev(o.run, 10, 3, 4));
  must(lk_run_log_dev(o.run, 15, 3, 4));
  end(&o);
  must_link_to("step-000010.h5");
}

static void scores_go_on(void **state) {
  (void)state;
  score_four();
  opened o = begin(15, four);
  assert_true(lk_run_has_dev(o.run, 15) && !lk_run_has_dev(o.run, 12));
  put_checkpoint(20);
  must(lk_run_log_dev(o.run, 20, 4, 4));
  end(&o);
  must_link_to("step-000020.h5");
  must_be("run/dev.csv", DEV "5,1,4\n10,3,4\n15,3,4\n20,4,4\n");
  begin_and_end(7, four); /* what came later is undone */
  must_link_to("step-000005.h5");
  must_be("run/dev.csv", DEV "5,1,4\n");
}

/* With other questions, as many or not, one right answer more means nothing. */
static void scores_of_other_questions_are_set_aside(void **state) {
  const char *sets[] = {others, "a?\tA\nb?\tB\n"};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    clear_run(state);
    score_four();
    opened o = begin(15, sets[i]);
    must_link_to("nothing");
    assert_false(lk_run_has_dev(o.run, 15));
    must_be("run/dev.csv", DEV);
    must_be("run/dev.csv.set-aside-1", DEV "5,1,4\n10,3,4\n15,3,4\n");
    must(lk_run_log_dev(o.run, 15, 1, o.dev->count));
    must_link_to("step-000015.h5"); /* 1 of them, though 3 of the others were right */
    end(&o);
  }
}

static void questions_in_another_form_are_the_same(void **state) {
  (void)state;
  score_four();
  opened o = begin(15, "a?\tA\r\nb?\tB\r\nc?\tC\r\nd?\tD");
  assert_true(lk_run_has_dev(o.run, 15));
  end(&o);
  assert_int_equal(unlink("run/dev.csv.questions"), 0); /* as before there was one */
  o = begin(15, four);
  assert_true(lk_run_has_dev(o.run, 15));
  end(&o);
  assert_int_equal(access("run/dev.csv.questions", F_OK), 0);
}

static void a_companion_in_any_form_is_survived(void **state) {
  (void)state;
  const char *forms[] = {"", "no hash", "\n", "0123456789abcdef", "ABCDEF  4 questions\n"};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    clear_run(state);
    score_four();
    put("run/dev.csv.questions", forms[i], strlen(forms[i]));
    opened o = begin(15, four);
    assert_true(lk_run_has_dev(o.run, 15));
    end(&o);
  }
  assert_int_equal(unlink("run/dev.csv.questions"), 0);
  assert_int_equal(mkfifo("run/dev.csv.questions", 0600), 0);
  begin_and_end(15, four);
  assert_int_equal(access("run/dev.csv.questions.set-aside-1", F_OK), 0);
}

/* Before anything is begun: whether a complete run owes a probe. */
static void a_probe_table_in_any_form_has_no_probe(void **state) {
  (void)state;
  opened o = begin(0, four);
  assert_false(lk_run_has_probe(o.run, 5));
  put("run/probe.csv", "step,correct,count,seconds\n5,1,4,0.1\n9,", 39);
  assert_true(lk_run_has_probe(o.run, 5));
  assert_false(lk_run_has_probe(o.run, 4));
  put("run/probe.csv", "step,correct,count,seconds\n5,1,3,0.1\n", 37);
  assert_false(lk_run_has_probe(o.run, 5));
  put("run/probe.csv", "x\n5,\n", 5);
  assert_false(lk_run_has_probe(o.run, 5));
  unlink("run/probe.csv");
  assert_int_equal(mkfifo("run/probe.csv", 0600), 0);
  assert_false(lk_run_has_probe(o.run, 5));
  end(&o);
}

/* latest and best are links of ours; files of these names, and link.tmp, are not. */
static void files_in_the_place_of_links_are_kept(void **state) {
  (void)state;
  put("run/checkpoints/best", "a copy", 6);
  put("run/checkpoints/link.tmp", "mine", 4);
  score_four();
  must_be("run/checkpoints/best.set-aside-1", "a copy");
  must_be("run/checkpoints/link.tmp", "mine");
  must_link_to("step-000010.h5");
}

/* The lock, the history's and the config's names may be taken. */
static void names_that_are_taken_lose_nothing(void **state) {
  (void)state;
  lk_config *config;
  lk_run *run;
  char *const arguments[] = {"run=run"};
  put("run/config.yaml", "seed: 3 # mine\n", 15);
  begin_and_end(0, NULL);
  begin_and_end(0, NULL);
  must_be("run/config.yaml.set-aside-1", "seed: 3 # mine\n");
  put("run/config.yaml", "overlap: on\nepsilon: 1e-08\n", 27); /* of an earlier version */
  begin_and_end(0, NULL);
  assert_int_not_equal(access("run/config.yaml.set-aside-2", F_OK), 0);
  must(lk_config_read(&config, NULL, 1, arguments));
  put("run/lock", "my lock", 7);
  assert_int_equal(lk_run_open(&run, config), LK_USAGE);
  assert_non_null(strstr(lk_message(), "not a lock that lockstep wrote"));
  must_be("run/lock", "my lock");
  put("precious", "mine", 4);
  unlink("run/lock");
  assert_int_equal(symlink("../precious", "run/lock"), 0);
  assert_int_equal(lk_run_open(&run, config), LK_IO);
  assert_non_null(strstr(lk_message(), "is a link"));
  must_be("precious", "mine");
  unlink("run/lock");
  assert_int_equal(mkfifo("run/lock", 0600), 0);
  assert_int_equal(lk_run_open(&run, config), LK_IO);
  lk_config_free(config);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(torn_tables_keep_their_complete_rows, clear_run),
      cmocka_unit_test_setup(other_tables_are_set_aside, clear_run),
      cmocka_unit_test_setup(any_damage_is_survived, clear_run),
      cmocka_unit_test_setup(rows_at_step_0_are_of_an_earlier_run, clear_run),
      cmocka_unit_test_setup(what_is_no_file_is_set_aside, clear_run),
      cmocka_unit_test_setup(scores_go_on, clear_run),
      cmocka_unit_test_setup(scores_of_other_questions_are_set_aside, clear_run),
      cmocka_unit_test_setup(questions_in_another_form_are_the_same, clear_run),
      cmocka_unit_test_setup(a_companion_in_any_form_is_survived, clear_run),
      cmocka_unit_test_setup(a_probe_table_in_any_form_has_no_probe, clear_run),
      cmocka_unit_test_setup(files_in_the_place_of_links_are_kept, clear_run),
      cmocka_unit_test_setup(names_that_are_taken_lose_nothing, clear_run),
  };
  return cmocka_run_group_tests(tests, make_folder, leave_nothing);
}

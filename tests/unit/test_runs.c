/* The commands for many runs: runs, diff, clean and watch, on runs that are trained here.
 */
#include "cli_run.h"
#include <sys/stat.h>

static void train(const char *run, const char *rate) {
  char place[64], speed[64];
  snprintf(place, sizeof place, "run=%s", run);
  snprintf(speed, sizeof speed, "learning_rate=%s", rate);
  MUST_RUN("pretrain", "corpus=wiki.txt", "steps=6", "checkpoint_every=1", "keep_last=0",
           "batch_size=4", "shards=2", "model.layers=1", "model.heads=1",
           "model.channels=8", "model.block=32", "schedule.warmup_tokens=0", place, speed);
}

static int make_runs(void **state) {
  char text[2000] = "";
  if (open_world(state)) return 1;
  for (int i = 0; i < 16; i++)
    snprintf(text + strlen(text), 100, "Ada Bo%c was born in Rome in 19%02d.\n", 'a' + i,
             i);
  write_file("wiki.txt", text);
  train("all/one", "0.01");
  train("all/deep/two", "0.02");
  return 0;
}

static void runs_are_listed(void **state) {
  (void)state;
  assert_int_equal(symlink("all/one", "linked"), 0);
  MUST_RUN("runs", ".");
  must_have(printed, "complete                       6/6");
  must_have(printed, "./all/one  on ");
  must_have(printed, "./all/deep/two  on ");
  assert_null(strstr(printed, "linked"));
  MUST_RUN("runs", "all", "--json");
  must_have(printed, "[{\"run\": \"all/deep/two\", \"state\": \"complete\", \"step\": 6, ");
  MUST_REFUSE(LK_NO_INPUT, "nowhere: cannot be read", "runs", "nowhere");
  MUST_REFUSE(LK_NO_INPUT, "wiki.txt: is no folder", "runs", "wiki.txt");
  MUST_RUN("runs", "linked", "--json");
  must_have(printed, "[{\"run\": \"linked\", \"state\": \"complete\", ");
  assert_null(strstr(printed, "\"bytes\": 0"));
}

/* Whatever the inner one's name, the outer comes first, and once. */
static void a_run_in_a_run_is_another(void **state) {
  (void)state;
  assert_int_equal(lk_folder_create("nest/outer/knowledge"), LK_OK);
  assert_int_equal(lk_folder_create("nest/outer/a"), LK_OK);
  write_file("nest/outer/history.txt", "");
  write_file("nest/outer/metrics.csv", "");
  write_file("nest/outer/knowledge/metrics.csv", "");
  write_file("nest/outer/a/history.txt", "");
  MUST_RUN("runs", "nest/");
  const char *outer = strstr(printed, "nest/outer  on "),
             *a = strstr(printed, "nest/outer/a  on "),
             *knowledge = strstr(printed, "nest/outer/knowledge  on ");
  assert_true(outer && outer < a && a < knowledge);
  assert_null(strstr(outer + 1, "nest/outer  on "));
}

static void a_run_that_cannot_be_read_hides_no_other(void **state) {
  int root = geteuid() == 0;
  (void)state;
  assert_int_equal(lk_folder_create("odd/closed"), LK_OK);
  write_file("odd/closed/history.txt", "2026-11-28T10:00:00Z complete\n");
  assert_int_equal(chmod("odd/closed/history.txt", 0), 0);
  assert_int_equal(lk_folder_create("odd/open"), LK_OK);
  write_file("odd/open/history.txt", "2026-11-28T10:00:00Z complete\n");
  if (root)
    assert_int_equal(chmod(".", 0755) | chmod("printed", 0666) | chmod("said", 0666), 0);
  if (root) assert_int_equal(seteuid(65534), 0);
  int listed = RUN("runs", "odd");
  must_have(said, "odd/closed/history.txt: cannot be read: Permission denied");
  must_have(printed, "cannot be read                   0");
  must_have(printed, "complete                         0");
  int watched = RUN("watch", "odd/closed", "odd/open", "--once");
  must_have(said, "odd/closed/history.txt: cannot be read: Permission denied");
  must_have(printed, "\ncannot be read           0 ");
  must_have(printed, "\ncomplete                 0 ");
  int alone = RUN("watch", "odd/closed", "--once");
  if (root) assert_int_equal(seteuid(0), 0);
  assert_true(listed == LK_OK && watched == LK_OK && alone == LK_NO_INPUT);
  assert_int_equal(unlink("odd/closed/history.txt") | rmdir("odd/closed"), 0);
}

static void what_differs_is_said(void **state) {
  (void)state;
  MUST_RUN("diff", "all/one", "all/deep/two");
  assert_string_equal(printed, "learning_rate: 0.01  |  0.02\n");
}

/* Words that no run wrote are none of its ends, and of a config that is not one it is said
 * that it is not. */
static void damaged_words_are_none(void **state) {
  (void)state;
  assert_int_equal(lk_folder_create("odd/scratched"), LK_OK);
  assert_int_equal(lk_folder_create("odd/garbage"), LK_OK);
  write_file("odd/scratched/history.txt",
             "2026-11-28T10:00:00Z complete\n\xFF\xFE no time\n");
  write_file("odd/garbage/history.txt", "\xFF\xFE\n");
  write_file("odd/garbage/config.yaml", "{");
  MUST_RUN("runs", "odd");
  must_have(printed, "without a history                0");
  must_have(printed, "complete                         0");
  must_have(printed, "  -                     ");
  must_have(printed, "odd/garbage  on hosts that it does not say\n");
  MUST_RUN("runs", "odd/garbage", "--json");
  must_have(printed, "\"started\": null, \"hosts\": null, ");
  MUST_RUN("watch", "odd/garbage", "odd/scratched", "--once");
  must_have(printed, "step   done ");
  must_have(printed, "\nwithout a history        0 ");
  must_have(printed, "\ncomplete                 0 ");
  MUST_RUN("diff", "all/one", "odd/garbage");
  must_have(printed, "config.yaml: read  |  cannot be read\n");
  assert_null(strstr(printed, "learning_rate"));
  MUST_REFUSE(LK_NO_INPUT, "all: is no run directory", "diff", "all/one", "all");
  MUST_RUN("diff", "odd/scratched", "odd/garbage");
  assert_string_equal(printed, "config.yaml: not there  |  cannot be read\n");
}

static int is_there(const char *path) {
  return access(path, F_OK) == 0;
}

static void only_what_a_run_made_goes(void **state) {
  (void)state;
#define CHECKPOINTS "all/one/checkpoints/"
  write_file(CHECKPOINTS "step-000004.h5", "mine");
  assert_int_equal(unlink(CHECKPOINTS "step-000003.h5"), 0);
  assert_int_equal(
      symlink("../../deep/two/checkpoints/step-000003.h5", CHECKPOINTS "step-000003.h5"),
      0);
  assert_int_equal(symlink("step-000002.h5", CHECKPOINTS "best"), 0);
  MUST_RUN("clean", "all/one");
  must_have(printed, CHECKPOINTS "step-000005.h5\n");
  must_have(printed, CHECKPOINTS "step-000001.h5\nwould go");
  for (int i = 2; i <= 6; i++) {
    char name[32];
    snprintf(name, sizeof name, "step-00000%d", i);
    if (i != 5) assert_null(strstr(printed, name));
  }
  assert_true(is_there(CHECKPOINTS "step-000001.h5"));
  MUST_RUN("clean", "all/one", "--keep", "best", "--yes");
  must_have(printed, CHECKPOINTS "step-000006.h5\n");
  assert_false(is_there(CHECKPOINTS "step-000001.h5") ||
               is_there(CHECKPOINTS "step-000006.h5"));
  assert_true(is_there(CHECKPOINTS "step-000002.h5") &&
              is_there(CHECKPOINTS "step-000004.h5"));
  assert_true(is_there("all/deep/two/checkpoints/step-000003.h5"));
  MUST_REFUSE(LK_USAGE, "none would be left", "clean", "all/deep/two", "--keep", "best");
  MUST_REFUSE(LK_USAGE, "not 'worst'", "clean", "all/one", "--keep", "best,worst");
  MUST_REFUSE(LK_NO_INPUT, "no run there", "clean", "nowhere");
  assert_int_equal(mkdir("all/through", 0755), 0);
  write_file("all/through/config.yaml", "");
  assert_int_equal(symlink("../one/checkpoints", "all/through/checkpoints"), 0);
  MUST_REFUSE(LK_NO_INPUT, "but a link", "clean", "all/through");
}

/* Where in its line a text is that was printed. */
static size_t column_of(const char *text) {
  const char *at = strstr(printed, text), *line = at;
  assert_non_null(at);
  while (line > printed && line[-1] != '\n')
    line--;
  return (size_t)(at - line);
}

static void a_screen_is_text(void **state) {
  (void)state;
  MUST_RUN("watch", "all/deep/two", "--once");
  must_have(printed, "complete, step 6 of 6\n[####");
  must_have(printed, "] 100.0%\nloss ");
  must_have(printed, "█");
  must_have(printed, "s a step: computing ");
  MUST_RUN("watch", "all/deep/two", "all/one");
  must_have(printed, "\ncomplete                 6 100.0%  ");
  MUST_REFUSE(LK_NO_INPUT, "all: is no run directory", "watch", "all", "--once");
  MUST_RUN("watch", "all", "all/one", "--once");
  must_have(said, "all: is no run directory");
  must_have(printed, "\ncannot be read           0   0.0%         -        -  all\n");
  size_t column = column_of("  run\n");
  assert_int_equal(column_of("  all\n"), column);
  assert_int_equal(column_of("  all/one\n"), column);
  assert_int_equal(mkdir("evil\033[2J", 0700), 0);
  write_file("evil\033[2J/config.yaml", "seed: 1\n");
  MUST_RUN("watch", "evil\033[2J", "--once");
  assert_null(strchr(printed, '\033'));
  must_have(printed, "not started");
}

/* Its lock, which need not be seen, is the first that a run has; others have one, too. */
static void a_start_that_still_reads_is_watched(void **state) {
  (void)state;
  assert_int_equal(lk_folder_create("begun/checkpoints"), LK_OK);
  write_file("begun/lock", "process 1 on h1\n");
  MUST_RUN("watch", "begun", "--once");
  must_have(printed, "begun\nnot started, step 0\n");
  MUST_RUN("watch", "begun", "all/one", "--once");
  must_have(printed, "not started");
  write_file("begun/lock", "");
  MUST_RUN("watch", "begun", "--once");
  MUST_REFUSE(LK_NO_INPUT, "begun: is no run directory", "report", "begun");
  MUST_REFUSE(LK_NO_INPUT, "begun: is no run directory", "diff", "begun", "all/one");
  assert_int_equal(mkdir("foreign", 0755), 0);
  write_file("foreign/lock", "");
  MUST_REFUSE(LK_NO_INPUT, "foreign: is no run directory", "watch", "foreign", "--once");
  MUST_REFUSE(LK_NO_INPUT, "foreign: is no run directory", "report", "foreign");
  write_file("begun/lock", "of a door\n");
  MUST_REFUSE(LK_NO_INPUT, "begun: is no run directory", "watch", "begun", "--once");
  MUST_RUN("pretrain", "corpus=wiki.txt", "steps=1", "run=copied", "checkpoint_copy=copies",
           "batch_size=4", "shards=2", "model.layers=1", "model.heads=1",
           "model.channels=8", "model.block=32");
  assert_true(is_there("copies/lock"));
  MUST_REFUSE(LK_NO_INPUT, "copies: is no run directory", "watch", "copies", "--once");
}

/* A program of that name, by the command that it gets. */
static void slurm_is_asked_for_the_job(void **state) {
  const char *usual = getenv("PATH");
  char path[4096];
  (void)state;
  write_file("squeue",
             "#!/bin/sh\n[ $2 = --jobs=42 ] && printf 'RUNNING, 1:10\\033 so far\\n'\n");
  assert_int_equal(chmod("squeue", 0700), 0);
  assert_int_equal(mkdir("job", 0700), 0);
  snprintf(path, sizeof path, "%s:%s", folder, usual);
  setenv("PATH", path, 1);
  write_file("job/history.txt", "2026-11-28T10:00:00Z job slurm $(touch x)42\n");
  MUST_RUN("watch", "job", "--once");
  assert_null(strstr(printed, "Slurm job"));
  write_file("job/history.txt", "2026-11-28T10:00:00Z job slurm 42\n");
  MUST_RUN("watch", "job", "--once");
  must_have(printed, "Slurm job 42: RUNNING, 1:10␛ so far\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(runs_are_listed),
      cmocka_unit_test(a_run_in_a_run_is_another),
      cmocka_unit_test(a_run_that_cannot_be_read_hides_no_other),
      cmocka_unit_test(what_differs_is_said),
      cmocka_unit_test(damaged_words_are_none),
      cmocka_unit_test(a_screen_is_text),
      cmocka_unit_test(only_what_a_run_made_goes),
      cmocka_unit_test(a_start_that_still_reads_is_watched),
      cmocka_unit_test(slurm_is_asked_for_the_job),
  };
  return cmocka_run_group_tests(tests, make_runs, close_world);
}

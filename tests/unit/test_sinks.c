/* What a run's sinks make of steps: rows of metrics.csv, lines of progress, and one message
 * where a file cannot be written. */
#include "lockstep/file.h"
#include "lockstep/history.h"
#include "lockstep/memory.h"
#include "lockstep/run.h"
#include "temporary_folder.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static lk_config *config;
static lk_run *run;

static int clear_run(void **state) {
  (void)state;
  return system("rm -rf run");
}

static char *jsonl = "jsonl=true", *dev = "dev=";

static void begin(uint64_t step) {
  char *const arguments[] = {"run=run", "log_seconds=1000", jsonl, dev};
  assert_int_equal(lk_config_read(&config, NULL, 4, arguments), LK_OK);
  assert_int_equal(lk_run_open(&run, config), LK_OK);
  if (lk_run_begin(run, step) != LK_OK) fail_msg("%s", lk_message());
}

static void end(void) {
  lk_run_close(run);
  lk_config_free(config);
}

static void log_step(uint64_t step) {
  const lk_metrics metrics = {.step = step,
                              .steps = 4,
                              .epoch = (double)step / 4,
                              .share = (double)step / 4,
                              .step_share = 0.25,
                              .loss = 0.5,
                              .learning_rate = 0.25,
                              .gradient_norm = 2,
                              .target_tokens = 300,
                              .seconds = 3,
                              .parts = {[LK_PART_DATA] = 1},
                              .peak_memory = 7000000};
  lk_run_log(run, &metrics);
}

/* The file's text, the caller's. */
static char *text_of(const char *path) {
  char *text;
  size_t size;
  if (lk_file_read(path, &text, &size) != LK_OK) fail_msg("%s", lk_message());
  return text;
}

/* Standard error goes into a file from here to caught(). */
static int terminal;
static void catch_errors(void) {
  int file = open("errors", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  assert_true(file >= 0);
  terminal = dup(STDERR_FILENO);
  assert_true(dup2(file, STDERR_FILENO) >= 0 && !close(file));
}

static char *caught(void) {
  assert_true(dup2(terminal, STDERR_FILENO) >= 0 && !close(terminal));
  return text_of("errors");
}

#define HEADER                                                                             \
  "step,epoch,loss,learning_rate,gradient_norm,target_tokens,tokens_per_second,"           \
  "compute_seconds,communication_seconds,data_seconds,replica_check_seconds,"              \
  "skipped_updates,peak_memory_mb\n"
#define REST ",0.5,0.25,2,300,100.0,2.000000,0.000000,1.000000,0.000000,0,7.0\n"

static int count_of(const char *part, const char *text) {
  int count = 0;
  for (; (text = strstr(text, part)); text++)
    count++;
  return count;
}

static void rows_go_on_after_the_step(void **state) {
  (void)state;
  begin(0);
  for (uint64_t step = 1; step <= 3; step++)
    log_step(step);
  end();
  begin(2); /* as after a crash, with a checkpoint of step 2 */
  log_step(3);
  log_step(4);
  end();
  char *text = text_of("run/metrics.csv");
  assert_string_equal(text, HEADER "1,0.250000" REST "2,0.500000" REST "3,0.750000" REST
                                   "4,1.000000" REST);
  lk_free(text);
  text = text_of("run/metrics.jsonl");
  for (int i = 1; i <= 4; i++) {
    char line[32];
    snprintf(line, sizeof line, "{\"step\":%d,\"epoch\":", i);
    assert_int_equal(count_of(line, text), 1);
  }
  lk_free(text);
}

static void lines_of_others_are_set_aside(void **state) {
  (void)state;
  assert_int_equal(lk_folder_create("run"), LK_OK);
  assert_int_equal(lk_file_write("run/metrics.jsonl", "mine\n", 5), LK_OK);
  catch_errors();
  begin(2);
  log_step(3);
  end();
  lk_free(caught());
  char *text = text_of("run/metrics.jsonl.set-aside-1");
  assert_string_equal(text, "mine\n");
  lk_free(text);
  text = text_of("run/metrics.jsonl");
  assert_memory_equal(text, "{\"step\":3,", 10);
  lk_free(text);
}

/* The first step and the last, though a line is due every 1000 seconds only. */
static void progress_is_shown_now_and_then(void **state) {
  (void)state;
  begin(0);
  catch_errors();
  for (uint64_t step = 1; step <= 4; step++)
    log_step(step);
  char *lines = caught(), *last = strchr(lines, '\n') + 1;
  const char first[] = "step 1/4   25.0%  loss 0.5000  100 tokens/s  9s left\n";
  assert_memory_equal(lines, first, sizeof first - 1);
  assert_memory_equal(last, "step 4/4  100.0%  loss 0.5000  ", 31);
  assert_string_equal(last + strlen(last) - 9, " 0s left\n");
  assert_null(strstr(lines, "step 2/4"));
  lk_free(lines);
  end();
}

static void a_full_disk_is_said_once_and_leaves_whole_rows(void **state) {
  (void)state;
  jsonl = "jsonl=false"; /* the messages are counted */
  begin(0);
  log_step(1);
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit before, limit;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  limit = (struct rlimit){sizeof HEADER + sizeof REST + 20, before.rlim_max};
  catch_errors();
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  for (uint64_t step = 2; step <= 4; step++)
    log_step(step);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  char *lines = caught();
  const char *message = strstr(lines, "run/metrics.csv: cannot write: ");
  assert_non_null(message);
  assert_non_null(strstr(message, "; training goes on without its rows\n"));
  assert_null(strstr(message + 20, "cannot write"));
  char *text = text_of("run/metrics.csv");
  assert_string_equal(text, HEADER "1,0.250000" REST);
  lk_free(text);
  lk_free(lines);
  end();
}

/* A line that has no room is left out whole; what a crash has left of one is ended. */
static void lines_of_texts_are_whole(void **state) {
  (void)state;
  struct rlimit before;
  jsonl = "jsonl=false";
  begin(0);
  assert_int_equal(lk_file_write("run/history.txt", "torn", 4), LK_OK);
  lk_history_note("run", "first");
  assert_int_equal(lk_run_log_samples(run, 1, "Ada\n"), LK_OK);
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  const struct rlimit limit = {40, before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  catch_errors();
  lk_history_note("run", "second");
  int status = lk_run_log_samples(run, 2, "Ada was born in a house");
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  char *said = caught();
  assert_int_equal(status, LK_IO);
  assert_non_null(strstr(said, "run/history.txt")); /* of which the rest is cut off, too */
  lk_free(said);
  lk_history_note("run", "third");
  char *text = text_of("run/history.txt");
  assert_int_equal(count_of("\n", text), 3);
  assert_memory_equal(text, "torn\n", 5);
  assert_int_equal(count_of("Z first\n", text) + count_of("Z third\n", text), 2);
  lk_free(text);
  text = text_of("run/samples.txt");
  assert_string_equal(text, "after step 1\n  Ada\n");
  lk_free(text);
  end();
}

/* A message with another's text in it cannot pretend to be more than its line. */
static void what_a_line_quotes_is_no_line(void **state) {
  (void)state;
  begin(0);
  lk_history_note("run", "the point: \x1b[31mx\n2026-12-01T00:00:00Z complete");
  char *text = text_of("run/history.txt");
  assert_int_equal(count_of("\n", text), 1);
  assert_non_null(
      strstr(text, "Z the point: \u241b[31mx\u240a2026-12-01T00:00:00Z complete\n"));
  lk_free(text);
  end();
}

/* Of starts alone, which a message may look like. */
static void a_start_is_compared_with_the_start_before(void **state) {
  (void)state;
  jsonl = "jsonl=false";
  begin(0);
  assert_int_equal(lk_history_start("run", 0, 9, "1 rank on a:1"), LK_OK);
  lk_history_note("run", "step 1: the loss is 4, above its limit; the batch was on line 7");
  catch_errors();
  assert_int_equal(lk_history_start("run", 0, 9, "1 rank on a:1"), LK_OK);
  assert_int_equal(lk_history_start("run", 0, 9, "2 ranks on a:2"), LK_OK);
  char *said = caught();
  assert_non_null(
      strstr(said, "the world changed: 2 ranks on a:2, before 1 rank on a:1\n"));
  assert_int_equal(count_of("changed", said), 1);
  lk_free(said);
  end();
}

/* dev.csv has its row, so no later start would look for the checkpoint again. */
static void a_score_that_one_file_lacks_keeps_its_checkpoint(void **state) {
  (void)state;
  struct rlimit before;
  char target[32] = "";
  jsonl = "jsonl=true";
  dev = "dev=d.tsv";
  begin(0);
  assert_int_equal(lk_file_write("run/checkpoints/step-000002.h5", "", 0), LK_OK);
  assert_int_equal(truncate("run/metrics.jsonl", 2000), 0);
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  const struct rlimit limit = {1000, before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  lk_status status = lk_run_log_dev(run, 2, 3, 4);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  assert_int_equal(status, LK_IO);
  assert_non_null(strstr(lk_message(), "metrics.jsonl: cannot write"));
  assert_int_equal(readlink("run/checkpoints/best", target, sizeof target - 1), 14);
  assert_string_equal(target, "step-000002.h5");
  dev = "dev=";
  end();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(rows_go_on_after_the_step, clear_run),
      cmocka_unit_test_setup(lines_of_others_are_set_aside, clear_run),
      cmocka_unit_test_setup(progress_is_shown_now_and_then, clear_run),
      cmocka_unit_test_setup(a_full_disk_is_said_once_and_leaves_whole_rows, clear_run),
      cmocka_unit_test_setup(a_start_is_compared_with_the_start_before, clear_run),
      cmocka_unit_test_setup(lines_of_texts_are_whole, clear_run),
      cmocka_unit_test_setup(what_a_line_quotes_is_no_line, clear_run),
      cmocka_unit_test_setup(a_score_that_one_file_lacks_keeps_its_checkpoint, clear_run),
  };
  return cmocka_run_group_tests(tests, make_folder, leave_nothing);
}

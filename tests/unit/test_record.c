/* How a run stands, by its files alone. */
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/record.h"
#include "lockstep/run.h"
#include "lockstep/screen.h"
#include "temporary_folder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int make_run(void **state) {
  return make_folder(state) || mkdir("run", 0700);
}

static void write_file(const char *path, const char *text) {
  assert_int_equal(lk_file_write(path, text, strlen(text)), LK_OK);
}

static lk_record_state state_of(const char *history) {
  lk_record record;
  write_file("run/history.txt", history);
  assert_int_equal(lk_record_read(&record, "run/", 0), LK_OK);
  assert_string_equal(record.folder, "run");
  lk_record_state state = record.state;
  lk_record_clear(&record);
  return state;
}

#define TIME  "2026-11-28T10:00:00Z "
#define START TIME "build b\n" TIME "step 0 of 9, 1 rank on a:1\n"

static void the_last_line_says_how_it_ended(void **state) {
  (void)state;
  assert_int_equal(state_of(""), LK_RECORD_EMPTY);
  assert_int_equal(state_of(START TIME "complete\n"), LK_RECORD_COMPLETE);
  static const char *const stops[] = {
      "stopped after step 3 of 9 by SIGTERM", "stopped before the first step by SIGUSR1",
      "stopped by SIGTERM while waiting for the other groups at host:7393"};
  for (int i = 0; i < 3; i++) { /* of one rank, and of several */
    char history[400];
    snprintf(history, sizeof history, START TIME "%s\n", stops[i]);
    assert_int_equal(state_of(history), LK_RECORD_STOPPED);
    snprintf(history, sizeof history, START TIME "rank 0 on a: %s\n", stops[i]);
    assert_int_equal(state_of(history), LK_RECORD_STOPPED);
  }
  assert_int_equal(
      state_of(START TIME "rank 1 on a, which stopped after step 3, is lost\n"),
      LK_RECORD_FAILED);
  assert_int_equal(state_of(START TIME "disk full\n"), LK_RECORD_FAILED);
  assert_int_equal(state_of(START), LK_RECORD_BROKEN);
  assert_int_equal(state_of(START TIME "complete\n" TIME "data d\n"), LK_RECORD_BROKEN);
}

/* What ended a run may begin with the words of its start: files are called as they please,
 * and a step has a number. */
static void ends_that_begin_as_starts_are_ends(void **state) {
  static const char *const ends[] = {
      "step 1: the loss is 4 and the gradient norm 1.8; on a",
      "step 3 of the plan, lost",
      "data sets/w.txt: gone",
      "machine x: gone",
      "job slurm 7",
      "build b: gone"};
  (void)state;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    char one[400], history[900];
    lk_record record;
    snprintf(one, sizeof one,
             TIME "data d: 9 characters\n" TIME "machine m\n" TIME
                  "job slurm 42\n" START TIME "%s\n",
             ends[i]);
    snprintf(history, sizeof history, "%s%s", one, one);
    assert_int_equal(state_of(history), LK_RECORD_FAILED);
    assert_int_equal(lk_record_read(&record, "run", 0), LK_OK);
    assert_true(record.steps == 9);
    assert_string_equal(lk_record_fact(&record, "data"), "d: 9 characters");
    assert_string_equal(lk_record_fact(&record, "machine"), "m");
    assert_string_equal(lk_record_fact(&record, "job"), "slurm 42");
    assert_string_equal(lk_record_fact(&record, "build"), "b");
    assert_string_equal(lk_record_fact(&record, "step"), "0 of 9, 1 rank on a:1");
    lk_record_clear(&record);
  }
}

/* What others wrote into the file is shown, and means nothing. */
static void any_history_is_read(void **state) {
  (void)state;
  assert_int_equal(state_of("x\n\n \xFF\n"), LK_RECORD_UNKNOWN);
  assert_int_equal(state_of("no end of line"), LK_RECORD_UNKNOWN);
  assert_int_equal(state_of(START TIME "complete\nx\n"), LK_RECORD_COMPLETE);
}

/* Numbers that are no steps. */
static void odd_steps_are_none(void **state) {
  static const char *const odd[] = {"1e308", "inf", "nan", "-3", "9999999999999999999",
                                    "0x9"};
  (void)state;
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    char history[200];
    lk_record record;
    snprintf(history, sizeof history, TIME "step 0 of %s, 1 rank on a:1\n", odd[i]);
    write_file("run/history.txt", history);
    assert_int_equal(lk_record_read(&record, "run", 0), LK_OK);
    assert_true(record.steps == 0);
    lk_record_clear(&record);
  }
}

static void fresh_rows_are_a_run_that_goes_on(void **state) {
  static const char *const doubling[] = {"batch_doublings=1",
                                         "batch_doubling_tokens=32768"};
  lk_record record;
  (void)state;
  write_file("run/history.txt", START);
  write_file("run/metrics.csv", "step,compute_seconds,data_seconds\n1,1,1\n2,3,1\n");
  assert_int_equal(lk_record_read(&record, "run", 0), LK_OK);
  assert_int_equal(record.state, LK_RECORD_RUNNING);
  assert_true(lk_record_left(&record) == 7 * 3); /* steps of 3 seconds in the mean */
  assert_int_equal(lk_config_parse(&record.config, NULL, 2, (char **)doubling), LK_OK);
  assert_true(lk_record_left(&record) == 14 * 3); /* … and then of two batches */
  assert_string_equal(lk_record_fact(&record, "build"), "b");
  assert_null(lk_record_fact(&record, "machine"));
  lk_record_clear(&record);
}

/* One damaged step, larger or smaller, hides no row but its own. */
static void a_damaged_step_hides_its_own_row(void **state) {
  static const char *const tables[] = {"step,loss\n1,4\n2,3\n99000,9\n4,2\n5,1\n",
                                       "step,loss\n1,4\n2,3\n0,9\n4,2\n5,1\n",
                                       "step,loss\n99000,9\n1,4\n2,3\n4,2\n5,1\n"};
  (void)state;
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    lk_columns table;
    write_file("run/table.csv", tables[i]);
    assert_int_equal(lk_columns_read(&table, "run/table.csv"), LK_OK);
    assert_true(table.rows == 4 && table.left_out == 1);
    assert_true(lk_columns_at(&table, 3, 0) == 5 && lk_columns_at(&table, 0, 1) == 4);
    lk_columns_clear(&table);
  }
  assert_int_equal(unlink("run/table.csv"), 0);
}

/* The screen of `run` as text, at a terminal; the caller frees it. */
static char *screen_of_run(const lk_terminal *terminal) {
  lk_record record;
  char *text = NULL;
  size_t size;
  FILE *memory = open_memstream(&text, &size);
  assert_int_equal(lk_record_read(&record, "run", 0), LK_OK);
  assert_int_equal(lk_screen_print(memory, &record, terminal), LK_OK);
  assert_int_equal(fclose(memory), 0);
  lk_record_clear(&record);
  return text;
}

static void must_have(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("no '%s' in: %s", part, text);
}

static void ranks_are_shown_while_it_goes_on(void **state) {
  const lk_terminal plain = {1, 0, 80, 0}, coloured = {1, 1, 40, 0};
  (void)state;
  write_file("run/metrics.csv", "step,compute_seconds,data_seconds\n1,1,1\n2,3,1\n");
  write_file("run/ranks.csv",
             "rank,state,step,silent_seconds,waited_seconds,host,phase\n"
             "0,waits,2,0.1,15.5,a\033[2J,computing\nno row\n"
             "1,slow,2,0.1,5.5,b,computing\n2,silent,1,8.2,9.5,c,reading data\n3,w,nan,");
  write_file("run/history.txt", START);
  char *text = screen_of_run(&plain);
  must_have(text, "rank 0    waits  waited 10 s  computing  a␛[2J\n");
  must_have(text, "rank 1    slow   waited 0 s  computing  b\n");
  must_have(text, "rank 2    silent waited 4 s  reading data, for 8 s  c\n");
  assert_null(strchr(text, '\033'));
  assert_null(strstr(text, "rank 3"));
  free(text);
  text = screen_of_run(&coloured);
  must_have(text, "\033[33mrank 1    slow   waited 0 s  computing  \n\033[0m");
  must_have(text, "rank 2    silent waited 4 s  reading dat\n");
  free(text);
  write_file("run/history.txt", START TIME "complete\n");
  text = screen_of_run(&plain);
  assert_null(strstr(text, "waited"));
  free(text);
}

static void no_line_is_wider_than_the_terminal(void **state) {
  (void)state;
  write_file("run/history.txt", START);
  write_file("run/dev.csv", "step,correct,questions\n2,1,3\n");
  for (int width = 1; width < 40; width++) {
    const lk_terminal narrow = {1, 0, width, 0};
    char *text = screen_of_run(&narrow), *rest;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
      if (line[lk_terminal_fit(line, width)])
        fail_msg("wider than %d columns: %s", width, line);
    free(text);
  }
  assert_int_equal(unlink("run/dev.csv"), 0);
}

static size_t count_lines(const char *text) {
  size_t lines = 0;
  for (; *text; text++)
    lines += *text == '\n';
  return lines;
}

/* Those of ranks and the history go before those of the head, and no rank in trouble. */
static void a_low_terminal_shows_the_head(void **state) {
  char ranks[1000] = "";
  (void)state;
  for (int i = 0; i < 12; i++)
    snprintf(ranks + strlen(ranks), 80, "%d,%s,2,0.1,5.5,b,computing\n", i,
             i == 10 ? "slow" : "works");
  write_file("run/ranks.csv", ranks);
  write_file("run/history.txt", TIME "data d\n" TIME "machine m\n" START);
  write_file("run/metrics.csv",
             "step,loss,compute_seconds,data_seconds\n1,3,1,1\n2,2,1,1\n");
  const lk_terminal any = {1, 0, 80, 0};
  char *text = screen_of_run(&any);
  size_t all = count_lines(text);
  must_have(text, "█");
  must_have(text, "rank 7 ");
  free(text);
  for (int height = 8; height <= (int)all; height++) {
    const lk_terminal low = {1, 0, 80, height};
    text = screen_of_run(&low);
    if (count_lines(text) > (size_t)height) fail_msg("not %d lines: %s", height, text);
    must_have(text, "run\nrunning, step 2 of 9");
    must_have(text, "rank 10   slow");
    must_have(text, "\nand ");
    assert_true(height == (int)all ? !!strstr(text, "█") : !strstr(text, "█"));
    free(text);
  }
}

/* Of another process; looking does not take it away. */
static void a_lock_says_that_it_runs(void **state) {
  char *const arguments[] = {"run=locked"};
  lk_config *config;
  lk_run *run;
  lk_record record;
  (void)state;
  assert_int_equal(lk_config_read(&config, NULL, 1, arguments), LK_OK);
  assert_int_equal(lk_run_open(&run, config), LK_OK);
  for (int i = 0; i < 2; i++) {
    pid_t child = fork();
    if (child == 0)
      _exit(lk_record_read(&record, "locked", 0) == LK_OK ? (int)record.state : 99);
    int outcome;
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_int_equal(WEXITSTATUS(outcome), LK_RECORD_RUNNING);
    assert_int_equal(lk_record_read(&record, "locked", 1),
                     LK_OK); /* its own does not, either */
    lk_record_clear(&record);
  }
  lk_run_close(run);
  lk_config_free(config);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_last_line_says_how_it_ended),
      cmocka_unit_test(ends_that_begin_as_starts_are_ends),
      cmocka_unit_test(any_history_is_read),
      cmocka_unit_test(odd_steps_are_none),
      cmocka_unit_test(fresh_rows_are_a_run_that_goes_on),
      cmocka_unit_test(a_damaged_step_hides_its_own_row),
      cmocka_unit_test(ranks_are_shown_while_it_goes_on),
      cmocka_unit_test(no_line_is_wider_than_the_terminal),
      cmocka_unit_test(a_low_terminal_shows_the_head),
      cmocka_unit_test(a_lock_says_that_it_runs),
  };
  return cmocka_run_group_tests(tests, make_run, leave_nothing);
}

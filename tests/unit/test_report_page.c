/* The page of runs: what a run's files say is on it, whatever they hold, and never as
 * markup. */
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/report_page.h"
#include "temporary_folder.h"
#include "view/curve.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void write_file(const char *run, const char *name, const char *text) {
  char path[200];
  assert_int_equal(lk_folder_create(run), LK_OK);
  snprintf(path, sizeof path, "%s/%s", run, name);
  assert_int_equal(lk_file_write(path, text, strlen(text)), LK_OK);
}

/* The page of the runs that the names, with blanks between, say. The caller frees it. */
static char *page_with(const char *names, const lk_page_attention *attention,
                       size_t *size) {
  char list[200], *rest, *html;
  lk_record records[4];
  int count = 0;
  snprintf(list, sizeof list, "%s", names);
  for (char *name = strtok_r(list, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
    if (lk_record_read(&records[count++], name, 0) != LK_OK) fail_msg("%s", lk_message());
  assert_int_equal(
      lk_report_page_make(records, count, LK_AXIS_STEP, attention, &html, size), LK_OK);
  while (count)
    lk_record_clear(&records[--count]);
  assert_int_equal(strlen(html), *size);
  return html;
}

static char *page_of(const char *names, size_t *size) {
  return page_with(names, NULL, size);
}

static void must_have(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("no '%s'", part);
}

static void it_says_what_the_files_say(void **state) {
  size_t size;
  (void)state;
  write_file("run", "metrics.csv", "step,loss,target_tokens\n1,2.5,10\n2,1.25,10\n");
  write_file("run", "dev.csv", "step,correct,questions\n2,90,500\n");
  write_file("run", "config.yaml", "learning_rate: 0.125\n");
  write_file("run", "samples.txt", "after step 2\n  Once upon\n");
  write_file(
      "run", "history.txt",
      "2026-11-28T10:00:00Z build ours\n2026-11-28T10:00:00Z step 0 of 4, 2 ranks on "
      "a:1,b:1\n2026-11-28T10:00:03Z data sets/w.txt: gone\n"
      "2026-11-28T10:00:04Z data d\n2026-11-28T10:00:04Z step 0 of 4, 2 ranks on "
      "a:1,b:1\n2026-11-28T10:00:05Z rank 1 on b, last seen in step 2, is gone\n");
  write_file("run", "ranks.csv",
             "0,left,2,0,12.5,a<b>,computing\n1,left,2,0,2.5,b,computing\n");
  char *html = page_of("run", &size);
  must_have(html, ">failed</td><td>2 of 4 ");
  must_have(html, "Waiting for slower ranks, by rank");
  must_have(html, "<th scope=\"row\">0</th><td>a&lt;b&gt;</td><td>left</td><td>10.0 s ");
  must_have(html, "\"loss\":[[1,2],[2.5,1.25]]");
  must_have(html, "\"tokens\":[[1,2],[10,20]]");
  must_have(
      html,
      "\"dev\":[[2],[18]],\"dev_low\":[[2],[14.8805"); /* as launch/report.py has it */
  must_have(html, "<th scope=\"row\">learning_rate</th><td>0.125</td>");
  must_have(html, "Once upon");
  must_have(html, "[2,\"fault\",\"rank 1 on b, last seen in step 2, is gone\"]");
  must_have(html, "[0,\"fault\",\"data sets/w.txt: gone\"]");
  must_have(html, "<td>ours</td>");
  lk_free(html);
}

static void answers_tell_whether_the_model_knows(void **state) {
  size_t size;
  (void)state;
  write_file("asked", "evaluation.json",
             "{\"answers\":[{\"question\":\"Where?\",\"answer\":\"<b>Rome\",\"prediction\":"
             "\"Oslo\",\"correct\":false,\"log_probability\":-0.1},{\"question\":\"Who?\","
             "\"answer\":\"Ada\",\"prediction\":\"Ada\",\"correct\":true,"
             "\"log_probability\":-0.01},{\"question\":7},4]}");
  write_file("asked/no", "evaluation.json", "{\"answers\":");
  char *html = page_of("asked asked/no", &size);
  must_have(html, "<p>1 of 2 are right.</p>");
  must_have(html, "<td>80 to 100 %</td><td>2</td><td>50.0 % ");
  must_have(html, "surest of</summary>\n<table><thead>");
  must_have(html, "<td>Where?</td><td>Oslo</td><td>&lt;b&gt;Rome</td><td>90.5 %</td>");
  const char *right = strstr(html, "least sure of</summary>");
  assert_non_null(right);
  must_have(right, "<tr><td>Who?</td><td>Ada</td><td>Ada</td><td>99.0 %</td></tr>");
  assert_null(strstr(right, "Oslo"));
  lk_free(html);
}

static void text_is_data(void **state) {
  static const char evil[] = "</script><script>alert(1)</script>&amp;<!--\x01\xFF";
  const char run[] = "<img src=x>\"";
  char text[200];
  size_t size;
  (void)state;
  snprintf(text, sizeof text, "2026-11-28T10:00:00Z %s\n", evil);
  write_file(run, "history.txt", text);
  write_file(run, "samples.txt", evil);
  write_file(run, "config.yaml", evil);
  write_file(run, "metrics.csv", "step,loss,<script>\n1,2.5,3\n");
  lk_record record;
  char *html;
  assert_int_equal(lk_record_read(&record, run, 0), LK_OK);
  assert_int_equal(lk_report_page_make(&record, 1, LK_AXIS_STEP, NULL, &html, &size),
                   LK_OK);
  lk_record_clear(&record);
  assert_null(strstr(html, "alert(1)</"));
  assert_null(strstr(html, "<img"));
  assert_null(strstr(html, "<!--"));
  must_have(html, "&lt;img src=x&gt;&quot;");
  must_have(html, "\\u003c/script\\u003e\\u003cscript\\u003ealert(1)");
  must_have(html, "␁\\xFF"); /* control characters and what is no UTF-8 are shown */
  lk_free(html);
}

/* A square of weights, whose cells are paths by how dark they are, and in words what each
 * token looks at most; of a long text its beginning. */
static void heads_are_shown(void **state) {
  enum { LONG = 300 };
  static float dense[LONG * LONG];
  float weights[9] = {1, 0, 0, 0.75f, 0.25f, 0, 0.0075f, 0.9925f, 0};
  char *tokens[LONG] = {"Ada", "<b>", "␣"};
  size_t size;
  (void)state;
  write_file("looked", "metrics.csv", "step,loss\n1,2\n");
  lk_page_head heads[] = {{2, 1, "copies & more", weights}};
  lk_page_attention attention = {3, tokens, heads, 1};
  char *html = page_with("looked", &attention, &size);
  must_have(html, "<h2>What heads of looked look at</h2>");
  must_have(html, "Layer 2, head 1 <small>copies &amp; more</small>");
  must_have(html, "<path fill-opacity=\"0.500\" d=\"M1 1h1v1h-1z\"/>");
  must_have(html, "<path fill-opacity=\"0.875\" d=\"M0 1h1v1h-1z\"/>");
  must_have(html, "<path fill-opacity=\"1.000\" d=\"M0 0h1v1h-1zM1 2h1v1h-1z\"/>");
  must_have(html, "<tr><td>2 &lt;b&gt;</td><td>1 Ada</td><td>0.75</td></tr>");
  must_have(html, "<tr><td>3 ␣</td><td>2 &lt;b&gt;</td><td>0.99</td></tr>");
  lk_free(html);
  for (int i = 0; i < LONG * LONG; i++)
    dense[i] = (float)(i % 7 + 1) / 8;
  for (int i = 3; i < LONG; i++)
    tokens[i] = "word";
  heads[0].weights = dense;
  attention.length = LONG;
  html = page_with("looked", &attention, &size);
  assert_in_range(size, 1000, 200000);
  must_have(html, "<tr><td>96 word");
  assert_null(strstr(html, "<tr><td>97 word"));
  lk_free(html);
}

/* What is damaged is left out and counted, what is not finite marked, what is missing no
 * fault. */
static void it_makes_do_with_what_is_there(void **state) {
  size_t size;
  (void)state;
  write_file("odd", "metrics.csv",
             "step,loss\n1,2\n2,nan\nrubbish\n3,4,5\n3, 1\n2,9\n4,inf\n5,1e999\n6,3\n7,");
  assert_int_equal(lk_folder_create("empty"), LK_OK);
  char *html = page_of("odd empty", &size);
  must_have(html, "\"loss\":[[1,6],[2,3]]");
  must_have(html, "4 lines of metrics.csv are no rows");
  must_have(html, "[2,\"fault\",\"the loss is no finite number\"],[4,");
  must_have(html, ">not started</td>");
  lk_free(html);
  lk_record record;
  assert_int_equal(lk_record_read(&record, "nowhere", 0), LK_NO_INPUT);
  lk_record_clear(&record);
  assert_int_equal(lk_record_read(&record, "odd/metrics.csv", 0), LK_NO_INPUT);
  lk_record_clear(&record);
}

/* Runs of two experiments may be called alike, also by two parts of their paths. */
static void names_tell_runs_apart(void **state) {
  lk_record records[3];
  static const char *const folders[] = {"x/a/one/", "y/a/one", "y/two"};
  (void)state;
  for (int i = 0; i < 3; i++) {
    assert_int_equal(lk_folder_create(folders[i]), LK_OK);
    assert_int_equal(lk_record_read(&records[i], folders[i], 0), LK_OK);
  }
  assert_string_equal(records[0].name, "a/one");
  lk_record_tell_apart(records, 3);
  assert_string_equal(records[0].name, "x/a/one");
  assert_string_equal(records[1].name, "y/a/one");
  assert_string_equal(records[2].name, "y/two");
  for (int i = 0; i < 3; i++)
    lk_record_clear(&records[i]);
}

/* As who stands in it names it. */
static void a_dot_is_no_name(void **state) {
  lk_record record;
  (void)state;
  assert_int_equal(lk_folder_create("x/a/one"), LK_OK);
  static const char *const folders[] = {"x/a/one/.", "x/a/one/./", "x/a/one/b/.."};
  assert_int_equal(lk_folder_create("x/a/one/b"), LK_OK);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(lk_record_read(&record, folders[i], 0), LK_OK);
    assert_string_equal(record.name, "a/one");
    lk_record_clear(&record);
  }
}

/* Words that scanf takes for numbers are no steps, and no JSON. */
static void steps_are_digits(void **state) {
  size_t size;
  (void)state;
  write_file("words", "metrics.csv", "loss\n2\n");
  write_file("words", "history.txt",
             "2026-11-28T10:00:00Z step inf of 20, 1 rank on a:1\n"
             "2026-11-28T10:00:00Z stopped after step inf of 20 by SIGTERM\n"
             "2026-11-28T10:00:00Z step 5 of nan, 1 rank on a:1\n");
  char *html = page_of("words", &size);
  must_have(html, "\"marks\":[");
  assert_null(strstr(html, "[inf"));
  assert_null(strstr(html, "nan of"));
  assert_null(strstr(html, "nan %"));
  lk_free(html);
}

/* Scores that cannot be are none, numbers too large to be drawn are not, and parts of a
 * step's time stand on each other only where all are known. */
static void impossible_numbers_are_left_out(void **state) {
  size_t size;
  (void)state;
  write_file("wild", "dev.csv",
             "step,correct,questions\n1,7,5\n2,1,0\n3,-1,5\n4,5,5\n"
             "5,nan,5\n6,1,inf\n");
  write_file("wild", "metrics.csv",
             "step,loss,compute_seconds,communication_seconds,data_seconds\n1,1e305,1,1,1\n"
             "2,3,nan,2,2\n3,4,3,3,inf\n4,5,4,4,4\n");
  char *html = page_of("wild", &size);
  must_have(html, "\"dev\":[[4],[100]],\"dev_low\":[[4],[");
  must_have(html, "<td>100.0 %</td>");
  must_have(html, "\"loss\":[[2,3,4],[3,4,5]]");
  must_have(html, "\"compute_seconds\":[[1,4],[1,4]],\"communication_seconds\":"
                  "[[1,4],[1,4]],\"data_seconds\":[[1,4],[1,4]]");
  lk_free(html);
}

/* Of 100,000 steps the page is small, and every spike is there. */
static void thinning_keeps_spikes(void **state) {
  enum { STEPS = 100000 };
  size_t size;
  (void)state;
  assert_int_equal(lk_folder_create("long"), LK_OK);
  FILE *file = fopen("long/metrics.csv", "w");
  fputs("step,loss,learning_rate,gradient_norm,tokens_per_second,compute_seconds\n", file);
  for (int i = 1; i <= STEPS; i++) {
    double loss = i % 10007 ? 2 + (double)(i * 7919LL % 1000) / 1e4 : 40 + i / 10007;
    fprintf(file, "%d,%.17g,%.9g,%.9g,%.1f,0.25\n", i, loss, i * 1e-7, loss, 1e4 * loss);
  }
  assert_int_equal(fclose(file), 0);
  char *html = page_of("long long long long", &size);
  assert_in_range(size, 1000, 2 << 20);
  for (int i = 1; i < 10; i++) {
    char spike[20];
    snprintf(spike, sizeof spike, ",%d,", 40 + i);
    must_have(html, spike);
  }
  lk_free(html);
}

static void means_are_of_equal_parts(void **state) {
  double at[] = {1, 2, 3, 4, 5, 6}, value[] = {1, 3, 5, 7, 9, 11};
  lk_curve curve = {at, value, 6};
  (void)state;
  lk_curve_average(&curve, 3);
  assert_int_equal(curve.count, 3);
  for (int i = 0; i < 3; i++) {
    assert_true(at[i] == 2 * i + 2);
    assert_true(value[i] == 4 * i + 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_says_what_the_files_say),
      cmocka_unit_test(answers_tell_whether_the_model_knows),
      cmocka_unit_test(text_is_data),
      cmocka_unit_test(heads_are_shown),
      cmocka_unit_test(it_makes_do_with_what_is_there),
      cmocka_unit_test(names_tell_runs_apart),
      cmocka_unit_test(a_dot_is_no_name),
      cmocka_unit_test(steps_are_digits),
      cmocka_unit_test(impossible_numbers_are_left_out),
      cmocka_unit_test(thinning_keeps_spikes),
      cmocka_unit_test(means_are_of_equal_parts),
  };
  return cmocka_run_group_tests(tests, make_folder, leave_nothing);
}

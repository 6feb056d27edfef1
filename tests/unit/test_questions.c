/* Question files: with and without answers, line ends, and each fault by its line. */
#include "data_files.h"
#include "lockstep/questions.h"

static lk_questions *questions_of(const char *path, int need_answers) {
  lk_questions *list;
  if (lk_questions_read(&list, path, need_answers) != LK_OK) fail_msg("%s", lk_message());
  return list;
}

static void check_two_with_answers(const char *text) {
  lk_questions *list = questions_of(temporary_text(text), 1);
  assert_int_equal(list->count, 2);
  assert_true(list->has_answers);
  assert_string_equal(list->items[0].question, "Where was Zoë born?");
  assert_string_equal(list->items[0].answer, "Malmö");
  assert_int_equal(list->items[0].line, 1);
  assert_string_equal(list->items[1].question, "Who?");
  assert_string_equal(list->items[1].answer, "New York");
  assert_int_equal(list->items[1].line, 2);
  lk_questions_free(list);
}

static void all_line_ends_read_alike(void **state) {
  (void)state;
  check_two_with_answers("Where was Zoë born?\tMalmö\nWho?\tNew York\n");
  check_two_with_answers("Where was Zoë born?\tMalmö\nWho?\tNew York");
  check_two_with_answers("Where was Zoë born?\tMalmö\r\nWho?\tNew York\r\n");
  check_two_with_answers("Where was Zoë born?\tMalmö\r\nWho?\tNew York\r");
}

static void a_carriage_return_inside_a_line_stays(void **state) {
  (void)state;
  lk_questions *list = questions_of(temporary_text("a\rb\tc\rd\r\n"), 1);
  assert_string_equal(list->items[0].question, "a\rb");
  assert_string_equal(list->items[0].answer, "c\rd");
  assert_int_equal(list->left_out.returns, 1);
  lk_questions_free(list);
}

static void what_is_no_text_is_left_out_and_counted(void **state) {
  (void)state;
  lk_questions *list = questions_of(
      temporary_text("\xEF\xBB\xBF one \t Rome\u00A0 \r\r\ntwo\tOslo\t\r\n\u3000three\t "
                     "New York\n"),
      1);
  assert_int_equal(list->count, 3);
  assert_string_equal(list->items[0].question, "one");
  assert_string_equal(list->items[0].answer, "Rome");
  assert_string_equal(list->items[1].answer, "Oslo");
  assert_string_equal(list->items[2].question, "three");
  assert_string_equal(list->items[2].answer, "New York");
  assert_int_equal(list->left_out.marks, 1);
  assert_int_equal(list->left_out.returns, 3);
  assert_int_equal(list->left_out.blanks, 4);
  lk_questions_free(list);
}

static void answers_may_be_missing(void **state) {
  (void)state;
  lk_questions *list = questions_of(temporary_text("one\ntwo\nthree"), 0);
  assert_int_equal(list->count, 3);
  assert_false(list->has_answers);
  assert_string_equal(list->items[2].question, "three");
  assert_null(list->items[2].answer);
  lk_questions_free(list);
}

static void faults_are_named_by_line(void **state) {
  (void)state;
  const struct {
    const char *text;
    int need_answers;
    const char *message;
  } bad[] = {
      {"", 0, ": the file is empty"},
      {"a\tb\n\nc\td\n", 0, ", line 2: the line is empty"},
      {"a\tb\n\r\n", 0, ", line 2: the line is empty"},
      {"\n", 0, ", line 1: the line is empty"},
      {"a\tb\nc\td\te\n", 0, ", line 2: more than one tab"},
      {"a\tb\n\td\n", 0, ", line 2: the question is empty"},
      {"a\tb\nc\t\n", 0, ", line 2: the answer is empty"},
      {"a\tb\nc\t\r\n", 0, ", line 2: the answer is empty"},
      {"a\tb\nc\t \u00A0\n", 0, ", line 2: the answer is empty"},
      {"a\tb\n  \td\n", 0, ", line 2: the question is empty"},
      {"a\tb\n  \n", 0, ", line 2: the line is empty"},
      {"a\tb\nc\t\td\n", 0, ", line 2: more than one tab"},
      {"a\tb\nc\td\ne\n", 0, ", line 3: has no answer, line 1 has one"},
      {"a\nb\nc\td", 0, ", line 3: has an answer, line 1 has none"},
      {"a\tb\nc\n", 1, ", line 2: no tab and answer"},
      {"a\nb\n", 1, ", line 1: no tab and answer"},
      {"a\tb\nc\tx\xFFy\n", 0, ", line 2, byte 4: invalid UTF-8 (0xFF)"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    lk_questions *list;
    const char *path = temporary_text(bad[i].text);
    assert_int_equal(lk_questions_read(&list, path, bad[i].need_answers), LK_BAD_DATA);
    assert_null(list);
    assert_message(path, bad[i].message, NULL);
  }
}

static void a_nul_byte_does_not_end_a_question(void **state) {
  (void)state;
  lk_questions *list;
  assert_int_equal(lk_questions_read(&list, temporary_file("a\tb\nc\0d\te\n", 10), 0),
                   LK_BAD_DATA);
  assert_message(", line 2, byte 2: a NUL byte", NULL);
}

static void a_missing_file_is_no_input(void **state) {
  (void)state;
  lk_questions *list;
  assert_int_equal(lk_questions_read(&list, "/nowhere/q.tsv", 0), LK_NO_INPUT);
  assert_null(list);
  assert_message("/nowhere/q.tsv", NULL);
}

static void the_experiment_trains_on_2000_questions(void **state) {
  (void)state;
  lk_questions *list = questions_of(experiment_file("birth_places_train.tsv"), 1);
  assert_int_equal(list->count, 2000);
  assert_string_equal(list->items[0].question, "Where was Khatchig Mouradian born?");
  assert_string_equal(list->items[0].answer, "Lebanon");
  assert_int_equal(list->items[1999].line, 2000);
  lk_questions_free(list);
}

static void the_experiment_tests_437_questions(void **state) {
  (void)state;
  const char *path = experiment_file("birth_test_inputs.tsv");
  lk_questions *list = questions_of(path, 0);
  assert_int_equal(list->count, 437);
  assert_false(list->has_answers);
  lk_questions_free(list);
  assert_int_equal(lk_questions_read(&list, path, 1), LK_BAD_DATA);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_line_ends_read_alike),
      cmocka_unit_test(a_carriage_return_inside_a_line_stays),
      cmocka_unit_test(what_is_no_text_is_left_out_and_counted),
      cmocka_unit_test(answers_may_be_missing),
      cmocka_unit_test(faults_are_named_by_line),
      cmocka_unit_test(a_nul_byte_does_not_end_a_question),
      cmocka_unit_test(a_missing_file_is_no_input),
      cmocka_unit_test(the_experiment_trains_on_2000_questions),
      cmocka_unit_test(the_experiment_tests_437_questions),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}

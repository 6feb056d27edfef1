/* SQuAD's measures, against what its script (evaluate-v1.1.py) gives for the same answers.
 */
#include "lockstep/memory.h"
#include "lockstep/squad.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Right answers end in a zero each, and the list in one more. */
static const struct {
  const char *answer, *right;
  double exact, f1;
} cases[] = {
    {"Denver Broncos", "Denver Broncos\0", 1, 1},
    {"the denver  BRONCOS!", "Denver Broncos\0", 1, 1},
    {"Broncos", "Denver Broncos\0", 0, 2.0 / 3},
    {"Broncos", "Denver Broncos\0the Broncos\0", 1, 1},
    {"a an the", "Denver\0", 0, 0},
    {"The", "a\0", 1, 0}, /* no words on either side: the script's F1 is 0 */
    {"rock rock roll", "rock roll roll\0", 0, 2.0 / 3},
    {"U.S.A.", "USA\0", 1, 1},
    {"anthem", "them\0", 0, 0},
    {"a-bomb", "abomb\0", 1, 1},
    {"\u00C9T\u00C9", "\u00E9t\u00E9\0", 1, 1},
    {"\u20ACa note", "\u20AC note\0", 1, 1}, /* an article stands behind a sign, too */
    {"in\u00A0the park", "in park\0", 1, 1},
    {"x\u00E9a y", "x y\0", 0, 0.5}, /* the end of a word is none */
    {"\u039F\u0394\u039F\u03A3", "\u03BF\u03B4\u03BF\u03C2\0", 1, 1}, /* the last sigma */
    {"\u039F\u03A3.\u0391", "\u03BF\u03C3\u03B1\0", 1, 1}, /* which no letter follows */
    {"\u03A3", "\u03C3\0", 1, 1},                          /* … and one stands before */
    {"\u0130zmir", "i\u0307zmir\0", 1, 1},
    {"", "x\0", 0, 0}};

static void scores_are_those_of_the_script(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lk_question question = {.question = "?", .answer = cases[i].right};
    lk_squad score;
    for (const char *at = cases[i].right; *at; at += strlen(at) + 1)
      question.answers++;
    assert_int_equal(lk_squad_score(&score, &question, cases[i].answer), LK_OK);
    if (score.exact != cases[i].exact || fabs(score.f1 - cases[i].f1) > 1e-12)
      fail_msg("%s: %g %g", cases[i].answer, score.exact, score.f1);
  }
  assert_int_equal(lk_allocations_alive(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(scores_are_those_of_the_script)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

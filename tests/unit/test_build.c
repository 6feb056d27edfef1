/* The text that two builds are told apart by. */
#include "lockstep/build.h"
#include "lockstep/program.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void the_text_names_what_bits_depend_on(void **state) {
  (void)state;
  char text[LK_BUILD_SIZE];
  lk_build_describe(LK_FP32, text);
  assert_non_null(strstr(text, lk_program_hash()));
  assert_non_null(strstr(text, lk_program_libc()));
  assert_non_null(strstr(text, "OpenBLAS"));
  assert_false(lk_build_differs(text, text));
}

/* Texts of versions that stored less are compared as far as they go. */
static void what_is_there_is_compared(void **state) {
  (void)state;
  const char *now = "lockstep 1, OpenBLAS 3 Haswell, glibc 2.36, program ab";
  assert_false(lk_build_differs("lockstep 1, OpenBLAS 3 Haswell", now));
  assert_true(lk_build_differs("lockstep 1, OpenBLAS 3 Has", now));
  assert_true(lk_build_differs("lockstep 1, OpenBLAS 3 Haswell, glibc 2.3", now));
  assert_true(
      lk_build_differs("lockstep 1, OpenBLAS 3 Haswell, glibc 2.36, program ac", now));
  assert_true(lk_build_differs(now, "lockstep 1, OpenBLAS 3 Haswell"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_text_names_what_bits_depend_on),
      cmocka_unit_test(what_is_there_is_compared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

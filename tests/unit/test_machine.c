/* What a report says of the machine. */
#include "lockstep/machine.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

static void it_is_this_one(void **state) {
  char text[LK_MACHINE_SIZE], cores[40];
  struct utsname system;
  (void)state;
  assert_int_equal(uname(&system), 0);
  lk_machine_describe(text);
  snprintf(cores, sizeof cores, " %ld cores, ", sysconf(_SC_NPROCESSORS_ONLN));
  assert_memory_equal(text, system.sysname, strlen(system.sysname));
  assert_non_null(strstr(text, cores));
  assert_non_null(strstr(text, " GB"));
  assert_null(strchr(text, '\n'));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_this_one)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

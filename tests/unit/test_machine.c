/* What a report says of the machine, and the memory that it has. */
#include "base/cgroup.h"
#include "lockstep/machine.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static char folder[] = "/tmp/lockstep-machine-XXXXXX";

static int make_folder(void **state) {
  (void)state;
  return !mkdtemp(folder) || chdir(folder);
}

static int remove_folder(void **state) {
  char command[64];
  (void)state;
  snprintf(command, sizeof command, "rm -r %s", folder);
  return chdir("/") || system(command);
}

static void make_groups(void) {
  const char *const names[] = {"m", "m/a", "m/a/b", "m/memory", "m/memory/job"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    assert_int_equal(mkdir(names[i], 0700), 0);
}

/* Of a group and those above it, as far as they can be seen, the least limit counts. */
static void limits_of_control_groups_are_found(void **state) {
  (void)state;
  make_groups();
  write_file("groups", "0::/a/b\n");
  assert_true(lk_cgroup_limit("groups", "m") == UINT64_MAX);
  write_file("m/a/b/memory.max", "max\n");
  write_file("m/a/memory.max", "5000000000\n");
  assert_true(lk_cgroup_limit("groups", "m") == 5000000000);
  write_file("m/memory.max", "70000\n");
  assert_true(lk_cgroup_limit("groups", "m") == 70000);
  write_file("groups", "0::/\n");
  assert_true(lk_cgroup_limit("groups", "m") == 70000);
  write_file("groups", "9:cpu,cpuacct:/job\n4:blkio,memory:/job\n");
  assert_true(lk_cgroup_limit("groups", "m") == UINT64_MAX);
  write_file("m/memory/job/memory.limit_in_bytes", "900\n");
  assert_true(lk_cgroup_limit("groups", "m") == 900);
  write_file("groups", "no line\n:\n");
  assert_true(lk_cgroup_limit("groups", "m") == UINT64_MAX);
  assert_true(lk_cgroup_limit("none", "m") == UINT64_MAX);
}

static void memory_is_the_machines_at_most(void **state) {
  double all = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
  (void)state;
  assert_true(lk_machine_memory() > 1 << 20 && lk_machine_memory() <= all);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_this_one),
                                     cmocka_unit_test(limits_of_control_groups_are_found),
                                     cmocka_unit_test(memory_is_the_machines_at_most)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

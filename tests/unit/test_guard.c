/* A start that does not come to its end ends its process, with the reason; one that does is
 * left alone. Each in a process of its own. */
#include "dist/guard.h"
#include "lockstep/status.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Its exit code, and what it says on standard error. */
static int run(void (*start)(void), char *said, size_t room) {
  int ends[2], status;
  size_t used = 0;
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (!child) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    start();
    _exit(0);
  }
  close(ends[1]);
  for (ssize_t n; (n = read(ends[0], said + used, room - 1 - used)) > 0;)
    used += (size_t)n;
  said[used] = '\0';
  close(ends[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void hang(void) {
  setenv("OMPI_COMM_WORLD_RANK", "0", 1);
  lk_guard_begin(0.5, "MPI_Init");
  lk_guard_stage("the first exchange");
  for (;;)
    pause();
}

static void come_to_the_end(void) {
  lk_guard_begin(3600, "MPI_Init");
  lk_guard_end();
  lk_guard_end();                    /* where none began it does nothing */
  lk_guard_begin(0, "MPI_Finalize"); /* may take for ever */
  lk_guard_end();
}

static void test_guard(void **state) {
  char said[4096];
  (void)state;
  assert_int_equal(run(hang, said, sizeof said), LK_STOPPED);
  assert_non_null(strstr(said, "lockstep: rank 0 on "));
  assert_non_null(strstr(said, "the first exchange has not come to its end within 0 s"));
  assert_int_equal(run(come_to_the_end, said, sizeof said), 0);
  assert_string_equal(said, "");
}

/* In a process whose parent has just two children: itself, and one that is stopped. */
static void find_stopped_sibling(void) {
  pid_t stopped = fork(), finder;
  int status;
  if (!stopped) {
    raise(SIGSTOP);
    _exit(0);
  }
  waitpid(stopped, &status, WUNTRACED);
  finder = fork();
  if (!finder) _exit(lk_guard_find_stopped() == stopped ? 0 : 1);
  waitpid(finder, &status, 0);
  int found = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  kill(stopped, SIGKILL);
  waitpid(stopped, NULL, 0);
  finder = fork();
  if (!finder) _exit(lk_guard_find_stopped() == 0 ? 0 : 1);
  waitpid(finder, &status, 0);
  _exit(found && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1);
}

static void test_stopped_sibling(void **state) {
  char said[4096];
  (void)state;
  assert_int_equal(run(find_stopped_sibling, said, sizeof said), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_guard),
                                     cmocka_unit_test(test_stopped_sibling)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What asks to stop: the time limit, and the flag that signals set. */
#include "lockstep/file.h"
#include "lockstep/signals.h"
#include "train/training.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void a_time_limit_and_a_signal_ask_to_stop(void **state) {
  (void)state;
  lk_signals_catch();
  assert_null(lk_stop_requested(1e9, 0));
  assert_null(lk_stop_requested(4, 5));
  assert_string_equal(lk_stop_requested(5, 5), "stop_after");
  raise(SIGUSR2);
  assert_string_equal(lk_stop_requested(0, 0), "SIGUSR2");
  raise(SIGXCPU);
  assert_string_equal(lk_stop_requested(0, 0), "SIGXCPU");
}

static void on_hangup(int number) {
  (void)number;
}

static void nohup_holds_whatever_a_library_does(void **state) {
  (void)state;
  signal(SIGHUP, SIG_IGN);
  lk_signals_keep_hangup();
  signal(SIGHUP, on_hangup); /* as a library would */
  lk_signals_give_back_hangup();
  assert_ptr_equal(signal(SIGHUP, SIG_DFL), SIG_IGN);
}

static void a_signal_before_the_handlers_is_kept_for_them(void **state) {
  (void)state;
  lk_signals_hold();
  raise(SIGTERM);
  assert_string_not_equal(lk_signals_received(), "SIGTERM");
  lk_signals_catch();
  assert_string_equal(lk_signals_received(), "SIGTERM");
}

static void a_hangup_counts_unless_it_is_ignored(void **state) {
  (void)state;
  signal(SIGHUP, SIG_IGN);
  lk_signals_catch();
  raise(SIGHUP);
  assert_string_not_equal(lk_signals_received(), "SIGHUP");
  signal(SIGHUP, SIG_DFL);
  lk_signals_catch();
  raise(SIGHUP);
  assert_string_equal(lk_signals_received(), "SIGHUP");
}

/* The child signals until it is ended: the first one may come before the wait. */
static void a_signal_ends_a_wait_for_a_pipe(void **state) {
  (void)state;
  char path[64], *bytes;
  size_t size;
  snprintf(path, sizeof path, "/tmp/lockstep-test-%ld", (long)getpid());
  assert_int_equal(mkfifo(path, 0600), 0);
  lk_signals_catch();
  pid_t child = fork();
  while (child == 0) {
    usleep(50000);
    if (kill(getppid(), SIGTERM)) _exit(0);
  }
  assert_int_equal(lk_file_read(path, &bytes, &size), LK_STOPPED);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  unlink(path);
  assert_null(bytes);
  assert_non_null(strstr(lk_message(), "stopped by SIGTERM while /tmp/lockstep-test-"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_time_limit_and_a_signal_ask_to_stop),
      cmocka_unit_test(nohup_holds_whatever_a_library_does),
      cmocka_unit_test(a_signal_before_the_handlers_is_kept_for_them),
      cmocka_unit_test(a_hangup_counts_unless_it_is_ignored),
      cmocka_unit_test(a_signal_ends_a_wait_for_a_pipe),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What is written to a terminal, and typed: seen from its other end, of several widths and
 * kinds. timeout: 30 */
#include "lockstep/progress.h"
#include "lockstep/status.h"
#include "lockstep/terminal.h"
#include "temporary_folder.h"
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static char seen[1 << 16]; /* what came out of the terminal last */

typedef struct {
  const char *kind; /* TERM */
  unsigned short columns;
} terminal;

static const terminal usual = {"xterm", 80}, narrow = {"xterm", 40}, tiny = {"xterm", 12},
                      dumb = {"dumb", 80};

/* What a person types, a text at each prompt; NULL: nothing more. */
static const char *const *typed;
static int is_edited; /* … into lines that the program edits */

/* A prompt begins a line; one that is drawn anew does not. */
static int count_prompts(void) {
  int prompts = !strncmp(seen, "> ", 2);
  for (const char *at = seen; (at = strstr(at, "\n> ")); at++)
    prompts++;
  return prompts;
}

/* An editor shows its prompt before it takes single keys; a key that comes earlier is a
 * line's. */
static void await_editor(int descriptor) {
  struct termios mode;
  while (is_edited && !tcgetattr(descriptor, &mode) && mode.c_lflag & ICANON)
    usleep(1000);
}

static void type_next(int descriptor, int *answered) {
  while (typed && typed[*answered] && *answered < count_prompts()) {
    const char *text = typed[(*answered)++];
    await_editor(descriptor);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
  }
}

static void read_all(int descriptor) {
  size_t used = 0;
  int answered = 0;
  for (ssize_t part = 1; part > 0; used += part > 0 ? (size_t)part : 0) {
    assert_true(used < sizeof seen - 1);
    seen[used] = '\0';
    type_next(descriptor, &answered);
    part = read(descriptor, seen + used, sizeof seen - 1 - used);
  }
  seen[used] = '\0';
}

/* Runs a program, or else a function, at a terminal, and keeps what it shows. */
static void run_at(const terminal *at, void (*call)(void), char *const *program) {
  struct winsize size = {.ws_row = 24, .ws_col = at->columns};
  int descriptor, status;
  pid_t child = forkpty(&descriptor, NULL, NULL, &size);
  assert_true(child >= 0);
  if (!child) {
    if (setenv("TERM", at->kind, 1)) _exit(1);
    if (call) call();
    if (program) execv(program[0], program);
    _exit(call ? 0 : 1);
  }
  read_all(descriptor);
  assert_int_equal(waitpid(child, &status, 0), child);
  close(descriptor);
  if (!WIFEXITED(status) || WEXITSTATUS(status)) fail_msg("it failed: %s", seen);
}

static int ends_line(const char *at) {
  return !*at || *at == '\n' || *at == '\r' || *at == '\033';
}

/* The widest of all lines, those written over among them. */
static int widest(void) {
  int most = 0;
  for (const char *at = seen; *at; at++) {
    int columns = 0;
    for (; !ends_line(at); at++)
      columns += (*at & 0xC0) != 0x80;
    if (columns > most) most = columns;
    if (!*at) break;
  }
  return most;
}

/* A terminal puts a carriage return before each newline itself. */
static int writes_over(void) {
  for (const char *at = seen; (at = strchr(at, '\r')); at++)
    if (at[1] != '\n' && at[1] != '\r') return 1;
  return strchr(seen, '\033') != NULL;
}

static void must_show(const char *part) {
  if (!strstr(seen, part)) fail_msg("no '%s' in: %s", part, seen);
}

static void show_work(void) {
  lk_progress outer, inner;
  lk_progress_allow(0, 0);
  lk_progress_begin(&outer, "cities", 4, "reading %s", "a\033file");
  for (uint64_t i = 1; i < 4; i++) {
    lk_progress_begin(&inner, NULL, 10, "within");
    lk_progress_show(&inner, 5);
    lk_progress_end(&inner);
    lk_progress_show(&outer, i);
    usleep(210000); /* a bar is not drawn anew at once */
  }
  lk_say("between");
  lk_progress_end(&outer);
  lk_progress_begin(&inner, NULL, 0, "behind %s", "questions-of-the-dev-set.tsv");
  lk_progress_show(&inner, 2500000);
  lk_progress_end(&inner);
}

static void a_bar_is_drawn_over_itself(void **state) {
  (void)state;
  run_at(&usual, show_work, NULL);
  must_show("\rreading a␛file [");
  must_show("###");
  must_show("25 % of 4 cities, ");
  must_show("left\033[K\r");
  must_show("\r\033[Klockstep: between\r\n"); /* on a line of its own */
  must_show("behind questions-of-the-dev-set.tsv: 2.5 MB, ");
  assert_null(strstr(seen, "within"));
  assert_string_equal(seen + strlen(seen) - 4, "\r\033[K");
  assert_true(widest() < 80);
}

static void narrow_terminals_are_not_overrun(void **state) {
  (void)state;
  run_at(&narrow, show_work, NULL);
  must_show("25 % of 4 cities");
  assert_true(widest() < 40);
  run_at(&tiny, show_work, NULL);
  must_show("\rreading a␛f\033[K");
}

static void dumb_terminals_and_pipes_get_lines(void **state) {
  (void)state;
  run_at(&dumb, show_work, NULL);
  must_show("lockstep: reading a␛file: 25 % of 4 cities, ");
  assert_false(writes_over());
  int ends[2], before = dup(STDERR_FILENO);
  assert_int_equal(pipe(ends), 0);
  assert_true(dup2(ends[1], STDERR_FILENO) >= 0 && !close(ends[1]));
  show_work();
  assert_true(dup2(before, STDERR_FILENO) >= 0 && !close(before));
  read_all(ends[0]);
  close(ends[0]);
  must_show("lockstep: reading a␛file: 25 % of 4 cities, ");
  must_show("lockstep: between\n");
  assert_false(writes_over());
}

static void print_decision(void) {
  lk_terminal is = lk_terminal_of(STDOUT_FILENO);
  printf("%d %d %d %d", is.rewrites, is.colours, is.width, is.height);
  fflush(stdout);
}

static void must_decide(const terminal *at, const char *expected) {
  run_at(at, print_decision, NULL);
  assert_string_equal(seen, expected);
}

static void colours_are_decided_by_the_environment(void **state) {
  (void)state;
  unsetenv("NO_COLOR");
  must_decide(&usual, "1 1 80 24");
  must_decide(&dumb, "0 0 80 24");
  setenv("NO_COLOR", "", 1); /* as good as not set */
  must_decide(&narrow, "1 1 40 24");
  setenv("NO_COLOR", "1", 1);
  must_decide(&narrow, "1 0 40 24");
  must_decide(&(terminal){"xterm", 0}, "1 0 80 24");
  unsetenv("NO_COLOR");
}

static void texts_are_cut_between_characters(void **state) {
  (void)state;
  assert_int_equal(lk_terminal_fit("abc", 2), 2);
  assert_int_equal(lk_terminal_fit("abc", 80), 3);
  assert_int_equal(lk_terminal_fit("日本", 3), 3); /* each two columns wide */
  assert_int_equal(lk_terminal_fit("e\u0301x", 1), 3);
  assert_int_equal(lk_terminal_fit("", 5), 0);
}

/* The program itself, as ctest names it. */
static void training_keeps_to_the_terminal(void **state) {
  (void)state;
  char *program = getenv("LOCKSTEP");
  char *synth[] = {program, "synth", "data", NULL};
  char *train[] = {program,   "pretrain",      LK_SOURCE_DIR "/configs/tiny.yaml",
                   "steps=3", "resume=never",  "corpus=data/wiki.txt",
                   "run=run", "log_seconds=0", NULL};
  char *watch[] = {program, "watch", "run", NULL};
  if (!program) skip();
  run_at(&usual, NULL, synth);
  run_at(&narrow, NULL, train);
  must_show("\rstep 1/3");
  must_show("\r\033[Kstep 3/3  100.0%  loss ");
  train[6] = "run=again";
  run_at(&dumb, NULL, train);
  must_show("step 1/3   33.3%");
  assert_false(writes_over());
  run_at(&dumb, NULL, watch);
  must_show("complete, step 3 of 3");
  assert_false(writes_over());
  assert_true(widest() <= 80);
}

static int count(const char *part) {
  int times = 0;
  for (const char *at = seen; (at = strstr(at, part)); at++)
    times++;
  return times;
}

/* In one session the line before comes back by the key, and in the next one. */
static void typed_lines_are_edited_and_remembered(void **state) {
  static const char *const questions[] = {"Where was € bornx\b?\n", "\033[A\n", "\004",
                                          NULL},
                           *const prompts[] = {"\033[A\n", "\004", NULL};
  (void)state;
  char *program = getenv("LOCKSTEP"), *latest = "run/checkpoints/latest";
  char *ask[] = {program, "ask", latest, NULL};
  char *generate[] = {program, "generate", latest, "--most", "2", NULL};
#ifndef LOCKSTEP_HAVE_EDIT
  skip();
#endif
  if (!program) skip();
  char home[200];
  snprintf(home, sizeof home, "%s/state", folder);
  setenv("XDG_STATE_HOME", home, 1);
  typed = questions;
  is_edited = 1;
  run_at(&usual, NULL, ask);
  assert_int_equal(count("€ (U+20AC) is not in the vocabulary"), 2);
  typed = prompts;
  run_at(&usual, NULL, generate);
  must_show("\r> Where was € born?\r\n");
  typed = NULL;
  is_edited = 0;
  char *list[] = {"/bin/sh", "-c", "stat -c %a state/lockstep/history", NULL};
  run_at(&usual, NULL, list);
  assert_string_equal(seen, "600\r\n");
}

/* Where lines cannot be edited, they are taken as they come; a pipe leaves no history. */
static void plain_lines_leave_no_history(void **state) {
  static const char *const questions[] = {"Ada?\n", "\004", NULL};
  (void)state;
  char *program = getenv("LOCKSTEP");
  char *ask[] = {program, "ask", "run/checkpoints/latest", NULL};
  char *pipe[] = {"/bin/sh", "-c", "echo Ada? | \"$LOCKSTEP\" ask run/checkpoints/latest",
                  NULL};
  if (!program) skip();
  char home[200];
  snprintf(home, sizeof home, "%s/none", folder);
  setenv("XDG_STATE_HOME", home, 1);
  typed = questions;
  run_at(&dumb, NULL, ask);
  typed = NULL;
  assert_int_equal(count("> "), 2);
  run_at(&usual, NULL, pipe);
  assert_int_equal(count("> "), 0);
  assert_int_equal(access("none", F_OK), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_bar_is_drawn_over_itself),
      cmocka_unit_test(narrow_terminals_are_not_overrun),
      cmocka_unit_test(dumb_terminals_and_pipes_get_lines),
      cmocka_unit_test(colours_are_decided_by_the_environment),
      cmocka_unit_test(texts_are_cut_between_characters),
      cmocka_unit_test(training_keeps_to_the_terminal),
      cmocka_unit_test(typed_lines_are_edited_and_remembered),
      cmocka_unit_test(plain_lines_leave_no_history),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

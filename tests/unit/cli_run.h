/* Runs commands of the program inside a test, on a world of one, and keeps what they print.
 */
#ifndef LOCKSTEP_TESTS_CLI_RUN_H
#define LOCKSTEP_TESTS_CLI_RUN_H

#include "cli/command.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "temporary_folder.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static lk_world *world;

/* What the last command wrote to standard output and standard error. */
static char *printed, *said;

static inline int open_world(void **state) {
  static char *program[] = {"lockstep", NULL}, **argv = program;
  int argc = 1;
  return make_folder(state) || lk_world_create(&world, &argc, &argv) != LK_OK;
}

static inline int close_world(void **state) {
  lk_free(printed);
  lk_free(said);
  lk_world_free(world);
  return leave_nothing(state);
}

/* Descriptor `to` leads to the file; the descriptor to give back with put_back. */
static inline int divert(int to, const char *path, int flags) {
  int file = open(path, flags, 0600), before = dup(to);
  assert_true(file >= 0 && before >= 0 && dup2(file, to) == to && !close(file));
  return before;
}

static inline void put_back(int to, int before) {
  assert_true(dup2(before, to) == to && !close(before));
}

static inline void read_back(const char *path, char **text) {
  size_t size;
  lk_free(*text);
  assert_int_equal(lk_file_read(path, text, &size), LK_OK);
}

enum { MOST_WORDS = 32 };

/* The command's exit code. It gets words that it may write into and put in another order,
 * as main does. */
static inline int run_words(char **literals) {
  char *words[MOST_WORDS + 1] = {NULL}, *copies[MOST_WORDS];
  int count = 0;
  for (; literals[count]; count++) {
    assert_true(count < MOST_WORDS);
    assert_int_equal(lk_copy_text(&copies[count], literals[count]), LK_OK);
    words[count] = copies[count];
  }
  fflush(stdout);
  int out = divert(STDOUT_FILENO, "printed", O_WRONLY | O_CREAT | O_TRUNC);
  int err = divert(STDERR_FILENO, "said", O_WRONLY | O_CREAT | O_TRUNC);
  lk_status status = lk_cli_run(world, count, words);
  lk_world_report(world, status);
  fflush(stdout);
  put_back(STDOUT_FILENO, out);
  put_back(STDERR_FILENO, err);
  read_back("printed", &printed);
  read_back("said", &said);
  for (int i = 0; i < count; i++)
    lk_free(copies[i]);
  return status;
}

#define RUN(...) run_words((char *[]){"lockstep", __VA_ARGS__, NULL})

/* Of a command that has to end well. */
#define MUST_RUN(...)                                                                      \
  do {                                                                                     \
    int code = RUN(__VA_ARGS__);                                                           \
    if (code != LK_OK) fail_msg("exit code %d: %s", code, said);                           \
  } while (0)

/* Of one that has to be refused, with one message that has this in it. */
#define MUST_REFUSE(expected, part, ...)                                                   \
  do {                                                                                     \
    assert_int_equal(RUN(__VA_ARGS__), (expected));                                        \
    must_have(said, (part));                                                               \
    assert_string_equal(printed, "");                                                      \
  } while (0)

static inline void must_have(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("'%s' lacks '%s'", text, part);
}

static inline void write_file(const char *path, const char *text) {
  assert_int_equal(lk_file_write(path, text, strlen(text)), LK_OK);
}

/* The file has this in it. */
static inline void must_hold(const char *path, const char *part) {
  char *text = NULL;
  read_back(path, &text);
  must_have(text, part);
  lk_free(text);
}

#endif

/* Outputs: files are replaced whole, all else is written through, and nothing is lost. */
#define _GNU_SOURCE /* ptsname */
#include "lockstep/draft.h"
#include "lockstep/memory.h"
#include "lockstep/output.h"
#include "temporary_folder.h"
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test in a folder of its own. */
static int enter(void **state) {
  static int number;
  char name[16];
  (void)state;
  snprintf(name, sizeof name, "%s/%d", "..", ++number);
  return number == 1 ? mkdir("1", 0755) || chdir("1") : mkdir(name, 0755) || chdir(name);
}

static void must(lk_status status) {
  if (status != LK_OK) fail_msg("%s", lk_message());
}

static void put(const char *path, const char *text) {
  must(lk_file_write(path, text, strlen(text)));
}

static void must_hold(const char *path, const char *text) {
  char *bytes;
  size_t size;
  must(lk_file_read(path, &bytes, &size));
  assert_string_equal(bytes, text);
  lk_free(bytes);
}

static void must_refuse(lk_status status, lk_status expected, const char *part) {
  assert_int_equal(status, expected);
  if (!strstr(lk_message(), part)) fail_msg("no '%s' in: %s", part, lk_message());
}

/* So many entries: no temporary file is left. */
static void must_count(const char *path, int expected) {
  DIR *list = opendir(path);
  int count = -2; /* . and .. */
  assert_non_null(list);
  while (readdir(list))
    count++;
  closedir(list);
  assert_int_equal(count, expected);
}

static mode_t mode_of(const char *path) {
  struct stat facts;
  assert_int_equal(lstat(path, &facts), 0);
  return facts.st_mode;
}

static void files_are_replaced_and_keep_their_permissions(void **state) {
  (void)state;
  mode_t before = umask(022);
  put("new", "1");
  assert_int_equal(mode_of("new") & 0777, 0644);
  assert_int_equal(chmod("new", 0660), 0);
  assert_int_equal(link("new", "other name"), 0);
  put("new", "22");
  assert_int_equal(mode_of("new") & 0777, 0660);
  must_hold("new", "22");
  must_hold("other name", "1"); /* replaced, not written in place */
  must_count(".", 2);
  umask(before);
}

static void a_name_may_be_as_long_as_names_can_be(void **state) {
  (void)state;
  char name[NAME_MAX + 2];
  memset(name, 'x', sizeof name);
  name[NAME_MAX] = '\0';
  put(name, "1");
  must_hold(name, "1");
  must_count(".", 1);
  name[NAME_MAX] = 'x';
  name[NAME_MAX + 1] = '\0';
  must_refuse(lk_file_write(name, "1", 1), LK_IO, "too long");
}

static void links_are_followed_and_stay(void **state) {
  (void)state;
  assert_int_equal(mkdir("far", 0755), 0);
  put("far/file", "old");
  assert_int_equal(symlink("far/file", "near"), 0);
  assert_int_equal(symlink("near", "chain"), 0);
  assert_int_equal(symlink("far/made", "dangling"), 0);
  put("chain", "new");
  put("dangling", "made");
  must_hold("far/file", "new");
  must_hold("far/made", "made");
  assert_true(S_ISLNK(mode_of("chain")) && S_ISLNK(mode_of("near")) &&
              S_ISLNK(mode_of("dangling")));
  must_count(".", 4);
  must_count("far", 2);
}

static void links_that_lead_nowhere_are_refused(void **state) {
  (void)state;
  assert_int_equal(symlink("one", "two"), 0);
  assert_int_equal(symlink("two", "one"), 0);
  assert_int_equal(symlink("no/such/folder", "lost"), 0);
  assert_int_equal(symlink(".", "folder"), 0);
  must_refuse(lk_file_write("one", "1", 1), LK_IO, "symbolic links");
  must_refuse(lk_file_write("lost", "1", 1), LK_IO, "lost: cannot write: No such file");
  must_refuse(lk_file_write("folder", "1", 1), LK_IO, "is a folder");
  must_refuse(lk_file_write("no/file", "1", 1), LK_IO, "No such file");
  must_refuse(lk_file_write("/dev/fd/99999", "1", 1), LK_IO, "No such file");
  must_count(".", 4);
}

/* Reads what is there by now. */
static void must_read(int descriptor, const char *text) {
  char bytes[64] = "";
  assert_int_equal(read(descriptor, bytes, sizeof bytes - 1), strlen(text));
  assert_string_equal(bytes, text);
}

static void fifos_and_pipes_are_written_through(void **state) {
  (void)state;
  char name[32];
  int ends[2], reader;
  assert_int_equal(mkfifo("fifo", 0600), 0);
  reader = open("fifo", O_RDONLY | O_NONBLOCK);
  put("fifo", "1");
  must_read(reader, "1");
  assert_true(S_ISFIFO(mode_of("fifo")));
  close(reader);
  assert_int_equal(pipe(ends), 0);
  for (int i = 0; i < 2; i++) {
    snprintf(name, sizeof name, "%s/%d", i ? "/proc/self/fd" : "/dev/fd", ends[1]);
    put(name, "22");
    must_read(ends[0], "22");
  }
  close(ends[0]);
  close(ends[1]);
  must_count(".", 1);
}

static void a_reader_that_has_gone_is_an_error(void **state) {
  (void)state;
  char name[32];
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
  close(ends[0]);
  must_refuse(lk_file_write(name, "1", 1), LK_IO, "Broken pipe");
  close(ends[1]);
  must_refuse(lk_file_write("/dev/full", "1", 1), LK_IO, "No space left");
}

static void a_pipe_that_is_full_is_waited_for(void **state) {
  (void)state;
  enum { SIZE = 1 << 20 };
  char name[32], *bytes, *back;
  int ends[2], size = 0, part;
  must(LK_NEW(bytes, SIZE));
  must(LK_NEW(back, SIZE));
  memset(bytes, 'x', SIZE);
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
  if (!fork()) {
    snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    _exit(lk_file_write(name, bytes, SIZE));
  }
  close(ends[1]);
  while ((part = (int)read(ends[0], back + size, (size_t)(SIZE - size))) > 0)
    size += part;
  assert_int_equal(size, SIZE);
  assert_memory_equal(bytes, back, SIZE);
  close(ends[0]);
  lk_free(bytes);
  lk_free(back);
}

static void devices_and_terminals_are_written_through(void **state) {
  (void)state;
  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  assert_true(terminal >= 0 && !grantpt(terminal) && !unlockpt(terminal));
  assert_int_equal(symlink(ptsname(terminal), "terminal"), 0);
  int other = open("terminal", O_RDWR | O_NOCTTY); /* keeps what is written */
  put("terminal", "1");
  must_read(terminal, "1");
  close(other);
  close(terminal);
  put("/dev/null", "1");
  assert_true(S_ISCHR(mode_of("/dev/null")));
}

static void sockets_are_connected_to(void **state) {
  (void)state;
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
  int pair[2], listener = socket(AF_UNIX, SOCK_STREAM, 0);
  char name[32];
  assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
  must_refuse(lk_file_write("socket", "1", 1), LK_IO, "refused");
  assert_int_equal(listen(listener, 1), 0);
  put("socket", "1");
  int taken = accept(listener, NULL, NULL);
  must_read(taken, "1");
  close(taken);
  close(listener);
  assert_true(S_ISSOCK(mode_of("socket")));
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  snprintf(name, sizeof name, "/proc/self/fd/%d", pair[0]);
  put(name, "22");
  must_read(pair[1], "22");
  close(pair[0]);
  close(pair[1]);
}

/* Runs the action with the standard output in the file, opened with these flags. */
static void with_output_in(const char *path, int flags, void (*action)(void)) {
  fflush(stdout);
  int kept = dup(STDOUT_FILENO), file = open(path, O_WRONLY | O_CREAT | flags, 0666);
  dup2(file, STDOUT_FILENO);
  close(file);
  action();
  fflush(stdout);
  dup2(kept, STDOUT_FILENO);
  close(kept);
}

static void print_around(void) {
  printf("a ");
  put("/dev/stdout", "b ");
  put("shared", "c ");
  put("/proc/self/fd/1", "d ");
  printf("e");
}

static void what_is_open_as_standard_output_is_shared(void **state) {
  (void)state;
  with_output_in("shared", O_TRUNC, print_around);
  must_hold("shared", "a b c d e");
  with_output_in("shared", O_APPEND, print_around);
  must_hold("shared", "a b c d ea b c d e");
}

/* A descriptor that only another process has: nothing of it is lost either. */
static void descriptors_of_others_are_appended_to(void **state) {
  (void)state;
  char name[64];
  int ends[2];
  put("theirs", "old ");
  int file = open("theirs", O_WRONLY | O_APPEND);
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (!child) {
    close(ends[1]);
    _exit((int)read(ends[0], name, 1));
  }
  close(file);
  snprintf(name, sizeof name, "/proc/%d/fd/%d", (int)child, file);
  put(name, "new");
  must_hold("theirs", "old new");
  close(ends[0]);
  close(ends[1]);
}

static void must_be_root(void) {
  if (geteuid() == 0) return;
  print_message("SKIPPED: needs root\n");
  skip();
}

/* In a folder of another's. */
static void what_cannot_be_replaced_is_written_in_place(void **state) {
  (void)state;
  must_be_root();
  assert_int_equal(mkdir("theirs", 0755), 0);
  put("theirs/ours", "a long old text");
  put("theirs/closed", "old");
  assert_int_equal(chown("theirs/ours", 65534, 65534), 0);
  assert_int_equal(chmod("theirs/closed", 0644), 0);
  assert_int_equal(chmod(folder, 0755), 0);
  assert_int_equal(seteuid(65534), 0);
  lk_status first = lk_file_write("theirs/ours", "new", 3);
  lk_status second = lk_file_write("theirs/closed", "new", 3);
  lk_status third = lk_file_write("theirs/none", "new", 3);
  assert_int_equal(seteuid(0), 0);
  must(first);
  must_hold("theirs/ours", "new");
  assert_int_equal(second, LK_IO);
  must_hold("theirs/closed", "old");
  assert_int_equal(third, LK_IO);
  must_count("theirs", 2);
}

static void owners_stay(void **state) {
  (void)state;
  struct stat facts;
  must_be_root();
  put("file", "1");
  assert_int_equal(chown("file", 65534, 65533), 0);
  put("file", "2");
  assert_int_equal(stat("file", &facts), 0);
  assert_true(facts.st_uid == 65534 && facts.st_gid == 65533);
}

static void our_own_files_never_follow_a_link(void **state) {
  (void)state;
  put("precious", "old");
  assert_int_equal(symlink("precious", "ours"), 0);
  must(lk_file_replace("ours", "new", 3));
  must_hold("precious", "old");
  must_hold("ours", "new");
  must_count(".", 2);
}

static void a_draft_takes_its_place_when_it_is_whole(void **state) {
  (void)state;
  lk_draft draft;
  put("precious", "old");
  assert_int_equal(symlink("precious", "ours"), 0);
  for (int whole = 0; whole < 2; whole++) {
    must(lk_draft_begin(&draft, "ours"));
    assert_int_equal(write(draft.descriptor, "ne", 2), 2);
    assert_int_equal(write(draft.descriptor, "w", 1), 1);
    must_hold("ours", "old");
    must_count(".", 3);
    if (whole) must(lk_draft_commit(&draft));
    lk_draft_discard(&draft);
    must_count(".", 2);
  }
  must_hold("ours", "new");
  must_hold("precious", "old");
  must_refuse(lk_draft_begin(&draft, "no/file"), LK_IO, "no/file: cannot write: No such");
  must(lk_draft_begin(&draft, "gone"));
  assert_int_equal(unlink(draft.temporary), 0);
  must_refuse(lk_draft_commit(&draft), LK_IO, "gone: cannot write: No such");
}

static void put_in_pieces(const char *path, int whole) {
  lk_output *output;
  must(lk_output_begin(&output, path));
  int descriptor = lk_output_descriptor(output);
  assert_int_equal(pwrite(descriptor, "w", 1, 2), 1);
  assert_int_equal(pwrite(descriptor, "ne", 2, 0), 2);
  if (whole)
    must(lk_output_commit(output));
  else
    lk_output_discard(output);
}

static void an_output_in_pieces_goes_where_a_whole_one_would(void **state) {
  (void)state;
  lk_output *output;
  char bytes[8] = "", path[32];
  int pipe_of[2];
  put("file", "old");
  assert_int_equal(chmod("file", 0640), 0);
  assert_int_equal(symlink("file", "link"), 0);
  put_in_pieces("link", 0);
  must_hold("file", "old");
  put_in_pieces("link", 1);
  must_hold("file", "new");
  assert_int_equal(mode_of("file") & 0777, 0640);
  assert_true(S_ISLNK(mode_of("link")));
  assert_int_equal(pipe(pipe_of), 0);
  snprintf(path, sizeof path, "/dev/fd/%d", pipe_of[1]);
  put_in_pieces(path, 0);
  put_in_pieces(path, 1);
  assert_int_equal(read(pipe_of[0], bytes, sizeof bytes), 3);
  assert_string_equal(bytes, "new");
  must_count(".", 2);
  must_refuse(lk_output_begin(&output, "no/file"), LK_IO, "no/file: cannot write: No such");
  must_refuse(lk_output_begin(&output, "."), LK_IO, ".: cannot write: it is a folder");
  must(lk_output_begin(&output, "/dev/full"));
  assert_int_equal(write(lk_output_descriptor(output), "new", 3), 3);
  must_refuse(lk_output_commit(output), LK_IO, "/dev/full: cannot write: No space");
}

static void what_is_set_aside_replaces_nothing(void **state) {
  (void)state;
  char aside[PATH_MAX];
  for (int i = 1; i <= 3; i++) {
    char expected[32], text[8];
    snprintf(expected, sizeof expected, "table.set-aside-%d", i);
    snprintf(text, sizeof text, "%d", i);
    put("table", text);
    must(lk_file_set_aside("table", aside));
    assert_string_equal(aside, expected);
  }
  must_hold("table.set-aside-1", "1");
  must_hold("table.set-aside-3", "3");
  assert_int_equal(mkdir("table", 0755), 0);
  must(lk_file_set_aside("table", aside));
  assert_int_equal(symlink("nowhere", "table"), 0);
  must(lk_file_set_aside("table", aside));
  assert_string_equal(aside, "table.set-aside-5");
  must_refuse(lk_file_set_aside("table", aside), LK_IO, "cannot be set aside");
}

static void outputs_are_no_inputs(void **state) {
  (void)state;
  const char *inputs[] = {"absent", "text", "fifo"};
  put("text", "1");
  assert_int_equal(mkfifo("fifo", 0600), 0);
  assert_int_equal(symlink("text", "soft"), 0);
  assert_int_equal(link("text", "hard"), 0);
  const char *bad[] = {"text", "./text", "soft", "hard", "fifo"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    must_refuse(lk_output_check(bad[i], inputs, 3), LK_USAGE, "which is read");
  put("free", "1");
  assert_int_equal(symlink("made", "dangling"), 0);
  const char *good[] = {"free", "new", "dangling", "/dev/null", "/dev/stdout", NULL};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    must(lk_output_check(good[i], inputs, 3));
  must(lk_output_check("/dev/null", (const char *[]){"/dev/null"}, 1));
  must_refuse(lk_output_check("no/file", inputs, 3), LK_IO, "No such file");
  must_refuse(lk_output_check(".", inputs, 3), LK_IO, "is a folder");
  must_hold("text", "1");
}

static void two_outputs_are_two_files(void **state) {
  (void)state;
  put("there", "1");
  assert_int_equal(link("there", "hard"), 0);
  assert_int_equal(symlink("new", "dangling"), 0);
  const char *bad[][2] = {
      {"there", "there"}, {"there", "hard"}, {"new", "./new"}, {"new", "dangling"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    must_refuse(lk_output_check_two(bad[i][0], bad[i][1]), LK_USAGE, "one file");
  const char *good[][2] = {{"there", "new"},
                           {"new", "newer"},
                           {"/dev/null", "/dev/null"},
                           {"there", NULL},
                           {NULL, "new"}};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    must(lk_output_check_two(good[i][0], good[i][1]));
}

/* Such as a process that was killed left, of this path alone, and none that is written. */
static void what_was_left_is_removed(void **state) {
  static const char *const names[] = {"o.tmp-0123456789abcdef", "o.tmp-fedcba9876543210",
                                      "o.tmp-0123456789abcde", "p.tmp-0123456789abcdef",
                                      "o.tmp-0123456789abcdeg"};
  lk_draft draft;
  lk_output *output;
  (void)state;
  for (int i = 0; i < 5; i++)
    put(names[i], "left");
  must(lk_draft_begin(&draft, "o"));
  int locked = open(names[1], O_RDWR | O_CLOEXEC);
  assert_int_equal(flock(locked, LOCK_EX), 0);
  must(lk_output_begin(&output, "o"));
  assert_int_equal(access(names[0], F_OK), -1);
  for (int i = 1; i < 5; i++)
    must_hold(names[i], "left");
  lk_output_discard(output);
  must(lk_draft_add(&draft, "whole", 5));
  must(lk_draft_commit(&draft));
  must_hold("o", "whole");
  must_count(".", 5);
  close(locked);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(files_are_replaced_and_keep_their_permissions, enter),
      cmocka_unit_test_setup(a_name_may_be_as_long_as_names_can_be, enter),
      cmocka_unit_test_setup(links_are_followed_and_stay, enter),
      cmocka_unit_test_setup(links_that_lead_nowhere_are_refused, enter),
      cmocka_unit_test_setup(fifos_and_pipes_are_written_through, enter),
      cmocka_unit_test_setup(a_reader_that_has_gone_is_an_error, enter),
      cmocka_unit_test_setup(a_pipe_that_is_full_is_waited_for, enter),
      cmocka_unit_test_setup(devices_and_terminals_are_written_through, enter),
      cmocka_unit_test_setup(sockets_are_connected_to, enter),
      cmocka_unit_test_setup(what_is_open_as_standard_output_is_shared, enter),
      cmocka_unit_test_setup(descriptors_of_others_are_appended_to, enter),
      cmocka_unit_test_setup(what_cannot_be_replaced_is_written_in_place, enter),
      cmocka_unit_test_setup(owners_stay, enter),
      cmocka_unit_test_setup(our_own_files_never_follow_a_link, enter),
      cmocka_unit_test_setup(a_draft_takes_its_place_when_it_is_whole, enter),
      cmocka_unit_test_setup(an_output_in_pieces_goes_where_a_whole_one_would, enter),
      cmocka_unit_test_setup(what_is_set_aside_replaces_nothing, enter),
      cmocka_unit_test_setup(what_was_left_is_removed, enter),
      cmocka_unit_test_setup(outputs_are_no_inputs, enter),
      cmocka_unit_test_setup(two_outputs_are_two_files, enter),
  };
  signal(SIGPIPE, SIG_IGN); /* as the program does */
  return cmocka_run_group_tests(tests, make_folder, leave_nothing);
}

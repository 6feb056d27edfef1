/* A file that others write to while it is read gives what it was or an error, never a
 * signal and never a mixture. */
#include "store_files.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Of several pieces, so that not all of it is in memory at once. */
static const lk_shape shape = {
    .layers = 2, .heads = 2, .channels = 64, .block = 64, .vocabulary = 5};

static float *values[2]; /* of the two checkpoints, whose files have one length */
static uint64_t count;

static void write_model(const char *path, int which) {
  lk_checkpoint *c = make_checkpoint_of(&shape, 1);
  fill_with(c->trained.values, c->trained.table->count, 10 + (uint64_t)which);
  must(lk_checkpoint_write(path, c));
  count = c->trained.table->count;
  values[which] = c->trained.values;
  c->trained.values = NULL;
  lk_checkpoint_free(c);
}

static int set_up(void **state) {
  if (make_folder(state)) return 1;
  write_model("one.h5", 0);
  write_model("two.h5", 1);
  return 0;
}

static int tear_down(void **state) {
  lk_free(values[0]);
  lk_free(values[1]);
  return remove_folder(state);
}

static void copy_file(const char *from, const char *to) {
  char *bytes;
  size_t size;
  must(lk_file_read(from, &bytes, &size));
  must(lk_file_write(to, bytes, size));
  lk_free(bytes);
}

/* Puts the bytes over those of the file, which stays the same file. */
static void overwrite(const char *path, const char *bytes, size_t size) {
  int file = open(path, O_WRONLY);
  if (file < 0 || pwrite(file, bytes, size, 0) != (ssize_t)size) _exit(1);
  close(file);
}

/* After the checksum, before HDF5 reads most of it. */
static lk_status read_around(void (*make_change)(void), float **read) {
  lk_h5_file file;
  lk_h5_array head = {
      .name = "model/pos_emb", .type = LK_H5_F32, .rank = 3, .size = {1, 64, 64}};
  copy_file("one.h5", "now.h5");
  must(lk_allocate((void **)read, 64 * 64, sizeof **read, "values"));
  must(lk_h5_open(&file, "now.h5"));
  make_change();
  lk_status status = lk_h5_check_array(&file, &head);
  if (status == LK_OK) status = lk_h5_read_array(&file, &head, *read);
  return lk_h5_finish(&file, status);
}

static void shorten(void) {
  assert_int_equal(truncate("now.h5", 10), 0);
}

static void write_another(void) {
  char *bytes;
  size_t size;
  must(lk_file_read("two.h5", &bytes, &size));
  overwrite("now.h5", bytes, size);
  lk_free(bytes);
}

static void lengthen(void) {
  struct stat facts;
  assert_int_equal(stat("now.h5", &facts), 0);
  assert_int_equal(truncate("now.h5", facts.st_size + 1000), 0);
}

static void replace(void) {
  copy_file("two.h5", "now.h5");
}

static void remove_it(void) {
  assert_int_equal(unlink("now.h5"), 0);
}

static void test_one_change(void **state) {
  (void)state;
  static const struct {
    void (*change)(void);
    const char *message; /* NULL: what it was is read */
  } cases[] = {{shorten, "became shorter while it was read"},
               {write_another, "changed while it was read"},
               {lengthen, NULL},
               {replace, NULL},
               {remove_it, NULL}};
  uint64_t alive = lk_allocations_alive();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    float *read;
    lk_status status = read_around(cases[i].change, &read);
    if (cases[i].message) {
      must_refuse(status, LK_NO_INPUT, "now.h5: ", cases[i].message);
    } else {
      must(status);
      assert_memory_equal(read, values[0] + 5 * 64, 64 * 64 * sizeof *read);
    }
    lk_free(read);
  }
  assert_int_equal(lk_allocations_alive(), alive);
}

enum { CONTENTS = 3 };

/* A child: one content after the other, cut off, longer, on and on. */
static pid_t change_for_ever(const char *path, const char *const *contents) {
  char *bytes[CONTENTS];
  size_t size[CONTENTS];
  for (int i = 0; i < CONTENTS; i++)
    must(lk_file_read(contents[i], &bytes[i], &size[i]));
  pid_t child = fork();
  if (child == 0)
    for (unsigned i = 0;; i++) {
      unsigned which = i / 2 % CONTENTS;
      int cut = i % 6 == 5;
      size_t end = cut ? size[which] / 3 : size[which] + i % 4 / 3 * 100;
      overwrite(path, bytes[which], size[which]);
      if (truncate(path, (off_t)end)) _exit(1);
      /* time for a reader to find it whole, on slow machines too */
      if (!cut) usleep(1000u << i % 10);
    }
  assert_true(child > 0);
  for (int i = 0; i < CONTENTS; i++)
    lk_free(bytes[i]);
  return child;
}

static void end_child(pid_t child) {
  int status;
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status)); /* it had not failed */
}

/* Nonzero when it was read. */
static int was_read(lk_status status) {
  if (status == LK_OK) return 1;
  assert_true(status == LK_BAD_DATA || status == LK_NO_INPUT);
  assert_int_equal(strncmp(lk_message(), "now.", 4), 0);
  return 0;
}

static int read_checkpoint(void) {
  lk_checkpoint *c;
  if (!was_read(lk_checkpoint_read(&c, "now.h5", 1))) return 0;
  size_t size = count * sizeof *c->trained.values;
  assert_true(!memcmp(c->trained.values, values[0], size) ||
              !memcmp(c->trained.values, values[1], size));
  lk_checkpoint_free(c);
  return 1;
}

/* A writer that is interrupted leaves the start of the next text before the rest of this
 * one, and zeros where it made the file longer. The other way round it was never. */
static int was_so_at_some_time(char before, char after) {
  return after == '\0' || before == (after == 'c' ? 'a' : after + 1);
}

static int read_text(void) {
  char *text;
  size_t size;
  if (!was_read(lk_file_read("now.txt", &text, &size))) return 0;
  for (size_t i = 1; i < size; i++)
    if (text[i] != text[i - 1] && !was_so_at_some_time(text[i - 1], text[i]))
      fail_msg("'%c' before '%c' at byte %zu", text[i - 1], text[i], i);
  lk_free(text);
  return 1;
}

/* Until it was read and refused often enough. */
static void read_while_it_changes(const char *path, const char *const *contents,
                                  int (*read_it)(void)) {
  int results[2] = {0, 0};
  copy_file(contents[0], path);
  pid_t child = change_for_ever(path, contents);
  while (results[0] < 10 || results[1] < 10)
    results[read_it()]++;
  end_child(child);
}

static void test_checkpoint_that_changes(void **state) {
  (void)state;
  static const char *const contents[] = {"one.h5", "two.h5", "one.h5"};
  read_while_it_changes("now.h5", contents, read_checkpoint);
}

static void test_text_that_changes(void **state) {
  (void)state;
  static const char *const contents[] = {"a.txt", "b.txt", "c.txt"};
  enum { SIZE = 4 << 20 };
  char *text;
  must(lk_allocate((void **)&text, SIZE + 1, 1, "a text"));
  for (int i = 0; i < CONTENTS; i++) {
    memset(text, 'a' + i, SIZE);
    write_text(contents[i], text);
  }
  lk_free(text);
  read_while_it_changes("now.txt", contents, read_text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_change),
      cmocka_unit_test(test_checkpoint_that_changes),
      cmocka_unit_test(test_text_that_changes),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}

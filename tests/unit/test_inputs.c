/* Which dumps a command's arguments name, in which order, and indexes that must fit. */
#include "dump_files.h"
#include "lockstep/inputs.h"
#include "temporary_folder.h"
#include <sys/stat.h>

static void put(const char *path, const char *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

static void assert_paths(const lk_inputs *inputs, const char *const *expected) {
  size_t count = 0;
  for (; expected[count]; count++) {
    assert_true(count < inputs->count);
    assert_string_equal(inputs->paths[count], expected[count]);
  }
  assert_int_equal(inputs->count, count);
}

static void arguments_are_files_in_a_fixed_order(void **state) {
  (void)state;
  lk_inputs inputs = {0};
  assert_int_equal(mkdir("d", 0700) || mkdir("d/Sub", 0700), 0);
  put("d/b", "b", 1);
  put("d/a", "a", 1);
  put("d/Sub/z", "z", 1);
  put("d/.hidden", "h", 1);
  put("x[1]", "x", 1);
  assert_int_equal(lk_inputs_add(&inputs, "x[1]"), LK_OK);
  assert_int_equal(lk_inputs_add(&inputs, "d"), LK_OK);
  assert_int_equal(lk_inputs_add(&inputs, "-"), LK_OK);
  assert_int_equal(lk_inputs_add(&inputs, "d/[ab]"), LK_OK);
  assert_paths(&inputs, (const char *const[]){"x[1]", "d/Sub/z", "d/a", "d/b", "-", "d/a",
                                              "d/b", NULL});
  lk_inputs_free(&inputs);
}

static void what_names_nothing_is_refused(void **state) {
  (void)state;
  lk_inputs inputs = {0};
  assert_int_equal(mkdir("empty", 0700), 0);
  assert_int_equal(lk_inputs_add(&inputs, "missing"), LK_NO_INPUT);
  assert_message("missing: cannot open", NULL);
  assert_int_equal(lk_inputs_add(&inputs, "missing*"), LK_NO_INPUT);
  assert_message("missing*: there is no such file", NULL);
  assert_int_equal(lk_inputs_add(&inputs, "empty"), LK_NO_INPUT);
  assert_message("empty: has no files", NULL);
  assert_int_equal(symlink(".", "empty/loop"), 0);
  assert_int_equal(lk_inputs_add(&inputs, "empty"), LK_NO_INPUT);
  assert_message("a link leads back", NULL);
  assert_int_equal(lk_inputs_add(&inputs, "-"), LK_OK);
  assert_int_equal(lk_inputs_add(&inputs, "-"), LK_USAGE);
  lk_inputs_free(&inputs);
}

/* A dump of two streams and its index, whose second offset is `shift` too large. */
static void put_multistream(const char *dump, const char *index, int shift) {
  static const char head[] = "<mediawiki><page><title>A</title></page>";
  static const char tail[] = "<page><title>B: C</title></page></mediawiki>";
  char lines[128];
  packed first = pack(BZ2, head, strlen(head));
  int size = snprintf(lines, sizeof lines, "0:1:A\n%zu:2:B: C\n%zu:3:D\n",
                      first.size + (size_t)shift, first.size + (size_t)shift);
  packed file = join(first, pack(BZ2, tail, strlen(tail))),
         list = pack(BZ2, lines, (size_t)size);
  put(dump, file.bytes, file.size);
  put(index, list.bytes, list.size);
  free(file.bytes);
  free(list.bytes);
}

static lk_status open_number(const lk_inputs *inputs, size_t i, int *pages) {
  lk_dump_options options = lk_dump_defaults();
  const lk_dump_page *page;
  lk_dump *dump;
  lk_status status = lk_inputs_open(inputs, i, &options, &dump);
  if (status != LK_OK) return status;
  for (*pages = 0; lk_dump_next(dump, &page) == LK_OK && page; ++*pages) {
  }
  lk_dump_close(dump);
  return LK_OK;
}

static void an_index_must_fit_its_dump(void **state) {
  (void)state;
  lk_inputs inputs = {0};
  int pages = 0;
  for (int shift = 0; shift < 2; shift++) {
    put_multistream("w-multistream1.xml-p1.bz2", "w-multistream-index1.txt-p1.bz2", shift);
    assert_int_equal(lk_inputs_add(&inputs, "w-*"), LK_OK);
    assert_int_equal(open_number(&inputs, 0, &pages), shift ? LK_BAD_DATA : LK_OK);
    assert_true(shift || pages == 0);
    assert_int_equal(open_number(&inputs, 1, &pages), LK_OK);
    assert_int_equal(pages, 2);
    lk_inputs_free(&inputs);
  }
  assert_message("w-multistream-index1.txt-p1.bz2: line 2", "does not fit", NULL);
  assert_int_equal(lk_inputs_add(&inputs, "w-multistream-index1.txt-p1.bz2"), LK_OK);
  assert_int_equal(open_number(&inputs, 0, &pages), LK_NO_INPUT);
  assert_message("is the index", "name the dump", NULL);
  lk_inputs_free(&inputs);
}

static void an_index_may_have_any_name(void **state) {
  (void)state;
  lk_inputs inputs = {0};
  int pages;
  put_multistream("dump", "list", 0);
  assert_int_equal(lk_inputs_add(&inputs, "list"), LK_OK);
  assert_int_equal(open_number(&inputs, 0, &pages), LK_NO_INPUT);
  assert_message("list: is the index", NULL);
  assert_int_equal(lk_inputs_add(&inputs, "dump"), LK_OK);
  assert_int_equal(open_number(&inputs, 0, &pages), LK_OK);
  lk_inputs_free(&inputs);
}

static void a_broken_index_is_refused(void **state) {
  (void)state;
  lk_inputs inputs = {0};
  int pages;
  put_multistream("dump", "list", 0);
  assert_int_equal(lk_inputs_add(&inputs, "dump"), LK_OK);
  assert_int_equal(lk_inputs_add(&inputs, "list"), LK_OK);
  put("list", "0:1:A\nx\n", 8);
  assert_int_equal(open_number(&inputs, 1, &pages), LK_BAD_DATA);
  assert_message("list: line 2", NULL);
  put("list", "9:1:A\n", 6);
  assert_int_equal(open_number(&inputs, 1, &pages), LK_BAD_DATA);
  assert_message("byte 9 of dump", NULL);
  lk_inputs_free(&inputs);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arguments_are_files_in_a_fixed_order),
      cmocka_unit_test(what_names_nothing_is_refused),
      cmocka_unit_test(an_index_must_fit_its_dump),
      cmocka_unit_test(an_index_may_have_any_name),
      cmocka_unit_test(a_broken_index_is_refused),
  };
  return cmocka_run_group_tests(tests, make_folder, leave_nothing);
}

/* The file of a part: whatever changes in it is seen. */
#include "lockstep/file.h"
#include "prepare/spool.h"
#include "temporary_folder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char path[] = "part", text[] = "Ulm\n\nAn der Donau.";

static void write_part(void) {
  lk_spool *spool;
  lk_spool_facts facts = {0};
  lk_spool_head head = {.size = strlen(text), .characters = strlen(text), .title = 3};
  uint64_t *counts = calloc(LK_SPOOL_CODE_POINTS, sizeof *counts);
  for (const char *at = text; *at; at++)
    counts[(unsigned char)*at] += 2;
  assert_int_equal(lk_spool_create(&spool, path), LK_OK);
  assert_int_equal(lk_spool_add(spool, &head, NULL, text), LK_OK);
  assert_int_equal(lk_spool_add(spool, &head, NULL, text), LK_OK);
  assert_int_equal(lk_spool_finish(spool, &facts, counts), LK_OK);
  free(counts);
}

/* Without waiting for the disk. */
static void store(const char *bytes, size_t size) {
  FILE *to = fopen(path, "w");
  assert_int_equal(fwrite(bytes, 1, size, to), size);
  assert_int_equal(fclose(to), 0);
}

/* Padding behind the hash says nothing. */
static void any_other_byte_is_seen(void **state) {
  char *bytes;
  size_t size;
  (void)state;
  write_part();
  assert_int_equal(lk_spool_check(path), LK_OK);
  assert_int_equal(lk_file_read(path, &bytes, &size), LK_OK);
  for (size_t at = 0; at < size - sizeof(uint64_t); at += 7) {
    bytes[at] ^= 1;
    store(bytes, size);
    if (lk_spool_check(path) != LK_BAD_DATA) fail_msg("byte %zu", at);
    bytes[at] ^= 1;
  }
  for (size_t cut = 1; cut <= size; cut += 70) {
    store(bytes, size - cut);
    if (lk_spool_check(path) != LK_BAD_DATA) fail_msg("%zu bytes less", cut);
  }
  lk_free(bytes);
}

/* Where a number is no character's, also without that look, which comes before. */
static void no_count_of_no_character_is_taken(void **state) {
  char *bytes;
  size_t size;
  lk_spool *spool;
  uint64_t *counts = calloc(LK_SPOOL_CODE_POINTS, sizeof *counts);
  (void)state;
  write_part();
  assert_int_equal(lk_file_read(path, &bytes, &size), LK_OK);
  memset(bytes + 2 * (sizeof(lk_spool_head) + strlen(text)), 0xFF, 4);
  store(bytes, size);
  assert_int_equal(lk_spool_open(&spool, path), LK_OK);
  assert_int_equal(lk_spool_count(spool, counts), LK_BAD_DATA);
  assert_non_null(strstr(lk_message(), "part: is damaged"));
  lk_spool_close(spool);
  lk_free(bytes);
  free(counts);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(any_other_byte_is_seen),
                                     cmocka_unit_test(no_count_of_no_character_is_taken)};
  return cmocka_run_group_tests(tests, make_folder, leave_nothing);
}

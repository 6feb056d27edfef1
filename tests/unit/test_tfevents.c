/* Event files of TensorBoard: how much of one is kept. Python reads them in tests/report.
 */
#include "lockstep/memory.h"
#include "run/tfevents.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 300 }; /* so that a step takes one byte, or two */

/* The version and a row of each step; ends[i]: where the record of step i ends. */
static lk_tfevents written(size_t ends[STEPS + 1]) {
  lk_tfevents file = {0};
  assert_int_equal(lk_tfevents_version(&file, 1.5), LK_OK);
  ends[0] = file.size;
  for (uint64_t step = 1; step <= STEPS; step++) {
    const lk_scalar loss = {"loss", (float)step};
    assert_int_equal(lk_tfevents_scalars(&file, 1.5, step, &loss, 1), LK_OK);
    ends[step] = file.size;
  }
  return file;
}

static void records_up_to_a_step_are_kept(void **state) {
  size_t ends[STEPS + 1];
  (void)state;
  lk_tfevents file = written(ends);
  for (uint64_t step = 0; step <= STEPS; step++)
    assert_int_equal(lk_tfevents_kept(file.bytes, file.size, step), ends[step]);
  assert_int_equal(lk_tfevents_kept(file.bytes, file.size, UINT64_MAX), file.size);
  lk_free(file.bytes);
}

static void what_is_torn_or_damaged_is_not(void **state) {
  size_t ends[STEPS + 1];
  (void)state;
  lk_tfevents file = written(ends);
  for (size_t size = ends[1]; size < ends[2]; size++)
    assert_int_equal(lk_tfevents_kept(file.bytes, size, STEPS), ends[1]);
  for (size_t at = ends[1]; at < ends[2]; at++) {
    file.bytes[at] ^= 4;
    assert_int_equal(lk_tfevents_kept(file.bytes, file.size, STEPS), ends[1]);
    file.bytes[at] ^= 4;
  }
  assert_int_equal(lk_tfevents_kept("", 0, STEPS), 0);
  lk_free(file.bytes);
}

/* The checksum of "123456789" is known; of zeros, too (RFC 3720, B.4). */
static void checksums_are_those_of_the_format(void **state) {
  const unsigned char length_of_24[12] = {24, 0, 0, 0, 0, 0, 0, 0, 0xA3, 0x7F, 0x4B, 0x22};
  lk_tfevents file = {0};
  (void)state;
  assert_int_equal(lk_tfevents_version(&file, 0), LK_OK);
  assert_memory_equal(file.bytes, length_of_24, sizeof length_of_24);
  lk_free(file.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(records_up_to_a_step_are_kept),
      cmocka_unit_test(what_is_torn_or_damaged_is_not),
      cmocka_unit_test(checksums_are_those_of_the_format),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

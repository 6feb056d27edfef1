/* Changes in fewer bytes: nothing of them is lost, it only comes later. */
#include "lockstep/wire.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 3 * LK_WIRE_BLOCK + 77, ROUNDS = 40 };

static const lk_wire all[] = {LK_WIRE_FP32, LK_WIRE_BF16, LK_WIRE_INT8};
enum { FORMS = sizeof all / sizeof *all };

static uint32_t words[COUNT];
static float change[COUNT], left[COUNT], packed[COUNT];

/* Numbers of many sizes, and blocks of many. */
static void draw(int round) {
  for (int i = 0; i < COUNT; i++)
    change[i] =
        (float)(sin(i * 1.3 + round * 2.1) * pow(10, (i * 7 + round) % 5 - i / 256));
}

static void send(lk_wire wire) {
  assert_true(lk_wire_words(wire, COUNT) <= COUNT);
  lk_wire_pack(wire, change, left, COUNT, words);
  lk_wire_unpack(wire, words, COUNT, packed);
}

/* The definition, in double precision: what is packed and what is left make up the whole.
 */
static void what_is_left_out_is_kept(void **state) {
  (void)state;
  for (int f = 0; f < FORMS; f++) {
    double last_bit = all[f] == LK_WIRE_INT8 ? ldexp(1, -24) : 0;
    memset(left, 0, sizeof left);
    for (int round = 0; round < ROUNDS; round++) {
      float whole[COUNT];
      draw(round);
      for (int i = 0; i < COUNT; i++)
        whole[i] = change[i] + left[i];
      send(all[f]);
      for (int i = 0; i < COUNT; i++) {
        double off = (double)packed[i] + (double)left[i] - (double)whole[i];
        assert_true(fabs(off) <= last_bit * fabs((double)whole[i]));
      }
    }
  }
}

/* Of the sum of all changes no more is missing than what the last rounding has left out. */
static void sums_do_not_drift(void **state) {
  (void)state;
  static double missing[COUNT], size[COUNT];
  for (int f = 0; f < FORMS; f++) {
    memset(left, 0, sizeof left);
    memset(missing, 0, sizeof missing);
    memset(size, 0, sizeof size);
    for (int round = 0; round < ROUNDS; round++) {
      draw(round);
      send(all[f]);
      for (int i = 0; i < COUNT; i++) {
        missing[i] += (double)change[i] - (double)packed[i];
        size[i] += fabs((double)change[i]) + fabs((double)left[i]);
      }
    }
    for (int i = 0; i < COUNT; i++)
      assert_true(fabs(missing[i] - (double)left[i]) <= 1e-6 * size[i]);
  }
}

/* No number is off by more than half a step of its form. */
static void rounding_is_to_the_nearest(void **state) {
  (void)state;
  memset(left, 0, sizeof left);
  draw(1);
  send(LK_WIRE_BF16);
  for (int i = 0; i < COUNT; i++)
    assert_true(fabsf(left[i]) <= fabsf(change[i]) / 256);
  memset(left, 0, sizeof left);
  send(LK_WIRE_INT8);
  for (int first = 0; first < COUNT; first += LK_WIRE_BLOCK) {
    float most = 0;
    int end = first + LK_WIRE_BLOCK < COUNT ? first + LK_WIRE_BLOCK : COUNT;
    for (int i = first; i < end; i++)
      most = fmaxf(most, fabsf(change[i]));
    for (int i = first; i < end; i++)
      assert_true(fabsf(left[i]) <= most / 127 * 0.5001f);
  }
}

static void bytes_are_as_few_as_said(void **state) {
  (void)state;
  assert_int_equal(lk_wire_words(LK_WIRE_FP32, 1000), 1000);
  assert_int_equal(lk_wire_words(LK_WIRE_BF16, 1001), 501);
  assert_int_equal(lk_wire_words(LK_WIRE_INT8, 4096), 16 * 65);
  assert_int_equal(lk_wire_words(LK_WIRE_INT8, 257), 65 + 2);
  assert_int_equal(lk_wire_words(LK_WIRE_INT8, 0), 0);
}

/* Numbers too small for a scale wait; zeros stay zeros. */
static void small_numbers_wait(void **state) {
  (void)state;
  memset(left, 0, sizeof left);
  memset(change, 0, sizeof change);
  change[3] = 1e-38f;
  send(LK_WIRE_INT8);
  assert_true(packed[3] == 0 && left[3] == 1e-38f && packed[0] == 0 && left[0] == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_left_out_is_kept),
      cmocka_unit_test(sums_do_not_drift),
      cmocka_unit_test(rounding_is_to_the_nearest),
      cmocka_unit_test(bytes_are_as_few_as_said),
      cmocka_unit_test(small_numbers_wait),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

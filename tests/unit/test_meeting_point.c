/* What a meeting point makes of the changes that are there: their mean, whatever their
 * form, and the sums of what groups have noted; and which messages it takes from whom. */
#include "lockstep/memory.h"
#include "meet/point.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { GROUPS = 5, COUNT = 3 * LK_WIRE_BLOCK + 7, SUMS = 6 };

static float change_of(int group, int i) {
  return (float)sin(0.37 * i + group) * (float)pow(10, group - 2);
}

static double sum_of(int group, int i) {
  return 100 * group + i + 0.25;
}

static lk_point *create(lk_wire wire) {
  static const lk_point_settings settings = {.groups = GROUPS, .patience = 1};
  lk_point *p = NULL;
  assert_int_equal(LK_NEW(p, 1), LK_OK);
  p->settings = &settings;
  p->terms = (lk_meeting_terms){
      .groups = GROUPS, .wire = wire, .every = 3, .steps = 9, .count = COUNT, .columns = 2};
  assert_int_equal(LK_NEW(p->sums, SUMS), LK_OK);
  assert_int_equal(LK_NEW(p->mean, COUNT), LK_OK);
  assert_int_equal(LK_NEW(p->blocks, LK_GROUPS_MOST * LK_WIRE_BLOCK), LK_OK);
  return p;
}

static void destroy(lk_point *p) {
  for (int group = 0; group < GROUPS; group++)
    lk_free(p->seats[group].change);
  lk_free(p->sums);
  lk_free(p->mean);
  lk_free(p->blocks);
  lk_free(p);
}

/* The group's message; unpacked[COUNT]: what its words stand for. */
static void speak(lk_point *p, int group, float *unpacked) {
  float change[COUNT], left[COUNT] = {0};
  double sums[SUMS];
  size_t bytes = lk_wire_words(p->terms.wire, COUNT) * sizeof(uint32_t);
  lk_seat *seat = &p->seats[group];
  for (int i = 0; i < COUNT; i++)
    change[i] = change_of(group, i);
  for (int i = 0; i < SUMS; i++)
    sums[i] = sum_of(group, i);
  assert_int_equal(LK_NEW(seat->change, sizeof sums + bytes), LK_OK);
  memcpy(seat->change, sums, sizeof sums);
  uint32_t *words = (uint32_t *)(void *)(seat->change + sizeof sums);
  lk_wire_pack(p->terms.wire, change, left, COUNT, words);
  lk_wire_unpack(p->terms.wire, words, COUNT, unpacked);
  seat->state = LK_SEAT_SPOKE;
}

/* present: a bit for each group that is there. */
static void check_mean(lk_wire wire, int present) {
  lk_point *p = create(wire);
  static float unpacked[GROUPS][COUNT];
  int groups = 0;
  for (int group = 0; group < GROUPS; group++)
    if (present >> group & 1) speak(p, group, unpacked[group]), groups++;
  lk_point_average(p, SUMS * sizeof(double));
  for (int i = 0; i < COUNT; i++) {
    double sum = 0, size = 0;
    for (int group = 0; group < GROUPS; group++)
      if (present >> group & 1)
        sum += (double)unpacked[group][i], size += fabs((double)unpacked[group][i]);
    assert_true(fabs((double)p->mean[i] - sum / groups) <= 3e-7 * size / groups);
  }
  for (int i = 0; i < SUMS; i++) {
    double sum = 0;
    for (int group = 0; group < GROUPS; group++)
      if (present >> group & 1) sum += sum_of(group, i);
    assert_true(p->sums[i] == sum);
  }
  destroy(p);
}

static void the_mean_is_of_those_that_are_there(void **state) {
  (void)state;
  for (int wire = LK_WIRE_FP32; wire <= LK_WIRE_INT8; wire++)
    for (int present = 1; present < 1 << GROUPS; present++)
      check_mean((lk_wire)wire, present);
}

/* Nonzero: the message is taken from that caller, and not its end. */
static int is_taken(lk_meet_kind kind, uint64_t size, int is_proven, int has_said_hello) {
  lk_point *p = create(LK_WIRE_FP32);
  lk_caller c = {.fd = -1, .is_proven = is_proven};
  const lk_meet_head head = {.kind = kind, .size = size};
  int ends[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  c.fd = ends[0];
  if (has_said_hello) memcpy(c.hello.magic, LK_MEET_MAGIC, sizeof c.hello.magic);
  assert_int_equal(send(ends[1], &head, sizeof head, 0), sizeof head);
  lk_caller_hear(p, &c);
  int is = c.fd >= 0;
  lk_caller_drop(&c);
  close(ends[1]);
  destroy(p);
  return is;
}

static void strangers_get_no_memory(void **state) {
  (void)state;
  const uint64_t words = COUNT * sizeof(uint32_t), sums = SUMS * sizeof(double);
  assert_true(is_taken(LK_SAYS_HELLO, sizeof(lk_meet_hello), 0, 0));
  assert_false(is_taken(LK_SAYS_HELLO, sizeof(lk_meet_hello) + 1, 0, 0));
  assert_false(is_taken(LK_SAYS_HELLO, sizeof(lk_meet_hello), 0, 1)); /* a second one */
  assert_true(is_taken(LK_SAYS_PROOF, LK_PROOF_SIZE, 0, 1));
  assert_false(is_taken(LK_SAYS_PROOF, LK_PROOF_SIZE, 0, 0)); /* of nothing */
  assert_false(is_taken(LK_SAYS_PROOF, UINT64_MAX, 0, 1));
  assert_false(is_taken(LK_SAYS_CHANGE, words + sums, 0, 1));
  assert_true(is_taken(LK_SAYS_CHANGE, words + sums, 1, 1));
  assert_true(is_taken(LK_SAYS_CHANGE, words + sums - 2 * sizeof(double), 1, 1));
  assert_false(is_taken(LK_SAYS_CHANGE, words + sums + sizeof(double), 1, 1));
  assert_false(is_taken(LK_SAYS_CHANGE, words + 3, 1, 1));
  assert_false(is_taken(LK_SAYS_CHANGE, words - sizeof(double), 1, 1));
  assert_true(is_taken(LK_SAYS_STATE, words, 1, 1));
  assert_false(is_taken(LK_SAYS_STATE, 2 * words, 1, 1)); /* there is no momentum */
  assert_false(is_taken(LK_SAYS_STATE, words, 0, 1));
  assert_false(is_taken(LK_SAYS_MEAN, words, 1, 1));
}

/* A seat of a connection that hears nothing. */
static void sit(lk_point *p, int group, lk_seat_state state, uint64_t step, double since) {
  lk_seat *seat = &p->seats[group];
  int ends[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  close(ends[1]);
  p->callers[group] = (lk_caller){.fd = ends[0], .is_proven = 1};
  p->callers[group].hello.has_state = 1;
  *seat = (lk_seat){state, &p->callers[group], since, 0, step, {0}, NULL, 0};
}

/* One that was behind and waits for the others' state does not become the first of all as
 * soon as they are cut off: they are waited for as long as anybody. */
static void who_waits_gives_the_others_time(void **state) {
  (void)state;
  lk_point *p = create(LK_WIRE_FP32);
  sit(p, 0, LK_SEAT_WORKS, 6, 0);
  sit(p, 1, LK_SEAT_WAITS, 3, 0);
  p->is_known = 1;
  p->done = 6;
  lk_seats_advance(p, 100);
  lk_caller_drop(&p->callers[0]);
  lk_seats_clear(p, 100.1);
  lk_seats_advance(p, 100.5);
  assert_int_equal(p->seats[1].state, LK_SEAT_WAITS);
  assert_int_equal(p->done, 6);
  lk_seats_advance(p, 101.5); /* patience is a second */
  assert_int_equal(p->seats[1].state, LK_SEAT_WORKS);
  assert_int_equal(p->done, 3);
  lk_caller_drop(&p->callers[1]);
  destroy(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_mean_is_of_those_that_are_there),
      cmocka_unit_test(strangers_get_no_memory),
      cmocka_unit_test(who_waits_gives_the_others_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

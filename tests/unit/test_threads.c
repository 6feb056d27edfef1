/* What threads share: the counts of allocations are exact, and each has its own message. */
#include "data_files.h"
#include "lockstep/memory.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 20000 };

static void *allocate_and_fail(void *argument) {
  int number = *(int *)argument;
  char mine[32];
  void *room;
  snprintf(mine, sizeof mine, "thread %d", number);
  int right = lk_fail(LK_INTERNAL, "%s", mine) == LK_INTERNAL;
  for (int i = 0; i < ROUNDS; i++) {
    right &= lk_allocate(&room, 8, 1, "") == LK_OK;
    lk_free(room);
    right &= !strcmp(lk_message(), mine);
  }
  lk_message_forget();
  return right && !*lk_message() ? argument : NULL;
}

static void test_threads_do_not_meet(void **state) {
  (void)state;
  pthread_t threads[THREADS];
  int numbers[THREADS];
  uint64_t made = lk_allocations_made(), alive = lk_allocations_alive();
  lk_fail(LK_BAD_DATA, "the first thread's");
  for (int i = 0; i < THREADS; i++) {
    numbers[i] = i;
    assert_int_equal(pthread_create(&threads[i], NULL, allocate_and_fail, &numbers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    void *right;
    pthread_join(threads[i], &right);
    assert_ptr_equal(right, &numbers[i]);
  }
  assert_int_equal(lk_allocations_made() - made, THREADS * ROUNDS);
  assert_int_equal(lk_allocations_alive(), alive);
  assert_string_equal(lk_message(), "the first thread's");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads_do_not_meet)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

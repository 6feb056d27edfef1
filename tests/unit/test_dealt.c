/* Arrays that are dealt out, where one rank holds all of them: what goes to a checkpoint
 * and what is gathered are their numbers. Several ranks: tests/mpi. */
#include "train/dealt.h"
#include "training_files.h"

enum { COUNT = 600001 /* some pieces, and the last one is shorter */ };

static float *m, *v;
static lk_holding holding;
static lk_dealt dealt;

static int make_arrays(void **state) {
  (void)state;
  if (LK_NEW(m, COUNT) != LK_OK || LK_NEW(v, COUNT) != LK_OK ||
      lk_holding_create(&holding, 1) != LK_OK)
    return 1;
  lk_holding_add(&holding, 0, COUNT);
  for (int i = 0; i < COUNT; i++) {
    m[i] = 1 / (float)(i + 1);
    v[i] = -m[i];
  }
  dealt = (lk_dealt){.world = world, .holding = &holding};
  dealt.held[LK_GROUP_M] = m;
  dealt.held[LK_GROUP_V] = v;
  return 0;
}

static int free_arrays(void **state) {
  (void)state;
  lk_holding_clear(&holding);
  lk_free(m);
  lk_free(v);
  return 0;
}

static void what_is_gathered_is_all(void **state) {
  float *all;
  (void)state;
  assert_int_equal(LK_NEW(all, COUNT), LK_OK);
  assert_int_equal(lk_dealt_gather(&dealt, LK_GROUP_V, COUNT, all), LK_OK);
  assert_memory_equal(all, v, COUNT * sizeof *all);
  lk_free(all);
  assert_int_equal(lk_dealt_gather(&dealt, LK_GROUP_V, COUNT, NULL), LK_OK);
}

/* As a writer of checkpoints asks: a part of each array, longer than a piece. */
static lk_status read_parts(void *context, lk_checkpoint_source source) {
  enum { FIRST = 1000, PART = 500000 };
  float *part = context;
  assert_int_equal(source.read(source.context, LK_GROUP_M, FIRST, PART, part), LK_OK);
  assert_memory_equal(part, m + FIRST, PART * sizeof *part);
  assert_int_equal(source.read(source.context, LK_GROUP_V, COUNT - 1, 1, part), LK_OK);
  assert_memory_equal(part, v + COUNT - 1, sizeof *part);
  return lk_fail(LK_IO, "the disk is full");
}

/* Its outcome is the writer's. */
static void a_source_has_what_is_asked_for(void **state) {
  float *part;
  (void)state;
  assert_int_equal(LK_NEW(part, COUNT), LK_OK);
  assert_int_equal(lk_dealt_save(&dealt, read_parts, part), LK_IO);
  assert_string_equal(lk_message(), "the disk is full");
  lk_free(part);
}

static int tests(void) {
  const struct CMUnitTest list[] = {cmocka_unit_test(what_is_gathered_is_all),
                                    cmocka_unit_test(a_source_has_what_is_asked_for)};
  return cmocka_run_group_tests(list, make_arrays, free_arrays);
}

int main(int argc, char **argv) {
  return run_with_world(argc, argv, tests);
}

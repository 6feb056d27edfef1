/* A world of one process, which no launcher started: what it agrees on, sums and says, and
 * what the environment of launchers makes of it. */
#include "dist/start.h"
#include "lockstep/holding.h"
#include "lockstep/memory.h"
#include "lockstep/tree.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static lk_world *world;

static void test_place(void **state) {
  (void)state;
  assert_int_equal(lk_world_rank(world), 0);
  assert_int_equal(lk_world_size(world), 1);
  assert_int_equal(lk_world_local_size(world), 1);
  assert_true(strlen(lk_world_host(world)) > 0);
  assert_true(strlen(lk_world_library()) > 0);
  assert_null(strpbrk(lk_world_library(), ",\n\t"));
}

static void test_agreement(void **state) {
  int any = -1;
  (void)state;
  assert_int_equal(lk_world_agree(world, LK_OK), LK_OK);
  assert_int_equal(lk_world_agree(world, lk_fail(LK_IO, "a full disk")), LK_IO);
  assert_string_equal(lk_message(), "a full disk"); /* no rank in front of it */
  assert_int_equal(lk_world_any(world, 0, &any), LK_OK);
  assert_int_equal(any, 0);
  assert_int_equal(lk_world_any(world, 256, &any), LK_OK);
  assert_true(any);
}

static void take(void *context, int rank, size_t first, const double *numbers,
                 size_t count) {
  assert_int_equal(rank, 0);
  memcpy((double *)context + first, numbers, count * sizeof *numbers);
}

static void test_exchanges(void **state) {
  double mine[2] = {1.5, -2}, all[2] = {0}, sums[2] = {1, 1};
  float array[3] = {1, 2, 3};
  const int counts[] = {3}, firsts[] = {0};
  char *text = NULL, expected[512];
  (void)state;
  assert_int_equal(lk_world_each(world, mine, 2, take, all), LK_OK);
  assert_memory_equal(all, mine, sizeof all);
  assert_int_equal(lk_world_add_rows(world, mine, 2, 2, sums), LK_OK);
  assert_true(sums[0] == 2.5 && sums[1] == -1);
  assert_int_equal(lk_world_broadcast(world, mine, sizeof mine), LK_OK);
  assert_int_equal(lk_world_share_parts(world, array, counts, firsts), LK_OK);
  assert_int_equal(lk_world_sum_floats(world, array, 3), LK_OK);
  assert_true(array[0] == 1 && array[2] == 3);
  assert_int_equal(lk_world_describe(world, &text), LK_OK);
  snprintf(expected, sizeof expected, "1 rank on %s:1", lk_world_host(world));
  assert_string_equal(text, expected);
  lk_free(text);
}

static void test_shards(void **state) {
  int first = -1, count = -1;
  (void)state;
  assert_int_equal(lk_world_shards(world, 8, &first, &count), LK_OK);
  assert_int_equal(first, 0);
  assert_int_equal(count, 8);
  assert_int_equal(lk_world_shards(world, 0, &first, &count), LK_USAGE);
  assert_non_null(strstr(lk_message(), "start at most 0 ranks or raise `shards`"));
}

/* Magnitudes from 1 to 2^-15, so that another order of adding gives other bits. */
static float value(int shard, size_t element) {
  return ldexpf(1 + (float)(element * 7919 % 101) / 101, -(int)((size_t)shard * 5 % 16));
}

static float tree_sum(int first, int span, size_t element) {
  if (span == 1) return value(first, element);
  return tree_sum(first, span / 2, element) + tree_sum(first + span / 2, span / 2, element);
}

static void check_sum(const float *sum, int shards, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float expected = tree_sum(0, shards, i);
    assert_memory_equal(&sum[i], &expected, sizeof expected);
  }
}

/* The last leaf in two halves, the upper one first, as a backward pass makes it. */
static void fill(lk_tree *tree, int shards, size_t count) {
  for (int shard = 0; shard < shards; shard++) {
    float *leaf = lk_tree_leaf(tree);
    for (size_t i = count; i-- > 0;) {
      assert_true(leaf[i] == 0);
      leaf[i] = value(shard, i);
      if (i == count / 2) lk_tree_finish(tree, i);
    }
    lk_tree_add(tree);
  }
}

static void test_tree(void **state) {
  enum { COUNT = 1000 };
  (void)state;
  for (int shards = 1; shards <= 32; shards *= 2) {
    lk_tree *tree;
    float *sum;
    assert_int_equal(lk_tree_create(&tree, world, COUNT, shards, LK_SUM_EVERYWHERE), LK_OK);
    assert_int_equal(lk_tree_ends_in_pair(tree), shards > 1);
    for (int again = 0; again < 2; again++) {
      fill(tree, shards, COUNT);
      assert_int_equal(lk_tree_reduce(tree, &sum), LK_OK);
      check_sum(sum, shards, COUNT);
    }
    lk_tree_free(tree);
  }
}

/* Bytes of this process that are in memory. */
static double resident(void) {
  long all, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  assert_non_null(file);
  assert_int_equal(fscanf(file, "%ld %ld", &all, &pages), 2);
  fclose(file);
  return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* How much more is in memory when 4 shards are summed, in arrays. */
static double arrays_left(int economises) {
  enum { COUNT = 1000003 };
  double before = resident();
  lk_tree *tree;
  float *sum;
  assert_int_equal(lk_tree_create(&tree, world, COUNT, 4, LK_SUM_SCATTERED), LK_OK);
  if (economises) lk_tree_economise(tree, &(lk_leaf_filling){.part = COUNT / 2});
  for (int again = 0; again < 2; again++) {
    fill(tree, 4, COUNT);
    assert_int_equal(lk_tree_reduce(tree, &sum), LK_OK);
    check_sum(sum, 4, COUNT);
  }
  double after = resident();
  lk_tree_free(tree);
  return (after - before) / (COUNT * sizeof *sum);
}

/* The sum is all that is left of three arrays. */
static void test_memory_given_back(void **state) {
  (void)state;
  assert_in_range((int)(10 * arrays_left(1)), 8, 14);
  assert_in_range((int)(10 * arrays_left(0)), 24, 34);
}

/* Alone all parts are one's own. */
static void test_parts(void **state) {
  const size_t count = 300001;
  lk_tree *tree;
  float *sum;
  size_t next = 0, first, own;
  (void)state;
  assert_int_equal(lk_tree_create(&tree, world, count, 2, LK_SUM_SCATTERED), LK_OK);
  for (int i = 0; i < lk_tree_parts(tree); i++, next += own) {
    lk_tree_part(tree, i, &first, &own);
    assert_int_equal(first, next);
  }
  assert_int_equal(next, count);
  fill(tree, 2, count);
  assert_int_equal(lk_tree_reduce(tree, &sum), LK_OK);
  assert_int_equal(lk_tree_gather(tree, sum), LK_OK);
  check_sum(sum, 2, count);
  lk_tree_free(tree);
}

/* Spans held without gaps: what is read of them, and written into them. */
static void test_holding(void **state) {
  lk_holding holding;
  float held[7] = {0}, array[12], read[12];
  (void)state;
  for (int i = 0; i < 12; i++)
    array[i] = (float)(i + 1);
  assert_int_equal(lk_holding_create(&holding, 3), LK_OK);
  lk_holding_add(&holding, 1, 3);
  lk_holding_add(&holding, 4, 0);
  lk_holding_add(&holding, 6, 4);
  assert_int_equal(holding.used, 2);
  assert_int_equal(holding.count, 7);
  lk_holding_write(&holding, held, 0, 5, array); /* in two parts, one cut */
  lk_holding_write(&holding, held, 5, 7, array + 5);
  for (int i = 0; i < 7; i++)
    assert_true(held[i] == (float)(i < 3 ? i + 2 : i + 4));
  lk_holding_read(&holding, held, 2, 9, read);
  for (int i = 0; i < 9; i++)
    assert_true(read[i] == (i + 2 == 4 || i + 2 == 5 || i + 2 == 10 ? 0 : array[i + 2]));
  lk_holding_clear(&holding);
}

static void test_refused_trees(void **state) {
  lk_tree *tree;
  float *sum;
  (void)state;
  assert_int_equal(lk_tree_create(&tree, world, 10, 0, LK_SUM_EVERYWHERE), LK_USAGE);
  assert_int_equal(lk_tree_create(&tree, world, 10, 6, LK_SUM_EVERYWHERE), LK_INTERNAL);
  assert_string_equal(lk_message(), "6 shards are no power of two");
  assert_int_equal(lk_tree_create(&tree, world, SIZE_MAX / 8, 8, LK_SUM_EVERYWHERE),
                   LK_INTERNAL);
  assert_null(tree);
  assert_int_equal(lk_tree_create(&tree, world, 10, 2, LK_SUM_EVERYWHERE), LK_OK);
  lk_tree_leaf(tree);
  lk_tree_add(tree);
  assert_int_equal(lk_tree_reduce(tree, &sum), LK_INTERNAL);
  assert_string_equal(lk_message(), "1 of 2 shards were summed");
  lk_tree_free(tree);
}

/* What launchers set, and the tests' own environment may hold. */
static const char *const variables[] = {"OMPI_COMM_WORLD_SIZE",
                                        "OMPI_COMM_WORLD_RANK",
                                        "OMPI_COMM_WORLD_LOCAL_RANK",
                                        "PMI_SIZE",
                                        "PMI_RANK",
                                        "PMIX_RANK",
                                        "SLURM_NTASKS",
                                        "SLURM_STEP_ID",
                                        "SLURM_PROCID",
                                        "SLURM_LOCALID",
                                        "MPI_LOCALRANKID",
                                        "LOCKSTEP_WATCHDOG"};

static int clear_environment(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
    unsetenv(variables[i]);
  return 0;
}

/* lk_world_check_launcher says this much, or nothing. */
static void expect_refusal(const char *name, const char *text, const char *message) {
  setenv(name, text, 1);
  assert_int_equal(lk_world_check_launcher(world), message ? LK_USAGE : LK_OK);
  if (message) assert_non_null(strstr(lk_message(), message));
  unsetenv(name);
}

static void test_unconnected_processes(void **state) {
  (void)state;
  assert_int_equal(lk_world_check_launcher(world), LK_OK);
  expect_refusal("OMPI_COMM_WORLD_SIZE", "1", NULL);
  expect_refusal("OMPI_COMM_WORLD_SIZE", "4",
                 "OMPI_COMM_WORLD_SIZE says 4 processes, but each of them is alone");
  expect_refusal("PMI_SIZE", "2", "or srun --mpi=pmix");
  expect_refusal("SLURM_NTASKS", "3", "for one process alone use srun -n 1");
  setenv("OMPI_COMM_WORLD_SIZE", "1", 1); /* the innermost launcher's */
  expect_refusal("SLURM_NTASKS", "3", NULL);
}

static void test_srun_without_pmix(void **state) {
  (void)state;
  assert_int_equal(lk_launcher_check(), LK_OK);
  setenv("SLURM_STEP_ID", "0", 1);
  setenv("SLURM_PROCID", "1", 1);
  setenv("PMIX_RANK", "1", 1);
  assert_int_equal(lk_launcher_check(), LK_OK);
  unsetenv("PMIX_RANK");
  if (strncmp(lk_world_library(), "Open MPI", 8)) return; /* others start without it */
  assert_int_equal(lk_launcher_check(), LK_USAGE);
  assert_non_null(strstr(lk_message(), "srun started this without PMIx"));
}

static void test_launchers_words(void **state) {
  char text[64];
  (void)state;
  lk_world_launcher(world, text);
  assert_string_equal(text, "");
  setenv("SLURM_STEP_ID", "0", 1);
  setenv("SLURM_PROCID", "3", 1);
  lk_world_launcher(world, text);
  assert_string_equal(text, "srun --mpi=pmix -n 1");
  assert_int_equal(lk_launcher_rank(), 3);
  setenv("OMPI_COMM_WORLD_SIZE", "1", 1); /* mpirun inside the job */
  setenv("OMPI_COMM_WORLD_RANK", "2", 1);
  setenv("OMPI_COMM_WORLD_LOCAL_RANK", "1", 1);
  lk_world_launcher(world, text);
  assert_string_equal(text, "");
  assert_int_equal(lk_launcher_rank(), 2);
  assert_int_equal(lk_launcher_local_rank(), 1);
}

static void expect_seconds(const char *text, double seconds) {
  setenv("LOCKSTEP_WATCHDOG", text, 1);
  double found = lk_start_seconds();
  assert_true(isnan(seconds) ? isnan(found) : found == seconds);
}

static void test_watchdogs_limit(void **state) {
  (void)state;
  double usual = lk_start_seconds();
  assert_true(usual > 0);
  expect_seconds("", usual);
  expect_seconds("0", 0);
  expect_seconds("2.5", 2.5);
  expect_seconds("86400", 86400);
  expect_seconds("86401", NAN);
  expect_seconds("-1", NAN);
  expect_seconds("1s", NAN);
  expect_seconds("nan", NAN);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_place),
      cmocka_unit_test(test_agreement),
      cmocka_unit_test(test_exchanges),
      cmocka_unit_test(test_shards),
      cmocka_unit_test(test_tree),
      cmocka_unit_test(test_parts),
      cmocka_unit_test(test_holding),
      cmocka_unit_test(test_memory_given_back),
      cmocka_unit_test(test_refused_trees),
      cmocka_unit_test_setup(test_unconnected_processes, clear_environment),
      cmocka_unit_test_setup(test_srun_without_pmix, clear_environment),
      cmocka_unit_test_setup(test_launchers_words, clear_environment),
      cmocka_unit_test_setup(test_watchdogs_limit, clear_environment)};
  if (lk_world_create(&world, &argc, &argv) != LK_OK) {
    fprintf(stderr, "%s\n", lk_message());
    return EXIT_FAILURE;
  }
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  lk_world_free(world);
  return failed || lk_allocations_alive() != 0;
}

/* Runs whose ranks make steps by themselves (keys sync.*), all groups on one rank: what
 * their checkpoints hold, and that they go on from it. Several ranks: tests/mpi/sync.sh. */
#include "lockstep/training.h"
#include "store_files.h"
#include "training_files.h"

/* As many documents in each shard, so that no group has none in any step. */
static int make_even_data(void **state) {
  char corpus[1000] = "";
  for (int i = 0; i < 16; i++)
    snprintf(corpus + strlen(corpus), 50, "Ada Bo%c was born in 19%02d.\n", 'a' + i,
             10 + i);
  return make_data(state) || lk_file_write("even.txt", corpus, strlen(corpus)) != LK_OK;
}

static lk_status train(const char *run, const char *keys) {
  char arguments[300];
  snprintf(arguments, sizeof arguments,
           "corpus=even.txt learning_rate=1e-2 sync.every=2 run=%s %s", run, keys);
  lk_config *config = config_with(arguments);
  lk_status status = lk_train(world, config, LK_PRETRAIN);
  lk_config_free(config);
  return status;
}

static lk_checkpoint *open_step(const char *run, int step) {
  char path[100];
  lk_checkpoint *checkpoint;
  snprintf(path, sizeof path, "%s/checkpoints/step-%06d.h5", run, step);
  must(lk_checkpoint_open(&checkpoint, path));
  return checkpoint;
}

/* All numbers of a group, one after the other. */
typedef struct {
  float *numbers;
  size_t used;
} array;

static lk_status take(void *context, const lk_parameter *tensor, uint64_t first,
                      uint64_t count, const float *numbers) {
  array *a = context;
  (void)tensor;
  (void)first;
  memcpy(a->numbers + a->used, numbers, count * sizeof *numbers);
  a->used += count;
  return LK_OK;
}

static float *read_group(const lk_checkpoint *c, lk_group group) {
  array a = {NULL, 0};
  must(LK_NEW(a.numbers, c->trained.table->count));
  must(lk_checkpoint_visit(c, group, take, &a));
  assert_int_equal(a.used, c->trained.table->count);
  return a.numbers;
}

static int is_same(const lk_checkpoint *one, lk_group group, const lk_checkpoint *other,
                   lk_group other_group) {
  float *a = read_group(one, group), *b = read_group(other, other_group);
  int same = !memcmp(a, b, one->trained.table->count * sizeof *a);
  lk_free(a);
  lk_free(b);
  return same;
}

/* The groups of two sites that both have: so many, all alike. */
static void same_numbers(const char *run, const char *other, int step, int expected) {
  lk_checkpoint *a = open_step(run, step), *b = open_step(other, step);
  int groups = 0;
  for (lk_group group = 0; group < 2 * LK_GROUPS; group++) {
    int is_there = group == LK_GROUP_MODEL || lk_checkpoint_has(&a->info, group);
    if (is_there && !is_same(a, group, b, group)) fail_msg("group %d differs", (int)group);
    groups += is_there;
  }
  assert_int_equal(groups, expected);
  lk_checkpoint_free(a);
  lk_checkpoint_free(b);
}

/* Parameters and moments of two groups; momentum of the outer step, what both left out. */
static void groups_go_on_where_they_met(void **state) {
  static const struct {
    const char *keys;
    int arrays;
  } kinds[] = {{"sync.outer=none", 5},
               {"sync.outer=sgd sync.wire=bf16", 8},
               {"sync.wire=int8 sync.momentum=0.5", 8}};
  (void)state;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char keys[200], whole[20], parts[20];
    snprintf(whole, sizeof whole, "whole-%zu", i);
    snprintf(parts, sizeof parts, "parts-%zu", i);
    snprintf(keys, sizeof keys, "steps=4 %s", kinds[i].keys);
    must(train(whole, keys));
    snprintf(keys, sizeof keys, "steps=2 %s", kinds[i].keys);
    must(train(parts, keys));
    snprintf(keys, sizeof keys, "steps=4 %s", kinds[i].keys);
    must(train(parts, keys));
    same_numbers(whole, parts, 4, kinds[i].arrays);
  }
}

static int tests(void) {
  const struct CMUnitTest list[] = {cmocka_unit_test(groups_go_on_where_they_met)};
  return cmocka_run_group_tests(list, make_even_data, remove_folder);
}

int main(int argc, char **argv) {
  return run_with_world(argc, argv, tests);
}

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

/* Each has shards of its own, and so moments; of one group there is no second. */
static void groups_have_moments_of_their_own(void **state) {
  (void)state;
  must(train("moments", "steps=2"));
  lk_checkpoint *c = open_step("moments", 2);
  for (lk_group kind = LK_GROUP_M; kind <= LK_GROUP_V; kind++)
    assert_false(is_same(c, lk_group_of(kind, 0), c, lk_group_of(kind, 1)));
  assert_int_equal(c->info.sites, 2);
  assert_true(c->info.has_outer && !c->info.has_left);
  assert_false(lk_checkpoint_has(&c->info, lk_group_of(LK_GROUP_M, 2)));
  lk_checkpoint_free(c);
}

/* Rows of steps between meetings come when all groups know them, none twice. */
static void each_step_has_its_row(void **state) {
  char *table;
  size_t size;
  (void)state;
  must(train("rows", "steps=5 sync.every=4 checkpoint_every=3"));
  must(lk_file_read("rows/metrics.csv", &table, &size));
  int step = 0;
  for (char *line = strchr(table, '\n'); line && line[1]; line = strchr(line + 1, '\n'))
    assert_int_equal(strtol(line + 1, NULL, 10), ++step);
  assert_int_equal(step, 5);
  lk_free(table);
}

/* What the run says meanwhile is in the file "said". */
static void train_aside(const char *run, const char *keys) {
  fflush(stderr);
  int terminal = dup(STDERR_FILENO), file = open("said", O_WRONLY | O_CREAT, 0666);
  assert_true(terminal >= 0 && file >= 0 && dup2(file, STDERR_FILENO) >= 0);
  lk_status status = train(run, keys);
  fflush(stderr);
  assert_true(dup2(terminal, STDERR_FILENO) >= 0);
  close(file);
  close(terminal);
  must(status);
}

/* The groups met for its end, as they would not have done otherwise. */
static void an_end_between_meetings_is_said(void **state) {
  char *said;
  size_t size;
  (void)state;
  must(train("odd", "steps=3"));
  train_aside("odd", "steps=6");
  must(lk_file_read("said", &said, &size));
  assert_non_null(strstr(said, "an outer step was made after step 3, where the run ended"));
  lk_free(said);
}

static void refuse(const char *keys, const char *part) {
  assert_int_equal(train("refused", keys), LK_USAGE);
  if (!strstr(lk_message(), part)) fail_msg("'%s' lacks '%s'", lk_message(), part);
}

static void what_does_not_go_with_groups_is_refused(void **state) {
  (void)state;
  refuse("steps=2 sync.groups=3", "must be a power of two and at most shards, 4, not 3");
  refuse("steps=2 sync.groups=8", "must be a power of two and at most shards, 4, not 8");
  refuse("steps=2 sync.wire=int8 sync.outer=none", "set sync.wire=fp32");
  refuse("steps=2 ema=0.9", "do not go with this value of ema; set ema=0");
  refuse("steps=2 checkpoint_write=beside", "set checkpoint_write=wait");
  refuse("steps=2 balance=4", "set balance=even");
}

static int tests(void) {
  const struct CMUnitTest list[] = {
      cmocka_unit_test(groups_go_on_where_they_met),
      cmocka_unit_test(groups_have_moments_of_their_own),
      cmocka_unit_test(each_step_has_its_row),
      cmocka_unit_test(an_end_between_meetings_is_said),
      cmocka_unit_test(what_does_not_go_with_groups_is_refused)};
  return cmocka_run_group_tests(list, make_even_data, remove_folder);
}

int main(int argc, char **argv) {
  return run_with_world(argc, argv, tests);
}

/* Full steps of a language model: of documents of many lengths, every step of an epoch but
 * its last has its tokens, and ranks have as much to compute. */
#include "lockstep/dataset.h"
#include "lockstep/random.h"
#include "training_files.h"
#include <math.h>

enum {
  BLOCK = 1024,
  SHARDS = 8,
  BATCH = 2 * SHARDS,
  DOCUMENTS = 800,
  LONGEST = 20 * BLOCK
};

static const lk_slice all = {SHARDS, 0, SHARDS};

/* Half of them below 300; of b.txt's last quarter, below 2,400. */
static size_t length_of(uint64_t document, int is_b) {
  const lk_stream stream = {.seed = 8, .purpose = LK_RANDOM_SYNTH};
  double median = is_b && document >= DOCUMENTS / 4 * 3 ? 2400 : 300;
  double length = median * exp(1.2 * lk_random_normal(&stream, document));
  return length < 1 ? 1 : length > LONGEST ? LONGEST : (size_t)length;
}

static int write_documents(void **state) {
  if (make_folder(state)) return 1;
  for (int i = 0; i < 2; i++) {
    FILE *file = fopen(i ? "b.txt" : "a.txt", "w");
    assert_non_null(file);
    for (uint64_t d = 0; d < DOCUMENTS; d++)
      for (size_t at = 0, length = length_of(d, i); at <= length; at++)
        fputc(at < length ? 'a' + (int)((at * at + d) % 26) : '\n', file);
    assert_int_equal(fclose(file), 0);
  }
  return 0;
}

static lk_dataset *dataset_of(lk_config **config, const char *corpora, const char *more) {
  lk_dataset *dataset = NULL;
  char *arguments[] = {(char *)corpora,       (char *)more, "objective.kind=language",
                       "objective.full=true", "shards=8",   "batch_size=16",
                       "model.block=1024",    "deal=even"};
  int count = sizeof arguments / sizeof *arguments;
  assert_int_equal(lk_config_read(config, NULL, count, arguments), LK_OK);
  assert_int_equal(
      lk_dataset_open(&dataset, NULL, *config, LK_OBJECTIVE_language, NULL, all), LK_OK);
  assert_int_equal(lk_dataset_settle(dataset, NULL), LK_OK);
  return dataset;
}

/* What a shard's part of a step costs; adds its tokens. */
static double cost_of(lk_dataset *dataset, uint64_t step, int shard, uint64_t *tokens) {
  static lk_token room[BLOCK + 1];
  const lk_plan *plan = lk_dataset_plan(dataset);
  lk_example example = {.tokens = room};
  double cost = 0;
  int count = lk_dataset_select(dataset, step, shard);
  for (int i = 0; i < count; i++) {
    uint64_t place = lk_dataset_chosen(dataset)[i] - lk_plan_shard(plan, shard).first;
    const lk_visit visit = {step / lk_plan_steps_per_epoch(plan), place, shard};
    cost += (double)lk_objective_cost(lk_dataset_objective(dataset), &visit);
    lk_dataset_example(dataset, i, &example);
    *tokens += example.length - 1;
  }
  return cost;
}

/* Of the slowest of so many ranks, in means. */
static double slowest(const double costs[SHARDS], int ranks) {
  double sum = 0, most = 0;
  for (int rank = 0; rank < ranks; rank++) {
    double cost = 0;
    for (int shard = rank * SHARDS / ranks; shard < (rank + 1) * SHARDS / ranks; shard++)
      cost += costs[shard];
    sum += cost;
    if (cost > most) most = cost;
  }
  return most * ranks / sum;
}

/* Two epochs, the last steps of which have what is left: what the slowest rank of any step
 * computes. */
static double check_steps(lk_dataset *dataset) {
  uint64_t steps = lk_plan_steps_per_epoch(lk_dataset_plan(dataset));
  double worst = 1;
  assert_true(steps > 20);
  for (uint64_t step = 0; step < 2 * steps; step++) {
    double costs[SHARDS];
    uint64_t tokens = 0;
    for (int shard = 0; shard < SHARDS; shard++)
      costs[shard] = cost_of(dataset, step, shard, &tokens);
    if ((step + 1) % steps == 0) continue;
    if (tokens * 50 < BATCH * BLOCK * 49)
      fail_msg("step %d has %d tokens", (int)step, (int)tokens);
    for (int ranks = 2; ranks <= 4; ranks *= 2)
      if (slowest(costs, ranks) > worst) worst = slowest(costs, ranks);
  }
  return worst;
}

/* Where documents are as long everywhere, or attention goes across them. A rank that has
 * the longer ones of b.txt brings more pairs of tokens together, though as many tokens. */
static void steps_are_full_and_alike(void **state) {
  static const struct {
    const char *corpora, *more;
    double most;
  } cases[] = {{"corpus=b.txt", "objective.across=true", 1.001},
               {"corpus=a.txt", "objective.across=false", 1.03},
               {"corpus=b.txt", "objective.across=false", 1.05},
               {"corpus=a.txt", "validation.share=0.1", 1.03},
               {"corpora=a.txt:1,b.txt:0.5", "objective.across=true", 1.001},
               {"corpora=a.txt:1,b.txt:0.5", "objective.across=false", 1.05}};
  (void)state;
  uint64_t alive = lk_allocations_alive();
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    lk_config *config;
    lk_dataset *dataset = dataset_of(&config, cases[c].corpora, cases[c].more);
    double most = check_steps(dataset);
    print_message("%s %s: the slowest of 2 or 4 ranks computes %.4f of the mean\n",
                  cases[c].corpora, cases[c].more, most);
    assert_true(most < cases[c].most);
    lk_dataset_close(dataset);
    lk_config_free(config);
  }
  assert_int_equal(lk_allocations_alive(), alive);
}

/* Tokens that one epoch shows: all, with an end of each document. */
static void an_epoch_shows_every_token(void **state) {
  (void)state;
  lk_config *config;
  lk_dataset *dataset = dataset_of(&config, "corpus=b.txt", "objective.across=false");
  uint64_t steps = lk_plan_steps_per_epoch(lk_dataset_plan(dataset)), tokens = 0, sum = 0;
  for (uint64_t d = 0; d < DOCUMENTS; d++)
    sum += length_of(d, 1) + 1;
  for (uint64_t step = steps; step < 2 * steps; step++)
    for (int shard = 0; shard < SHARDS; shard++)
      cost_of(dataset, step, shard, &tokens);
  assert_int_equal(tokens, sum);
  lk_dataset_close(dataset);
  lk_config_free(config);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(steps_are_full_and_alike),
                                     cmocka_unit_test(an_epoch_shows_every_token)};
  return cmocka_run_group_tests(tests, write_documents, remove_folder);
}

/* The trainer, a step at a time, in a world of one without a launcher. That other worlds
 * give the same bits is what tests/mpi shows. */
#include "lockstep/kernels.h"
#include "lockstep/range_test.h"
#include "lockstep/trainer.h"
#include "train/sites.h"
#include "training_files.h"
#include <math.h>
#include <sys/resource.h>

static lk_trainer *open_trainer(lk_config *config, lk_task task) {
  lk_trainer *trainer = NULL;
  if (lk_trainer_open(&trainer, world, config, task, LK_TO_PROBE) != LK_OK)
    fail_msg("%s", lk_message());
  return trainer;
}

static double step(lk_trainer *trainer) {
  lk_metrics metrics;
  if (lk_trainer_step(trainer, &metrics) != LK_OK) fail_msg("%s", lk_message());
  assert_true(isfinite(metrics.loss) && metrics.gradient_norm > 0);
  assert_int_equal(metrics.step, lk_trainer_steps_done(trainer));
  return metrics.loss;
}

static lk_hash hash_of(const lk_trainer *trainer) {
  return lk_hash_bytes(trainer->values, trainer->table->count * sizeof *trainer->values);
}

/* Every objective, optimizer and kind of model learns what it is shown again and again. */
static void every_kind_learns(void **state) {
  (void)state;
  static const struct {
    const char *arguments;
    lk_task task;
  } kinds[] = {
      {"", LK_PRETRAIN},
      {"objective.kind=recall objective.spans=salient objective.keep_name=true "
       "objective.crop=0.3 objective.ask=0.5 objective.answers=0.5 questions=people.tsv "
       "deal=even",
       LK_PRETRAIN},
      {"questions=people.tsv deal=even", LK_FINETUNE},
      {"optimizer=muon model.positions=rotary", LK_PRETRAIN},
      {"objective.kind=language", LK_PRETRAIN},
      {"objective.kind=language objective.across=true", LK_PRETRAIN},
      {"objective.kind=language objective.full=true", LK_PRETRAIN},
      {"kernels=reference overlap=off", LK_PRETRAIN}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char arguments[400];
    snprintf(arguments, sizeof arguments,
             "steps=60 dropout=0 learning_rate=5e-3 schedule.kind=constant %s",
             kinds[i].arguments);
    lk_config *config = config_with(arguments);
    lk_trainer *trainer = open_trainer(config, kinds[i].task);
    double first = step(trainer), last = 0;
    for (int n = 1; n < 60; n++)
      last = step(trainer);
    if (!(last < 0.7 * first)) fail_msg("kind %zu: %g after %g", i, last, first);
    lk_trainer_free(trainer);
    lk_config_free(config);
  }
}

static lk_hash train(const char *arguments) {
  lk_config *config = config_with(arguments);
  lk_trainer *trainer = open_trainer(config, LK_PRETRAIN);
  for (int n = 0; n < 3; n++)
    step(trainer);
  lk_hash hash = hash_of(trainer);
  lk_trainer_free(trainer);
  lk_config_free(config);
  return hash;
}

static void bits_depend_on_the_settings_alone(void **state) {
  (void)state;
  lk_hash one = train("steps=3 seed=5");
  assert_string_equal(train("steps=3 seed=5").hex, one.hex);
  assert_string_equal(train("steps=3 seed=5 objective.kind=corruption").hex, one.hex);
  assert_string_equal(train("steps=3 seed=5 dropout_at=all").hex, one.hex);
  assert_string_not_equal(train("steps=3 seed=5 dropout_at=hidden").hex, one.hex);
  assert_string_not_equal(train("steps=3 seed=6").hex, one.hex);
  assert_string_not_equal(train("steps=3 seed=5 objective.kind=recall").hex, one.hex);
}

/* The loss of the first step. */
static double first_loss(const char *how) {
  char arguments[100];
  snprintf(arguments, sizeof arguments, "steps=3 dropout=0 %s", how);
  lk_config *config = config_with(arguments);
  lk_trainer *trainer = open_trainer(config, LK_PRETRAIN);
  double loss = step(trainer);
  lk_trainer_free(trainer);
  lk_config_free(config);
  return loss;
}

/* It is so much of the loss towards all tokens alike. */
static void labels_are_smoothed(void **state) {
  (void)state;
  double sharp = first_loss(""), flat = first_loss("label_smoothing=1");
  double some = first_loss("label_smoothing=0.25");
  assert_true(fabs(sharp - flat) > 1e-4);
  assert_true(fabs(0.75 * sharp + 0.25 * flat - some) < 1e-5);
  assert_string_not_equal(train("steps=3 label_smoothing=0.25").hex, train("steps=3").hex);
}

/* At first no token is known, and all count nearly as they would. */
static void what_is_known_counts_less(void **state) {
  (void)state;
  double plain = first_loss(""), focused = first_loss("focus=1");
  assert_true(focused < plain && focused > 0.9 * plain);
  assert_string_not_equal(train("steps=3 focus=2").hex, train("steps=3").hex);
}

/* A step that would leave numbers that are none is left out, or ends training. */
static void a_bad_gradient_changes_nothing(void **state) {
  (void)state;
  lk_metrics metrics;
  lk_config *config = config_with("steps=9 gradient_limit=1e-9 on_nonfinite=skip");
  lk_trainer *trainer = open_trainer(config, LK_PRETRAIN);
  lk_hash before = hash_of(trainer);
  assert_int_equal(lk_trainer_step(trainer, &metrics), LK_OK);
  assert_int_equal(metrics.skipped, 1);
  assert_string_equal(hash_of(trainer).hex, before.hex);
  config->on_nonfinite = 0;
  assert_int_equal(lk_trainer_step(trainer, &metrics), LK_INTERNAL);
  assert_non_null(strstr(lk_message(), "above gradient_limit"));
  assert_non_null(strstr(lk_message(), "the batch was lines "));
  lk_trainer_free(trainer);
  lk_config_free(config);
}

/* In packs of one or two documents a step is the same but for rounding; dropout is another.
 */
static void a_step_in_packs_is_the_whole_step(void **state) {
  (void)state;
  const char *const bounds[] = {"0", "48", "100"};
  for (int drops = 0; drops < 2; drops++) {
    double losses[3], whole = 0;
    for (int i = 0; i < 3; i++) {
      char arguments[200];
      snprintf(arguments, sizeof arguments,
               "steps=2 batch_size=16 dropout=%s micro_tokens=%s objective.kind=language",
               drops ? "0.5" : "0", bounds[i]);
      lk_config *config = config_with(arguments);
      lk_trainer *trainer = open_trainer(config, LK_PRETRAIN);
      step(trainer);
      losses[i] = step(trainer);
      if (i == 0) whole = losses[i];
      if (!drops && !(fabs(losses[i] - whole) < 1e-5))
        fail_msg("%.9g with micro_tokens=%s, not %.9g", losses[i], bounds[i], whole);
      lk_trainer_free(trainer);
      lk_config_free(config);
    }
    if (drops) assert_true(fabs(losses[1] - whole) > 1e-5);
  }
}

/* The last of so many steps that change nothing. */
static lk_metrics nth_step(int n, const char *how) {
  char arguments[300];
  lk_metrics metrics = {0};
  snprintf(arguments, sizeof arguments,
           "epochs=2 dropout=0 learning_rate=1e-30 questions=people.tsv %s", how);
  lk_config *config = config_with(arguments);
  lk_trainer *trainer = open_trainer(config, LK_FINETUNE);
  while (n-- > 0)
    assert_int_equal(lk_trainer_step(trainer, &metrics), LK_OK);
  lk_trainer_free(trainer);
  lk_config_free(config);
  return metrics;
}

/* Questions come in the epoch's order, whatever the batch is: two of 4 are one of 8, to the
 * bit where packs are of one question. An epoch of 16 is 4 batches of 4. */
static void a_doubled_batch_is_one_of_twice_the_size(void **state) {
  (void)state;
  static const char doubled[] =
      "batch_size=4 batch_doublings=1 batch_doubling_tokens=384 micro_tokens=48";
  lk_metrics twice = nth_step(3, doubled), large = nth_step(2, "batch_size=8"),
             packed = nth_step(2, "batch_size=8 micro_tokens=48");
  assert_int_equal(twice.target_tokens, large.target_tokens);
  assert_true(twice.loss == packed.loss && twice.gradient_norm == packed.gradient_norm);
  assert_true(fabs(twice.loss - large.loss) < 1e-5);
  assert_int_equal(twice.steps, 5);
  assert_true(twice.epoch == 1 && twice.share == 0.5 && twice.step_share == 0.25);
  assert_true(nth_step(1, doubled).loss != twice.loss);
  assert_true(nth_step(5, doubled).share == 1);
}

/* The mean of all values so far, each step weighted as the decays after it say. */
static void the_running_mean_follows_the_values(void **state) {
  (void)state;
  enum { STEPS = 12 };
  lk_config *config = config_with("steps=12 ema=0.5 learning_rate=1e-2");
  lk_trainer *trainer = open_trainer(config, LK_PRETRAIN);
  double mean = trainer->values[5];
  for (int n = 0; n < STEPS; n++) {
    double decay = (1.0 + n) / (10.0 + n);
    step(trainer);
    if (decay > 0.5) decay = 0.5;
    mean = decay * mean + (1 - decay) * trainer->values[5];
    if (!(fabs(trainer->average[5] - mean) < 1e-6))
      fail_msg("step %d: %.9g, not %.9g", n, trainer->average[5], mean);
  }
  assert_true(trainer->average[5] != trainer->values[5]);
  lk_trainer_free(trainer);
  lk_config_free(config);
}

/* Two groups on one rank, that meet after so many steps. */
static lk_trainer *open_groups(lk_config **config, const char *more) {
  char arguments[200];
  lk_trainer *trainer = NULL;
  snprintf(arguments, sizeof arguments, "steps=9 learning_rate=1e-2 sync.groups=2 %s",
           more);
  *config = config_with(arguments);
  if (lk_trainer_open(&trainer, world, *config, LK_PRETRAIN, LK_TO_MEASURE) != LK_OK)
    fail_msg("%s", lk_message());
  return trainer;
}

/* The parameters of a group after two steps from the start, before anybody meets. */
static float *two_steps_of_group(int group) {
  lk_config *config;
  lk_metrics metrics;
  float *values;
  lk_trainer *t = open_groups(&config, "sync.every=9");
  assert_int_equal(LK_NEW(values, t->table->count), LK_OK);
  lk_sites_turn(t, group);
  for (int n = 0; n < 2; n++)
    assert_int_equal(lk_trainer_step_alone(t, &metrics), LK_OK);
  memcpy(values, t->values, t->table->count * sizeof *values);
  lk_trainer_free(t);
  lk_config_free(config);
  return values;
}

/* DiLoCo's first outer step: Nesterov's momentum is the mean change itself then. */
static float expected_after(double was, double first, double second) {
  double change = ((was - first) + (was - second)) / 2;
  return (float)(was - 0.7 * (change + 0.9 * change));
}

/* The largest change of a group, and how far the step is from the paper's. */
typedef struct {
  double moved, off;
} outer_step;

static outer_step make_outer_step(const float *first, const float *second,
                                  const char *wire) {
  char more[60];
  lk_config *config;
  outer_step o = {0, 0};
  snprintf(more, sizeof more, "sync.every=2 sync.wire=%s", wire);
  lk_trainer *t = open_groups(&config, more);
  size_t count = t->table->count;
  float *start;
  assert_int_equal(LK_NEW(start, count), LK_OK);
  memcpy(start, t->values, count * sizeof *start);
  assert_memory_equal(start, t->sites->start, count * sizeof *start);
  step(t);
  step(t);
  for (size_t i = 0; i < count; i++) {
    float expected = expected_after(start[i], first[i], second[i]);
    o.off = fmax(o.off, fabsf(t->values[i] - expected));
    o.moved = fmax(o.moved, fmaxf(fabsf(start[i] - first[i]), fabsf(start[i] - second[i])));
  }
  lk_free(start);
  lk_trainer_free(t);
  lk_config_free(config);
  return o;
}

/* Changes that are rounded for their way are off by half a last digit of bf16's eight, or
 * by half a 127th of the largest; and that is seen. */
static void an_outer_step_is_that_of_the_paper(void **state) {
  static const struct {
    const char *wire;
    double rounded;
  } wires[] = {{"fp32", 0}, {"bf16", 1 / 256.0}, {"int8", 1 / 254.0}};
  (void)state;
  float *first = two_steps_of_group(0), *second = two_steps_of_group(1);
  for (size_t i = 0; i < sizeof wires / sizeof *wires; i++) {
    outer_step o = make_outer_step(first, second, wires[i].wire);
    double least = 0.7 * 1.9 * o.moved * wires[i].rounded;
    if (!(o.off < 1e-6 + least)) fail_msg("%s: off by %g", wires[i].wire, o.off);
    assert_true(o.moved > 1e-3 && o.off >= least / 8);
  }
  lk_free(first);
  lk_free(second);
}

/* What two groups' changes become, by so many threads. */
static float *mean_of_groups(const char *wire, int threads, size_t *count) {
  char more[80];
  lk_config *config;
  float *mean;
  snprintf(more, sizeof more, "model.layers=3 sync.every=9 sync.wire=%s threads=%d", wire,
           threads);
  lk_trainer *t = open_groups(&config, more);
  *count = t->table->count;
  assert_int_equal(LK_NEW(mean, *count), LK_OK);
  for (int group = 0; group < 2; group++) {
    lk_sites_turn(t, group);
    for (size_t i = 0; i < *count; i++)
      t->values[i] = t->sites->start[i] + (float)sin((double)i * (group + 1.5));
    lk_sites_pack(t);
  }
  assert_int_equal(lk_sites_average_narrow(t->sites, mean), LK_OK);
  lk_trainer_free(t);
  lk_config_free(config);
  return mean;
}

static void threads_share_what_groups_tell_out(void **state) {
  static const char *const wires[] = {"bf16", "int8"};
  (void)state;
  if (lk_kernels_allowed_cores() < 2) skip();
  for (int i = 0; i < 2; i++) {
    size_t count;
    float *one = mean_of_groups(wires[i], 1, &count);
    float *two = mean_of_groups(wires[i], 2, &count);
    assert_true(count > 2 * 4096 && one[5] != 0 && one[count - 1] != 0);
    assert_memory_equal(one, two, count * sizeof *one);
    lk_free(one);
    lk_free(two);
  }
}

/* How many numbers the third step of a group changes, and how many targets it has. */
static size_t changes_of_third_step(int group, uint64_t *targets) {
  lk_config *config;
  lk_metrics metrics;
  size_t changes = 0;
  float *before = two_steps_of_group(group);
  lk_trainer *t = open_groups(&config, "sync.every=9");
  lk_sites_turn(t, group);
  for (int n = 0; n < 3; n++)
    assert_int_equal(lk_trainer_step_alone(t, &metrics), LK_OK);
  for (size_t i = 0; i < t->table->count; i++)
    changes += t->values[i] != before[i];
  *targets = metrics.target_tokens;
  assert_int_equal(metrics.skipped, 0);
  lk_free(before);
  lk_trainer_free(t);
  lk_config_free(config);
  return changes;
}

/* The last of 17 documents is the third step of an epoch, and one group's. */
static void a_group_without_documents_changes_nothing(void **state) {
  lk_config *config;
  uint64_t targets[2];
  (void)state;
  size_t changes[] = {changes_of_third_step(0, &targets[0]),
                      changes_of_third_step(1, &targets[1])};
  int idle = targets[0] > 0;
  assert_int_equal(targets[idle], 0);
  assert_int_equal(changes[idle], 0);
  assert_true(targets[!idle] > 0 && changes[!idle] > 0);
  lk_trainer *t = open_groups(&config, "sync.every=3");
  for (int n = 0; n < 3; n++)
    step(t);
  lk_trainer_free(t);
  lk_config_free(config);
}

/* Numbers of the tensors whose block this is. */
static double numbers_of_block(const lk_parameters *table, int block) {
  double numbers = 0;
  for (int i = 0; i < table->tensors; i++)
    if (table->list[i].block == block) numbers += (double)table->list[i].count;
  return numbers;
}

static void check_layers(const lk_trainer *t, const lk_named_histogram *list, double norm) {
  double numbers = 0, squares = 0;
  for (int i = 0; i < 4; i++) {
    numbers += list[i].of->count;
    squares += list[i].of->squares;
  }
  assert_true(numbers == (double)t->table->count);
  if (!(fabs(sqrt(squares) - norm) < 1e-5 * norm))
    fail_msg("%.9g, not %.9g", sqrt(squares), norm);
  assert_string_equal(list[0].name, "gradients/embedding");
  assert_string_equal(list[1].name, "gradients/blocks.0");
  assert_string_equal(list[2].name, "gradients/blocks.1");
  assert_string_equal(list[3].name, "gradients/output");
  for (int block = 0; block < 2; block++)
    assert_true(list[block + 1].of->count == numbers_of_block(t->table, block));
}

/* Every other step: all gradients, as their norm says, each in its layer. */
static void histograms_are_of_the_gradients(void **state) {
  (void)state;
  lk_config *config = config_with("steps=9 tensorboard=true histogram_every=2");
  lk_trainer *t = open_trainer(config, LK_PRETRAIN);
  for (int n = 1; n <= 4; n++) {
    lk_metrics metrics;
    int layers = 0;
    assert_int_equal(lk_trainer_step(t, &metrics), LK_OK);
    const lk_named_histogram *list = lk_trainer_histograms(t, &layers);
    assert_int_equal(layers, n % 2 ? 0 : 4);
    if (n % 2)
      assert_null(list);
    else
      check_layers(t, list, metrics.gradient_norm);
  }
  lk_trainer_free(t);
  lk_config_free(config);
}

/* Two steps, then the numbers of one array: parameters, moments, their running mean. */
static float *two_steps(char which, const char *fault, size_t *count) {
  lk_config *config = config_with("steps=9 ema=0.5");
  lk_trainer *t = open_trainer(config, LK_PRETRAIN);
  float *copy;
  if (fault) setenv("LOCKSTEP_FLIP_BIT", fault, 1);
  step(t);
  step(t);
  unsetenv("LOCKSTEP_FLIP_BIT");
  *count = t->table->count;
  assert_int_equal(LK_NEW(copy, *count), LK_OK);
  const float *array = which == 'm'   ? t->m
                       : which == 'v' ? t->v
                       : which == 'a' ? t->average
                                      : t->values;
  memcpy(copy, array, *count * sizeof *copy);
  lk_trainer_free(t);
  lk_config_free(config);
  return copy;
}

/* Bits of an array that a fault after the second step has changed. */
static int flipped_bits(char which, const char *fault) {
  size_t count;
  float *good = two_steps(which, NULL, &count), *bad = two_steps(which, fault, &count);
  int bits = 0;
  for (size_t i = 0; i < count * sizeof *good; i++)
    bits += __builtin_popcount(((unsigned char *)good)[i] ^ ((unsigned char *)bad)[i]);
  lk_free(good);
  lk_free(bad);
  return bits;
}

/* What the tests of replicas rely on. */
static void a_fault_is_one_bit_of_one_array(void **state) {
  (void)state;
  assert_int_equal(flipped_bits('p', "0:2"), 1);
  assert_int_equal(flipped_bits('m', "0:2:m"), 1);
  assert_int_equal(flipped_bits('v', "0:2:v"), 1);
  assert_int_equal(flipped_bits('a', "0:2:a"), 1);
  assert_int_equal(flipped_bits('p', "0:2:m"), 0);
  assert_int_equal(flipped_bits('p', "0:3"), 0);
  assert_int_equal(flipped_bits('p', "1:2"), 0);
  assert_int_equal(flipped_bits('p', "none"), 0);
}

/* The rates rise by a factor, the mean is without bias, and the test ends where it
 * diverges.
 */
static void a_range_test_ends_where_the_loss_diverges(void **state) {
  (void)state;
  const lk_range_plan plan = {1e-5, 1000, 60};
  lk_range_point points[60];
  long count;
  lk_config *config = config_with("steps=1 gradient_limit=0 on_nonfinite=skip");
  lk_trainer *trainer = open_trainer(config, LK_PRETRAIN);
  assert_int_equal(lk_range_test(trainer, &plan, points, &count), LK_OK);
  assert_in_range(count, 10, 59);
  assert_true(points[0].smoothed == points[0].loss);
  assert_true(fabs(points[1].smoothed -
                   (0.09 * points[0].loss + 0.1 * points[1].loss) / 0.19) < 1e-9);
  double factor = pow(1e8, 1.0 / 59);
  for (long i = 1; i < count; i++)
    assert_true(fabs(points[i].rate / points[i - 1].rate - factor) < 1e-9);
  double suggestion = lk_range_suggestion(points, count);
  assert_true(suggestion > 1e-4 && suggestion < 1);
  lk_trainer_free(trainer);
  lk_config_free(config);
}

static void refuse(const char *arguments, lk_task task, const char *part) {
  lk_trainer *trainer = NULL;
  lk_config *config = config_with(arguments);
  assert_int_not_equal(lk_trainer_open(&trainer, world, config, task, LK_TO_PROBE), LK_OK);
  assert_null(trainer);
  if (!strstr(lk_message(), part)) fail_msg("'%s' lacks '%s'", lk_message(), part);
  lk_config_free(config);
}

static void what_cannot_be_trained_is_refused(void **state) {
  (void)state;
  uint64_t alive = lk_allocations_alive();
  refuse("", LK_PRETRAIN, "set steps= or epochs=");
  refuse("steps=1", LK_FINETUNE, "no questions to train on");
  refuse("steps=1 corpus=none.txt", LK_PRETRAIN, "none.txt");
  refuse("steps=1 shards=32 batch_size=32", LK_PRETRAIN, "fewer than 32 shards");
  refuse("steps=1 objective.kind=language objective.ask=0.5", LK_PRETRAIN,
         "objective.ask is a setting of objective.kind=recall");
  refuse("steps=1 objective.kind=language objective.across=true objective.window=start",
         LK_PRETRAIN, "set objective.window=every");
  refuse("steps=1 objective.kind=language objective.full=true objective.window=random",
         LK_PRETRAIN, "objective.full lays documents end to end");
  refuse("steps=1 init=none.h5", LK_PRETRAIN, "none.h5");
  refuse("steps=1 model.block=24 questions=people.tsv", LK_FINETUNE, "the block is 24");
  assert_int_equal(lk_allocations_alive(), alive);
}

/* So many different characters, in lines. */
static void write_characters(const char *path, uint32_t count) {
  size_t used = 0;
  char *text = malloc(4 * (size_t)count);
  assert_non_null(text);
  for (uint32_t i = 0, c = 0x4E00; i < count; i++, c++) {
    text[used++] = (char)(0xE0 | c >> 12);
    text[used++] = (char)(0x80 | (c >> 6 & 63));
    text[used++] = (char)(0x80 | (c & 63));
    if (i % 100 == 99) text[used++] = '\n';
  }
  assert_int_equal(lk_file_write(path, text, used), LK_OK);
  free(text);
}

static rlim_t address_space_in_use(void) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  assert_true(file && fscanf(file, "%lu", &pages) == 1 && !fclose(file));
  return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void a_vocabulary_beyond_the_memory_is_refused(void **state) {
  struct rlimit before, less, now;
  (void)state;
#ifdef __SANITIZE_ADDRESS__
  skip(); /* it takes all addresses itself */
#endif
  uint64_t alive = lk_allocations_alive();
  write_characters("many.txt", 20000);
  assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
  less = before;
  less.rlim_cur = address_space_in_use() + (100 << 20);
  assert_int_equal(setrlimit(RLIMIT_AS, &less), 0);
  assert_int_equal(getrlimit(RLIMIT_AS, &now), 0);
  if (now.rlim_cur != less.rlim_cur) skip(); /* an emulator keeps its addresses */
  refuse("steps=1 corpus=many.txt model.channels=1024", LK_PRETRAIN,
         " parameters, with a vocabulary of 20003: gradient sums: out of memory");
  assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
  assert_int_equal(lk_allocations_alive(), alive);
}

static int tests(void) {
  const struct CMUnitTest list[] = {
      cmocka_unit_test(every_kind_learns),
      cmocka_unit_test(bits_depend_on_the_settings_alone),
      cmocka_unit_test(labels_are_smoothed),
      cmocka_unit_test(what_is_known_counts_less),
      cmocka_unit_test(a_bad_gradient_changes_nothing),
      cmocka_unit_test(a_range_test_ends_where_the_loss_diverges),
      cmocka_unit_test(a_doubled_batch_is_one_of_twice_the_size),
      cmocka_unit_test(the_running_mean_follows_the_values),
      cmocka_unit_test(an_outer_step_is_that_of_the_paper),
      cmocka_unit_test(threads_share_what_groups_tell_out),
      cmocka_unit_test(a_group_without_documents_changes_nothing),
      cmocka_unit_test(histograms_are_of_the_gradients),
      cmocka_unit_test(a_fault_is_one_bit_of_one_array),
      cmocka_unit_test(a_step_in_packs_is_the_whole_step),
      cmocka_unit_test(what_cannot_be_trained_is_refused),
      cmocka_unit_test(a_vocabulary_beyond_the_memory_is_refused),
  };
  return cmocka_run_group_tests(list, make_data, remove_folder);
}

int main(int argc, char **argv) {
  return run_with_world(argc, argv, tests);
}

/* The loss of held-out documents against one that is computed by hand: each window alone,
 * by a model of its own. */
#include "lockstep/memory.h"
#include "train/held_out.h"
#include "training_files.h"
#include <math.h>

enum { BLOCK = 48 };

static const char *const lines[] = {
    "Ada Boa was born in Rome.", "Where?",
    ("Ada Boc was born in Oslo in 1911. Ada Boc was born in Lima. Ada Boc was born in "
     "Bonn. "
     "Ada Boc was born in Rome. Ada Boc was born in 1910.")};
enum { LINES = sizeof lines / sizeof *lines };

static void write_lines(void) {
  char text[1000] = "";
  for (int i = 0; i < LINES; i++)
    snprintf(text + strlen(text), 500, "%s\n", lines[i]);
  assert_int_equal(lk_file_write("held-out.txt", text, strlen(text)), LK_OK);
}

/* Adds what the model loses on a stream, cut into the fewest windows. */
static void add_stream(const lk_trainer *t, lk_model *model, lk_pack *pack,
                       const lk_token *stream, size_t targets, double *nats) {
  size_t windows = (targets + BLOCK - 1) / BLOCK;
  for (size_t w = 0; w < windows; w++) {
    size_t first = targets * w / windows, end = targets * (w + 1) / windows;
    lk_pack_clear(pack);
    lk_pack_append(pack, stream + first, end - first + 1, 0);
    *nats += lk_model_forward(model, t->values, NULL, pack, NULL, NULL);
  }
}

/* By hand, of each line by itself or of all as one row. */
static lk_held_out_loss compute(const lk_trainer *t, int across) {
  const lk_tokenizer *tokenizer = lk_dataset_tokenizer(t->dataset);
  lk_model *model = NULL;
  lk_pack *pack = NULL;
  lk_token row[1000] = {lk_tokenizer_end(tokenizer)};
  double nats = 0, targets = 0, bytes = 0;
  size_t length = 1;
  assert_int_equal(lk_model_create(&model, t->table, 1, LK_KEEP_NOTHING, 0, LK_FP32),
                   LK_OK);
  assert_int_equal(lk_pack_create(&pack, 1, BLOCK), LK_OK);
  for (int i = 0; i < LINES; i++) {
    lk_passage passage = lk_passage_of(lines[i], "a line", 0);
    size_t count;
    assert_int_equal(lk_tokenizer_encode(tokenizer, &passage, row + length, 500, &count),
                     LK_OK);
    row[length + count] = row[0];
    length += count + 1;
    targets += (double)count + 1;
    bytes += (double)passage.size;
    if (across && i < LINES - 1) continue;
    add_stream(t, model, pack, row, length - 1, &nats);
    length = 1;
  }
  lk_pack_free(pack);
  lk_model_free(model);
  return (lk_held_out_loss){nats / targets, nats / log(2) / bytes};
}

static void compare(const char *arguments) {
  lk_trainer *trainer = NULL;
  lk_held_out *held_out = NULL;
  lk_held_out_loss loss;
  lk_metrics metrics;
  lk_config *config = config_with(arguments);
  if (lk_trainer_open(&trainer, world, config, LK_PRETRAIN, LK_TO_PROBE) != LK_OK ||
      lk_held_out_open(&held_out, trainer) != LK_OK)
    fail_msg("%s", lk_message());
  for (int i = 0; i < 2; i++) {
    assert_int_equal(lk_held_out_measure(held_out, trainer->values, &loss), LK_OK);
    lk_held_out_loss expected = compute(trainer, config->objective_across);
    assert_true(fabs(loss.nats - expected.nats) < 1e-5);
    assert_true(fabs(loss.bits - expected.bits) < 1e-5);
    assert_int_equal(lk_trainer_step(trainer, &metrics), LK_OK);
  }
  lk_held_out_free(held_out);
  lk_trainer_free(trainer);
  lk_config_free(config);
}

/* With more shards than documents, some of which then measure nothing. */
static void the_loss_is_that_of_each_window_alone(void **state) {
  (void)state;
  write_lines();
  uint64_t alive = lk_allocations_alive();
#define LANGUAGE "steps=2 objective.kind=language validation.file=held-out.txt "
  compare(LANGUAGE);
  compare(LANGUAGE "batch_size=16 shards=16 dropout=0.5");
  compare(LANGUAGE "label_smoothing=0.5 focus=2");
  compare(LANGUAGE "objective.across=true");
  compare(LANGUAGE "objective.across=true objective.full=true");
  compare(LANGUAGE "objective.full=true");
  assert_int_equal(lk_allocations_alive(), alive);
}

static int tests(void) {
  const struct CMUnitTest list[] = {
      cmocka_unit_test(the_loss_is_that_of_each_window_alone),
  };
  return cmocka_run_group_tests(list, make_data, remove_folder);
}

int main(int argc, char **argv) {
  return run_with_world(argc, argv, tests);
}

/* Checkpoints that are written beside training: from a copy, to the bytes of one that
 * training waits for, with the outcome known at the wait. */
#include "store_files.h"
#include "train/writer.h"

static const lk_shape shape = {
    .layers = 4, .heads = 2, .channels = 64, .block = 32, .vocabulary = 5};

static lk_config *config;
static lk_run *run;
static lk_checkpoint *model;
static lk_checkpoint_writer *writer;

static int set_up(void **state) {
  char *arguments[] = {"run=run"};
  if (make_folder(state)) return 1;
  must(lk_config_read(&config, NULL, 1, arguments));
  must(lk_run_open(&run, config));
  model = make_checkpoint_of(&shape, 1);
  must(lk_writer_create(&writer, model->trained.table->count, 0));
  return 0;
}

static int tear_down(void **state) {
  lk_writer_free(writer);
  lk_checkpoint_free(model);
  lk_run_close(run);
  lk_config_free(config);
  return remove_folder(state) || lk_allocations_alive();
}

/* The copy takes over the config's text. */
static void start(uint64_t step) {
  lk_checkpoint given = *model;
  given.info.step = step;
  must(lk_copy_text(&given.info.config, model->info.config));
  lk_writer_copy(writer, &given);
  lk_writer_start(writer, run);
}

/* What training changes meanwhile is not in it. */
static void test_it_is_what_was_copied(void **state) {
  (void)state;
  size_t bytes = model->trained.table->count * sizeof(float);
  model->info.step = 7;
  must(lk_checkpoint_write("waited.h5", model));
  assert_false(lk_writer_is_under_way(writer));
  start(7);
  assert_true(lk_writer_is_under_way(writer));
  memset(model->trained.values, 0x5A, bytes);
  memset(model->m, 0x5A, bytes);
  memset(model->v, 0x5A, bytes);
  must(lk_writer_wait(writer));
  assert_false(lk_writer_is_under_way(writer));
  assert_int_equal(lk_writer_step(writer), 7);
  assert_true(lk_writer_seconds(writer) > 0);
  assert_same_files("waited.h5", "run/checkpoints/step-000007.h5");
  assert_same_files("waited.h5", "run/checkpoints/latest");
}

/* A failure is not lost, and does not stand in the way of the next one. */
static void test_a_failure_is_found_at_the_wait(void **state) {
  (void)state;
  assert_int_equal(rename("run/checkpoints", "run/away"), 0);
  start(8);
  assert_int_equal(lk_writer_wait(writer), LK_IO);
  assert_non_null(strstr(lk_message(), "run/checkpoints/step-000008.h5: cannot write"));
  must(lk_writer_wait(writer)); /* nothing is under way */
  assert_int_equal(rename("run/away", "run/checkpoints"), 0);
  start(8);
  must(lk_writer_wait(writer));
  assert_int_equal(access("run/checkpoints/step-000008.h5", F_OK), 0);
}

static void test_an_end_waits(void **state) {
  (void)state;
  start(9);
  lk_writer_free(writer);
  lk_checkpoint *written = NULL;
  must(lk_checkpoint_read(&written, "run/checkpoints/step-000009.h5", 1));
  lk_checkpoint_free(written);
  must(lk_writer_create(&writer, model->trained.table->count, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_it_is_what_was_copied),
      cmocka_unit_test(test_a_failure_is_found_at_the_wait),
      cmocka_unit_test(test_an_end_waits),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}

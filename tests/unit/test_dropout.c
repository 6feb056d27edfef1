/* Dropout is where it is asked for: where what a part adds is 0, its dropout changes
 * nothing, and elsewhere all do. */
#include "lockstep/memory.h"
#include "lockstep/model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCK = 8, NOWHERE = LK_DROP_RESIDUAL + 1, WAYS };

static lk_parameters *table;
static float *values;
static double loss[WAYS];

static int prepare(void **state) {
  const lk_shape shape = {
      .layers = 2, .heads = 2, .channels = 8, .block = BLOCK, .vocabulary = 7};
  const lk_stream stream = {.seed = 5, .purpose = LK_RANDOM_WEIGHTS};
  (void)state;
  if (lk_parameters_create(&table, &shape) != LK_OK ||
      LK_NEW(values, table->count) != LK_OK)
    return 1;
  for (size_t i = 0; i < table->count; i++)
    values[i] = 0.5f * (float)lk_random_normal(&stream, i);
  return 0;
}

static int release(void **state) {
  (void)state;
  lk_parameters_free(table);
  lk_free(values);
  return lk_allocations_alive() != 0;
}

/* Weight and bias of what this part of each block adds to the stream become 0. */
static void silence(const char *part) {
  for (int t = 0; t < table->tensors; t++) {
    const lk_parameter *entry = &table->list[t];
    if (strstr(entry->name, part))
      memset(values + entry->offset, 0, entry->count * sizeof *values);
  }
}

static void measure(void) {
  static const lk_token text[BLOCK + 1] = {2, 3, 4, 3, 2, 5, 6, 1, 4};
  lk_model *model = NULL;
  lk_pack *pack = NULL;
  assert_int_equal(lk_pack_create(&pack, 1, BLOCK), LK_OK);
  assert_int_equal(lk_model_create(&model, table, 1, LK_KEEP_ALL, 1, LK_FP32), LK_OK);
  lk_pack_append(pack, text, BLOCK + 1, 0);
  for (int at = 0; at < WAYS; at++) {
    const lk_dropout drops = {0.5, {.seed = 3}, (lk_drop_at)at};
    loss[at] =
        lk_model_forward(model, values, NULL, pack, at == NOWHERE ? NULL : &drops, NULL);
  }
  lk_pack_free(pack);
  lk_model_free(model);
}

static void dropout_is_where_it_is_asked_for(void **state) {
  (void)state;
  measure();
  for (int one = 0; one < WAYS; one++)
    for (int other = 0; other < one; other++)
      if (loss[one] == loss[other]) fail_msg("%d is %d", one, other);
  silence("attn.proj.");
  measure();
  assert_true(loss[LK_DROP_ATTENTION] == loss[NOWHERE]);
  assert_true(loss[LK_DROP_HIDDEN] == loss[LK_DROP_ALL]);
  assert_true(loss[LK_DROP_RESIDUAL] != loss[NOWHERE]); /* of the MLP */
  silence("mlp.2.");
  measure();
  assert_true(loss[LK_DROP_RESIDUAL] == loss[NOWHERE]);
  assert_true(loss[LK_DROP_EMBEDDING] == loss[LK_DROP_ALL]);
  assert_true(loss[LK_DROP_EMBEDDING] != loss[NOWHERE]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(dropout_is_where_it_is_asked_for, prepare, release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

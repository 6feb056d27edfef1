/* Lockstep against PyTorch on the same weights and inputs: logits, loss, every gradient,
 * the losses of ten training steps and the parameters after them.
 *
 * The argument is a file of make_dump.py, which says why the tolerances can be held;
 * without it the committed tiny model is tested. timeout: 120 */
#include "lockstep/kernels.h"
#include "lockstep/model.h"
#include "lockstep/optimizer.h"
#include <hdf5.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 10 };

/* Logits and losses near 5 keep 6 to 7 digits in float32. */
static const double value_tolerance = 1e-5;

/* Of a gradient's own norm. */
static const double gradient_tolerance = 1e-4;

/* The gradient of a key bias is 0: what is computed is rounding alone, so its size is
 * compared with the query bias' instead, whose sum over rows it shares. */
static const double zero_tolerance = 1e-4;

/* Of a parameter after ten updates, absolute. */
static const double update_tolerance = 1e-5;

static const char *path = LK_SOURCE_DIR "/tests/reference/tiny.h5";

/* The file's content and a model with its weights. */
static struct {
  hid_t file;
  lk_parameters *table;
  lk_model *model;
  lk_pack *pack;
  double learning_rate;
  float *weights, *expected; /* (table->count) */
  float *gradients;          /* (table->count) of the mean loss, after get_gradients */
} t;

/* How many elements a dataset has, which is opened for it: -1 when it is not there. */
static hssize_t open_dataset(const char *name, hid_t *dataset) {
  *dataset = H5Dopen2(t.file, name, H5P_DEFAULT);
  if (*dataset < 0) return -1;
  hid_t space = H5Dget_space(*dataset);
  hssize_t count = H5Sget_simple_extent_npoints(space);
  H5Sclose(space);
  return count;
}

/* Reads all of a dataset that must have `count` elements. */
static void read_dataset(const char *name, hid_t type, uint64_t count, void *to) {
  hid_t dataset;
  hssize_t found = open_dataset(name, &dataset);
  if (found != (hssize_t)count)
    fail_msg("%s: %s has %lld elements, not %llu; remake it with make_dump.py", path, name,
             (long long)found, (unsigned long long)count);
  assert_true(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0);
  H5Dclose(dataset);
}

static void read_attribute(const char *name, hid_t type, void *to) {
  hid_t attribute = H5Aopen(t.file, name, H5P_DEFAULT);
  if (attribute < 0) fail_msg("%s has no attribute %s", path, name);
  assert_true(H5Aread(attribute, type, to) >= 0);
  H5Aclose(attribute);
}

/* What files of before it do not say is 0. */
static double read_option(const char *name) {
  double value = 0;
  if (H5Aexists(t.file, name) > 0) read_attribute(name, H5T_NATIVE_DOUBLE, &value);
  return value;
}

/* All tensors of one group into an array laid out by the table. */
static void read_tensors(const char *group, float *to) {
  for (int i = 0; i < t.table->tensors; i++) {
    const lk_parameter *entry = &t.table->list[i];
    char name[80];
    snprintf(name, sizeof name, "/%s/%s", group, entry->name);
    read_dataset(name, H5T_NATIVE_FLOAT, entry->count, to + entry->offset);
  }
}

/* Options that a file does not have are as they were before them. */
static void read_shape(lk_shape *shape) {
  *shape = (lk_shape){0};
  for (int i = 0; i < LK_SHAPE_FIELD_COUNT; i++) {
    const lk_shape_field *field = &lk_shape_fields[i];
    double value;
    if (field->optional && H5Aexists(t.file, field->name) <= 0) continue;
    read_attribute(field->name, H5T_NATIVE_DOUBLE, &value);
    lk_shape_set(shape, field, value);
  }
  read_attribute("vocabulary", H5T_NATIVE_INT, &shape->vocabulary);
  shape->positions = H5Lexists(t.file, "weights/pos_emb", H5P_DEFAULT) <= 0;
}

static void read_pack(void) {
  hid_t dataset;
  hssize_t strings = open_dataset("/lengths", &dataset);
  size_t row = (size_t)t.table->shape.block + 1;
  int32_t *lengths = NULL, *first_targets = NULL;
  lk_token *tokens = NULL;
  assert_true(strings > 0);
  H5Dclose(dataset);
  assert_int_equal(LK_NEW(lengths, (size_t)strings), LK_OK);
  assert_int_equal(LK_NEW(first_targets, (size_t)strings), LK_OK);
  assert_int_equal(LK_NEW(tokens, (size_t)strings * row), LK_OK);
  read_dataset("/lengths", H5T_NATIVE_INT32, (uint64_t)strings, lengths);
  read_dataset("/first_target", H5T_NATIVE_INT32, (uint64_t)strings, first_targets);
  read_dataset("/tokens", H5T_NATIVE_UINT32, (uint64_t)strings * row, tokens);
  assert_int_equal(lk_pack_create(&t.pack, (int)strings, t.table->shape.block), LK_OK);
  for (hssize_t i = 0; i < strings; i++)
    lk_pack_append(t.pack, tokens + (size_t)i * row, (size_t)lengths[i],
                   (size_t)first_targets[i]);
  lk_free(lengths);
  lk_free(first_targets);
  lk_free(tokens);
}

static int load(void **state) {
  (void)state;
  lk_shape shape;
  t.file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (t.file < 0) fail_msg("%s cannot be opened; make it with make_dump.py", path);
  read_shape(&shape);
  read_attribute("learning_rate", H5T_NATIVE_DOUBLE, &t.learning_rate);
  assert_int_equal(lk_parameters_create(&t.table, &shape), LK_OK);
  assert_int_equal(LK_NEW(t.weights, t.table->count), LK_OK);
  assert_int_equal(LK_NEW(t.expected, t.table->count), LK_OK);
  assert_int_equal(LK_NEW(t.gradients, t.table->count), LK_OK);
  read_tensors("weights", t.weights);
  read_pack();
  assert_int_equal(lk_model_create(&t.model, t.table, t.pack->B, LK_KEEP_ALL, 0, LK_FP32),
                   LK_OK);
  lk_model_learn_from(t.model,
                      (lk_loss){read_option("label_smoothing"), read_option("focus")});
  return 0;
}

static int unload(void **state) {
  (void)state;
  lk_model_free(t.model);
  lk_pack_free(t.pack);
  lk_free(t.weights);
  lk_free(t.expected);
  lk_free(t.gradients);
  lk_parameters_free(t.table);
  H5Fclose(t.file);
  assert_int_equal(lk_allocations_alive(), 0);
  return 0;
}

static int load_fast(void **state) {
  lk_kernels_select(LK_KERNELS_FAST);
  return load(state);
}

static int load_reference(void **state) {
  lk_kernels_select(LK_KERNELS_REFERENCE);
  return load(state);
}

static void logits_match(void **state) {
  (void)state;
  size_t count = (size_t)t.pack->M * (size_t)t.table->shape.vocabulary;
  float *expected = NULL;
  assert_int_equal(LK_NEW(expected, count), LK_OK);
  read_dataset("/logits", H5T_NATIVE_FLOAT, count, expected);
  const float *logits = lk_model_logits(t.model, t.weights, t.pack);
  for (size_t i = 0; i < count; i++)
    if (!(fabs((double)logits[i] - expected[i]) <= value_tolerance))
      fail_msg("logit %zu is %.8g, PyTorch's %.8g", i, logits[i], expected[i]);
  lk_free(expected);
}

/* Gradients of the mean loss into t.gradients; returns the loss. */
static double get_gradients(const float *values) {
  memset(t.gradients, 0, t.table->count * sizeof *t.gradients);
  double loss =
      lk_model_forward(t.model, values, t.gradients, t.pack, NULL, NULL) / t.pack->M;
  lk_model_backward(t.model, values, t.gradients, NULL);
  for (uint64_t i = 0; i < t.table->count; i++)
    t.gradients[i] /= (float)t.pack->M;
  return loss;
}

static void loss_matches(void **state) {
  (void)state;
  double expected;
  read_dataset("/loss", H5T_NATIVE_DOUBLE, 1, &expected);
  double loss = get_gradients(t.weights);
  if (!(fabs(loss - expected) <= value_tolerance))
    fail_msg("the loss is %.9g, PyTorch's %.9g", loss, expected);
}

/* Euclidean norm of a - b over one tensor; b NULL: of a. */
static double distance(const lk_parameter *entry, const float *a, const float *b) {
  double sum = 0;
  for (uint64_t i = entry->offset; i < entry->offset + entry->count; i++) {
    double difference = (double)a[i] - (b ? (double)b[i] : 0);
    sum += difference * difference;
  }
  return sqrt(sum);
}

static int is_key_bias(const char *name) {
  const char *end = strstr(name, "attn.key.bias");
  return end && !strcmp(end, "attn.key.bias");
}

/* The largest distance that a tensor's gradient may have from PyTorch's. */
static double gradient_bound(const lk_parameter *entry, const float *expected) {
  if (!is_key_bias(entry->name))
    return gradient_tolerance * distance(entry, expected, NULL);
  char name[sizeof entry->name];
  int prefix = (int)(strlen(entry->name) - strlen("key.bias"));
  snprintf(name, sizeof name, "%.*squery.bias", prefix, entry->name);
  const lk_parameter *query = lk_parameters_find(t.table, name);
  assert_non_null(query);
  return zero_tolerance * distance(query, expected, NULL);
}

static void every_gradient_matches(void **state) {
  (void)state;
  read_tensors("gradients", t.expected);
  get_gradients(t.weights);
  for (int i = 0; i < t.table->tensors; i++) {
    const lk_parameter *entry = &t.table->list[i];
    double bound = gradient_bound(entry, t.expected);
    double off = distance(entry, t.gradients, t.expected);
    if (!(bound > 0 && off <= bound))
      fail_msg("the gradient of %s is %.3g from PyTorch's, at most %.3g is allowed",
               entry->name, off, bound);
  }
}

/* Ten updates of `values`; losses[STEPS] are those before each. */
static void train(float *values, double *losses) {
  const lk_optimizer_settings settings = {.name =
                                              read_option("muon") != 0 ? LK_MUON : LK_ADAMW,
                                          .beta1 = 0.9,
                                          .beta2 = 0.95,
                                          .epsilon = 1e-8,
                                          .momentum = 0.95,
                                          .weight_decay = 0.1};
  lk_optimizer *optimizer = NULL;
  assert_int_equal(lk_optimizer_create(&optimizer, &settings, t.table, NULL, NULL), LK_OK);
  for (int step = 0; step < STEPS; step++) {
    losses[step] = get_gradients(values);
    double norm = lk_gradient_norm(t.gradients, t.table->count);
    const lk_update update = {(uint64_t)step + 1, t.learning_rate, lk_clip_factor(1, norm)};
    lk_optimizer_update(optimizer, &update, t.gradients, values, 0, t.table->count);
  }
  lk_optimizer_free(optimizer);
}

static void check_losses(const double *losses) {
  double expected[STEPS];
  read_dataset("/losses", H5T_NATIVE_DOUBLE, STEPS, expected);
  for (int step = 0; step < STEPS; step++)
    if (!(fabs(losses[step] - expected[step]) <= value_tolerance))
      fail_msg("the loss of step %d is %.9g, PyTorch's %.9g", step + 1, losses[step],
               expected[step]);
}

static void check_parameters(const float *values) {
  read_tensors("after", t.expected);
  for (int k = 0; k < t.table->tensors; k++) {
    const lk_parameter *entry = &t.table->list[k];
    for (uint64_t i = entry->offset; i < entry->offset + entry->count; i++)
      if (!(fabs((double)values[i] - t.expected[i]) <= update_tolerance))
        fail_msg("%s element %llu is %.8g after %d steps, PyTorch's %.8g", entry->name,
                 (unsigned long long)(i - entry->offset), values[i], STEPS, t.expected[i]);
  }
}

static void ten_steps_match(void **state) {
  (void)state;
  double losses[STEPS];
  float *values = NULL;
  assert_int_equal(LK_NEW(values, t.table->count), LK_OK);
  memcpy(values, t.weights, t.table->count * sizeof *values);
  train(values, losses);
  check_losses(losses);
  check_parameters(values);
  lk_free(values);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(logits_match),
      cmocka_unit_test(loss_matches),
      cmocka_unit_test(every_gradient_matches),
      cmocka_unit_test(ten_steps_match),
  };
  if (argc > 1) path = argv[1];
  int failed = cmocka_run_group_tests_name("fast kernels", tests, load_fast, unload);
  if (argc > 1) return failed; /* the plain kernels need minutes for the full size */
  return failed +
         cmocka_run_group_tests_name("reference kernels", tests, load_reference, unload);
}

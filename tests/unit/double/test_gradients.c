/* Every backward kernel against central differences, in double: relative error at most
 * 1e-6.
 *
 * A kernel's gradient is tested along random directions: with f = <r, kernel(x)>, the
 * derivative of f along direction u is (f(x + h·u) - f(x - h·u)) / 2h, and <gradient, u>
 * must equal it. */
#include "lockstep/attention.h"
#include "lockstep/kernels.h"
#include "lockstep/model.h"
#include "lockstep/nn.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static double random_at(uint32_t site, uint64_t element) {
  lk_stream stream = {.seed = 5, .purpose = LK_RANDOM_WEIGHTS, .site = site};
  return lk_random_normal(&stream, element);
}

static void fill(double *to, size_t count, uint32_t site) {
  for (size_t i = 0; i < count; i++)
    to[i] = random_at(site, i);
}

static double dot(const double *a, const double *b, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += a[i] * b[i];
  return sum;
}

/* f(x) of some kernel, all else fixed in `context`. */
typedef double (*function)(const double *x, void *context);

static void check_gradient(function f, double *x, const double *gradient, size_t count,
                           void *context, const char *name) {
  enum { DIRECTIONS = 4 };
  double h = 1e-5, *direction = NULL, *moved = NULL;
  assert_int_equal(LK_NEW(direction, count), LK_OK);
  assert_int_equal(LK_NEW(moved, count), LK_OK);
  for (int d = 0; d < DIRECTIONS; d++) {
    fill(direction, count, (uint32_t)(100 + d));
    for (size_t i = 0; i < count; i++)
      moved[i] = x[i] + h * direction[i];
    double above = f(moved, context);
    for (size_t i = 0; i < count; i++)
      moved[i] = x[i] - h * direction[i];
    double numeric = (above - f(moved, context)) / (2 * h);
    double analytic = dot(gradient, direction, count);
    double size = sqrt(dot(gradient, gradient, count) * dot(direction, direction, count)) /
                  sqrt((double)count);
    if (fabs(numeric - analytic) > 1e-6 * fmax(fmax(fabs(numeric), fabs(analytic)), size))
      fail_msg("%s: central difference %.12g, gradient %.12g", name, numeric, analytic);
  }
  lk_free(direction);
  lk_free(moved);
}

enum { ROWS = 7, INPUTS = 21, OUTPUTS = 19, MOST = 4096 };
static double x[MOST], weight[MOST], bias[MOST], r[MOST], y[MOST], dx[MOST], dw[MOST],
    db[MOST];
static double s1[MOST], s2[MOST], scratch[MOST];

static void prepare(void) {
  fill(x, MOST, 1);
  fill(weight, MOST, 2);
  fill(bias, MOST, 3);
  fill(r, MOST, 4);
  memset(dx, 0, sizeof dx);
  memset(dw, 0, sizeof dw);
  memset(db, 0, sizeof db);
}

typedef struct {
  const double *x, *weight, *bias;
} linear_fixed;

static const lk_linear layer = {INPUTS, OUTPUTS, NULL};

static double linear_value(const linear_fixed *in) {
  lk_linear_forward(&layer, y, lk_fp32_operand((double *)in->x),
                    lk_fp32_operand((double *)in->weight), in->bias, ROWS);
  return dot(y, r, ROWS * OUTPUTS);
}
static double linear_of_x(const double *at, void *context) {
  (void)context;
  return linear_value(&(linear_fixed){at, weight, bias});
}
static double linear_of_weight(const double *at, void *context) {
  (void)context;
  return linear_value(&(linear_fixed){x, at, bias});
}
static double linear_of_bias(const double *at, void *context) {
  (void)context;
  return linear_value(&(linear_fixed){x, weight, at});
}

static void linear_gradients_match(void **state) {
  (void)state;
  prepare();
  lk_linear_backward_input(&layer, dx, 0, lk_fp32_operand(r), lk_fp32_operand(weight),
                           ROWS);
  lk_linear_backward_weight(&layer, dw, db, lk_fp32_operand(r), lk_fp32_operand(x), ROWS);
  check_gradient(linear_of_x, x, dx, ROWS * INPUTS, NULL, "linear, input");
  check_gradient(linear_of_weight, weight, dw, INPUTS * OUTPUTS, NULL, "linear, weight");
  check_gradient(linear_of_bias, bias, db, OUTPUTS, NULL, "linear, bias");
}

static double norm_value(const double *at, const double *w, const double *b) {
  lk_layer_norm_forward(lk_fp32_operand(y), s1, s2, at, w, b, ROWS, INPUTS);
  return dot(y, r, ROWS * INPUTS);
}
static double norm_of_x(const double *at, void *context) {
  (void)context;
  return norm_value(at, weight, bias);
}
static double norm_of_weight(const double *at, void *context) {
  (void)context;
  return norm_value(x, at, bias);
}
static double norm_of_bias(const double *at, void *context) {
  (void)context;
  return norm_value(x, weight, at);
}

static void layer_norm_gradients_match(void **state) {
  (void)state;
  prepare();
  norm_value(x, weight, bias);
  lk_layer_norm_backward(dx, dw, db, r, x, s1, s2, weight, ROWS, INPUTS);
  check_gradient(norm_of_x, x, dx, ROWS * INPUTS, NULL, "layer norm, input");
  check_gradient(norm_of_weight, weight, dw, INPUTS, NULL, "layer norm, weight");
  check_gradient(norm_of_bias, bias, db, INPUTS, NULL, "layer norm, bias");
}

static double rms_value(const double *at, const double *w) {
  lk_rms_norm_forward(lk_fp32_operand(y), s2, at, w, ROWS, INPUTS);
  return dot(y, r, ROWS * INPUTS);
}
static double rms_of_x(const double *at, void *context) {
  (void)context;
  return rms_value(at, weight);
}
static double rms_of_weight(const double *at, void *context) {
  (void)context;
  return rms_value(x, at);
}

static void rms_norm_gradients_match(void **state) {
  (void)state;
  prepare();
  rms_value(x, weight);
  lk_rms_norm_backward(dx, dw, r, x, s2, weight, ROWS, INPUTS);
  check_gradient(rms_of_x, x, dx, ROWS * INPUTS, NULL, "RMS norm, input");
  check_gradient(rms_of_weight, weight, dw, INPUTS, NULL, "RMS norm, weight");
}

static double activation_value(const double *at, void *context) {
  memcpy(scratch, at, ROWS * INPUTS * sizeof *at);
  lk_activation_forward(*(lk_activation *)context, lk_fp32_operand(y), scratch,
                        ROWS * INPUTS);
  return dot(y, r, ROWS * INPUTS);
}

static void activation_gradients_match(void **state) {
  (void)state;
  static const char *const names[] = {"GELU", "GELU by tanh"};
  prepare();
  for (lk_activation kind = LK_GELU; kind <= LK_GELU_TANH; kind++) {
    activation_value(x, &kind);
    lk_activation_backward(lk_fp32_operand(dx), r, scratch, ROWS * INPUTS);
    check_gradient(activation_value, x, dx, ROWS * INPUTS, &kind, names[kind]);
  }
}

static double residual_value(const double *at, void *context) {
  lk_residual_forward(y, x, at, context, 1.25, ROWS * INPUTS);
  return dot(y, r, ROWS * INPUTS);
}

static void dropout_gradient_matches(void **state) {
  (void)state;
  prepare();
  uint32_t keep[LK_KEEP_WORDS * (1 + ROWS * INPUTS / LK_KEEP_ELEMENTS)];
  lk_stream stream = {.seed = 1, .purpose = LK_RANDOM_DROPOUT};
  lk_random_keep_bits(&stream, 0.2, keep, ROWS * INPUTS);
  lk_drop_elements(lk_fp32_operand(dx), r, keep, 1.25, ROWS * INPUTS);
  check_gradient(residual_value, weight, dx, ROWS * INPUTS, keep, "dropout and residual");
}

static lk_loss loss;

static double entropy_value(const double *at, void *context) {
  double losses[ROWS], sum = 0;
  memcpy(scratch, at, ROWS * INPUTS * sizeof *at);
  lk_cross_entropy(losses, scratch, context, ROWS, INPUTS, 1, loss);
  for (int i = 0; i < ROWS; i++)
    sum += losses[i];
  return sum;
}

static void cross_entropy_gradient_matches(void **state) {
  (void)state;
  prepare();
  lk_token targets[ROWS] = {0, 20, 3, 3, 7, 19, 1};
  static const lk_loss kinds[] = {{1, 0}, {0.25, 0}, {0, 0.5}, {0, 2}, {0.25, 2}, {0, 0}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    loss = kinds[i];
    entropy_value(x, targets);
    memcpy(dx, scratch, sizeof dx);
    check_gradient(entropy_value, x, dx, ROWS * INPUTS, targets, "cross-entropy");
  }
}

/* Two sequences, one with all rows as queries, one with its last rows only; 2 heads of 5.
 */
enum { HEADS = 2, SIZE = 5, WIDTH = HEADS * SIZE, KEYS = 40, QUERIES = 27 };
static const lk_span spans[2] = {{0, 21, 0, 21}, {21, 19, 21, 6}};

typedef struct {
  lk_attention *attention;
  const uint32_t *keep;
  double *q, *k, *v;
} attention_fixed;

static lk_attention_input attention_input(const attention_fixed *in) {
  return (lk_attention_input){spans, 2, in->q, WIDTH, in->k, in->v, WIDTH, in->keep, 1.25};
}

static double attention_value(const attention_fixed *in) {
  lk_attention_input input = attention_input(in);
  lk_attention_forward(in->attention, &input, y, s1);
  return dot(y, r, QUERIES * WIDTH);
}
static double attention_of_q(const double *at, void *context) {
  attention_fixed in = *(attention_fixed *)context;
  in.q = (double *)at;
  return attention_value(&in);
}
static double attention_of_k(const double *at, void *context) {
  attention_fixed in = *(attention_fixed *)context;
  in.k = (double *)at;
  return attention_value(&in);
}
static double attention_of_v(const double *at, void *context) {
  attention_fixed in = *(attention_fixed *)context;
  in.v = (double *)at;
  return attention_value(&in);
}

/* Columns of keys and values that no head has get no gradient. */
static void attention_gradients_match(const uint32_t *keep, int group) {
  prepare();
  attention_fixed fixed = {NULL, keep, x, weight, bias};
  assert_int_equal(lk_attention_create(&fixed.attention, HEADS, SIZE, KEYS), LK_OK);
  lk_attention_share_keys(fixed.attention, group);
  attention_value(&fixed);
  lk_attention_input input = attention_input(&fixed);
  lk_attention_backward(fixed.attention, &input, y, s1, r, dx, dw, db);
  check_gradient(attention_of_q, x, dx, QUERIES * WIDTH, &fixed, "attention, queries");
  check_gradient(attention_of_k, weight, dw, KEYS * WIDTH, &fixed, "attention, keys");
  check_gradient(attention_of_v, bias, db, KEYS * WIDTH, &fixed, "attention, values");
  lk_attention_free(fixed.attention);
}

static void attention_gradients_match_without_dropout(void **state) {
  (void)state;
  attention_gradients_match(NULL, 1);
  attention_gradients_match(NULL, HEADS);
}

static void attention_gradients_match_with_dropout(void **state) {
  (void)state;
  static uint32_t keep[256];
  lk_stream stream = {.seed = 9, .purpose = LK_RANDOM_DROPOUT};
  assert_true(lk_attention_keep_size(spans, 2, HEADS) <= 8 * sizeof keep);
  lk_random_keep_bits(&stream, 0.2, keep, 8 * sizeof keep);
  attention_gradients_match(keep, 1);
  attention_gradients_match(keep, HEADS);
}

/* The whole model, with dropout and with rows that carry no loss. */
typedef struct {
  lk_model *model;
  lk_pack *pack;
  lk_dropout dropout;
  double *unused; /* gradients, without which the loss would be cross-entropy */
} model_fixed;

static double model_value(const double *values, void *context) {
  model_fixed *in = context;
  return lk_model_forward(in->model, values, in->unused, in->pack, &in->dropout, NULL);
}

/* One forward and backward pass of a new model. */
static lk_model *learn(const model_fixed *in, const lk_parameters *table, lk_keep keep,
                       const double *values, double *gradients) {
  lk_model *model = NULL;
  assert_int_equal(lk_model_create(&model, table, 3, keep, in->dropout.drop > 0, LK_FP32),
                   LK_OK);
  lk_model_learn_from(model, loss);
  lk_model_forward(model, values, gradients, in->pack, &in->dropout, NULL);
  lk_model_backward(model, values, gradients, NULL);
  return model;
}

/* What is computed again is the same. */
static void recomputed_gradient_matches(const model_fixed *in, const lk_parameters *table,
                                        const double *values, const double *gradients) {
  double *again = NULL;
  assert_int_equal(LK_NEW(again, table->count), LK_OK);
  lk_model_free(learn(in, table, LK_KEEP_INPUTS, values, again));
  assert_memory_equal(again, gradients, table->count * sizeof *again);
  lk_free(again);
}

static lk_drop_at drop_at;

/* Of a small model with the options of `shape`. */
static void model_gradient_matches(double drop, lk_shape shape) {
  shape.layers = 3;
  shape.heads = 2;
  shape.channels = 12;
  shape.block = 10;
  shape.vocabulary = 9;
  lk_parameters *table = NULL;
  model_fixed in = {.dropout = {drop, {.seed = 3, .purpose = LK_RANDOM_DROPOUT}, drop_at}};
  double *values = NULL, *gradients = NULL;
  const lk_token texts[3][11] = {
      {2, 3, 4, 5, 6, 7, 8, 2, 3, 4, 5}, {8, 7, 1, 6, 1}, {2, 2}};
  assert_int_equal(lk_parameters_create(&table, &shape), LK_OK);
  assert_int_equal(LK_NEW(values, table->count), LK_OK);
  assert_int_equal(LK_NEW(gradients, table->count), LK_OK);
  assert_int_equal(LK_NEW(in.unused, table->count), LK_OK);
  assert_int_equal(lk_pack_create(&in.pack, 3, shape.block), LK_OK);
  lk_pack_append(in.pack, texts[0], 11, 0);
  lk_pack_append(in.pack, texts[1], 5, 2);
  lk_pack_append(in.pack, texts[2], 2, 0);
  for (size_t i = 0; i < table->count; i++)
    values[i] = 0.3 * random_at(8, i);
  in.model = learn(&in, table, LK_KEEP_ALL, values, gradients);
  recomputed_gradient_matches(&in, table, values, gradients);
  for (int t = 0; t < table->tensors;
       t++) { /* each tensor alone, so that none hides another */
    const lk_parameter *entry = &table->list[t];
    double *only = NULL;
    assert_int_equal(LK_NEW(only, table->count), LK_OK);
    memcpy(only + entry->offset, gradients + entry->offset, entry->count * sizeof *only);
    double h = 1e-5, size = sqrt(dot(only, only, table->count));
    double *moved = NULL;
    assert_int_equal(LK_NEW(moved, table->count), LK_OK);
    for (int sign = 0; sign < 2; sign++) {
      memcpy(moved, values, table->count * sizeof *moved);
      for (size_t i = 0; i < entry->count; i++)
        moved[entry->offset + i] += (sign ? -h : h) * random_at(77, i);
      scratch[sign] = model_value(moved, &in);
    }
    double numeric = (scratch[0] - scratch[1]) / (2 * h), analytic = 0;
    for (size_t i = 0; i < entry->count; i++)
      analytic += only[entry->offset + i] * random_at(77, i);
    if (fabs(numeric - analytic) > 1e-6 * fmax(fabs(analytic), size) + 1e-9)
      fail_msg("%s: central difference %.12g, gradient %.12g", entry->name, numeric,
               analytic);
    lk_free(only);
    lk_free(moved);
  }
  lk_model_free(in.model);
  lk_pack_free(in.pack);
  lk_parameters_free(table);
  lk_free(values);
  lk_free(gradients);
  lk_free(in.unused);
}

static void model_gradient_matches_without_dropout(void **state) {
  (void)state;
  model_gradient_matches(0, (lk_shape){0});
}

static void model_gradient_matches_with_dropout(void **state) {
  (void)state;
  model_gradient_matches(0.3, (lk_shape){0});
}

static void model_gradient_matches_with_some_dropout(void **state) {
  (void)state;
  for (drop_at = LK_DROP_HIDDEN; drop_at <= LK_DROP_RESIDUAL; drop_at++)
    model_gradient_matches(0.3, (lk_shape){0});
  drop_at = LK_DROP_ALL;
}

static void model_gradient_matches_of_another_loss(void **state) {
  (void)state;
  loss = (lk_loss){.smoothing = 0.2, .focus = 1.5};
  model_gradient_matches(0.3, (lk_shape){.tied = 1});
  loss = (lk_loss){0};
}

static void model_gradient_matches_with_each_option(void **state) {
  (void)state;
  for (int i = 0; i < LK_SHAPE_FIELD_COUNT; i++) {
    lk_shape shape = {0};
    if (!lk_shape_fields[i].optional || lk_shape_fields[i].kind == LK_SHAPE_real) continue;
    lk_shape_set(&shape, &lk_shape_fields[i], 1);
    model_gradient_matches(0.3, shape);
  }
}

static void model_gradient_matches_as_gpt2(void **state) {
  (void)state;
  model_gradient_matches(0.3, (lk_shape){.activation = LK_GELU_TANH, .tied = 1});
}

static void model_gradient_matches_as_pythia(void **state) {
  (void)state;
  model_gradient_matches(0.3, (lk_shape){.positions = LK_ROTARY_POSITIONS,
                                         .residual = LK_PARALLEL_RESIDUAL,
                                         .rotary_share = 0.7}); /* 4 of 6 channels */
}

static int use_fast(void **state) {
  (void)state;
  lk_kernels_select(LK_KERNELS_FAST);
  return 0;
}

static int use_reference(void **state) {
  (void)state;
  lk_kernels_select(LK_KERNELS_REFERENCE);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(linear_gradients_match),
      cmocka_unit_test(layer_norm_gradients_match),
      cmocka_unit_test(rms_norm_gradients_match),
      cmocka_unit_test(activation_gradients_match),
      cmocka_unit_test(dropout_gradient_matches),
      cmocka_unit_test(cross_entropy_gradient_matches),
      cmocka_unit_test(attention_gradients_match_without_dropout),
      cmocka_unit_test(attention_gradients_match_with_dropout),
      cmocka_unit_test(model_gradient_matches_without_dropout),
      cmocka_unit_test(model_gradient_matches_with_dropout),
      cmocka_unit_test(model_gradient_matches_with_some_dropout),
      cmocka_unit_test(model_gradient_matches_of_another_loss),
      cmocka_unit_test(model_gradient_matches_with_each_option),
      cmocka_unit_test(model_gradient_matches_as_gpt2),
      cmocka_unit_test(model_gradient_matches_as_pythia),
  };
  int failed = cmocka_run_group_tests_name("fast kernels", tests, use_fast, NULL);
  return failed +
         cmocka_run_group_tests_name("reference kernels", tests, use_reference, NULL);
}

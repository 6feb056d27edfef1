/* oneDNN's matmul primitives, one a product of a layer. The number of rows is left open
 * when they are made, since packs have any length: nothing is compiled while training, and
 * no rows are added to fill up a shape. */
#include "nn/onednn.h"
#include "lockstep/memory.h"

#ifdef LOCKSTEP_HAVE_ONEDNN

#include "nn/onednn_version.h"
#include <assert.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

struct lk_onednn {
  dnnl_data_type_t type; /* of factors */
  dnnl_dim_t inputs, outputs;
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_t products[LK_PRODUCTS];
};

static lk_status first_failure = LK_OK;

lk_status lk_linear_status(void) {
  return first_failure;
}

static int isa_includes(dnnl_cpu_isa_t isa) {
  return ((int)dnnl_get_effective_cpu_isa() & (int)isa) == (int)isa;
}

lk_status lk_precision_check(lk_precision precision, const char *key, const char *origin) {
  if (precision == LK_FP32 || isa_includes(dnnl_cpu_isa_avx512_core_bf16)) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: %s is bf16, but this processor has no bf16 instructions "
                 "(avx512_bf16), or ONEDNN_MAX_CPU_ISA forbids them; set %s=fp32",
                 origin, key, key);
}

int lk_onednn_is_there(void) {
  return 1;
}

void lk_onednn_set_threads(int threads) {
  omp_set_num_threads(threads);
}

const char *lk_onednn_description(void) {
  static char text[48];
  const dnnl_version_t *version = dnnl_version();
  snprintf(text, sizeof text, "oneDNN %d.%d.%d %s", version->major, version->minor,
           version->patch,
           isa_includes(dnnl_cpu_isa_avx512_core_amx)    ? "AMX"
           : isa_includes(dnnl_cpu_isa_avx512_core_bf16) ? "AVX512_BF16"
                                                         : "without bf16");
  return text;
}

static lk_status check(dnnl_status_t status, const char *what) {
  if (status == dnnl_success) return LK_OK;
  return lk_fail(LK_INTERNAL, "oneDNN cannot %s: %s (its status %d)", what,
                 status == dnnl_out_of_memory ? "out of memory" : "see dnnl_status_t",
                 (int)status);
}

static void free_shapes(lk_matrix_shape of[LK_MATRICES]) {
  for (int i = LK_A; i < LK_MATRICES; i++)
    lk_matrix_shape_free(&of[i]);
}

/* Sizes and strides of a (m, k), b (k, n), c (m, n) and a bias (1, n). Weights are
 * (outputs, inputs) and everything is stored by rows, so weightᵀ and dyᵀ are read across.
 * The caller frees the shapes, also after a failure. */
static dnnl_status_t describe(lk_matrix_shape of[LK_MATRICES], const lk_onednn *layer,
                              lk_product product, dnnl_dim_t rows) {
  const dnnl_dim_t in = layer->inputs, out = layer->outputs;
  const dnnl_dims_t forward[] = {{rows, in},  {in, 1},  {in, out}, {1, in},
                                 {rows, out}, {out, 1}, {1, out},  {out, 1}};
  const dnnl_dims_t input[] = {{rows, out}, {out, 1},   {out, in},
                               {in, 1},     {rows, in}, {in, 1}};
  const dnnl_dims_t weight[] = {{out, rows}, {1, out},  {rows, in},
                                {in, 1},     {out, in}, {in, 1}};
  const dnnl_dims_t *lists[LK_PRODUCTS] = {forward, forward, input, forward, input, weight};
  const dnnl_dims_t *list = lists[product];
  const int count = product == LK_PRODUCT_BIAS ? LK_MATRICES : LK_BIAS;
  dnnl_status_t status = dnnl_success;
  memset(of, 0, LK_MATRICES * sizeof *of);
  for (int i = LK_A; i < count && status == dnnl_success; i++)
    status = lk_matrix_shape_create(&of[i], list[2 * i], i < LK_C ? layer->type : dnnl_f32,
                                    list[2 * i + 1]);
  return status;
}

/* Sums of more terms oneDNN 2.6 computes in pieces, and adds each to c: of so many with
 * vectors of 16 or 32 bytes, of 384 with those of 64. */
enum { PIECE = 256 };

int lk_onednn_takes_bias(const lk_onednn *layer) {
  return layer->inputs <= PIECE;
}

/* attributes: c = a·b, or c += a·b. */
static lk_status set_attributes(dnnl_primitive_attr_t attributes, int add) {
  dnnl_post_ops_t operations = NULL;
  if (!add) return LK_OK;
  LK_TRY(check(dnnl_post_ops_create(&operations), "make a list of operations"));
  dnnl_status_t status = lk_sum_append(operations);
  if (status == dnnl_success)
    status = dnnl_primitive_attr_set_post_ops(attributes, operations);
  dnnl_post_ops_destroy(operations);
  return check(status, "add to a matrix");
}

static lk_status create_primitive(lk_onednn *layer, lk_product product,
                                  dnnl_primitive_attr_t attributes) {
  lk_matrix_shape of[LK_MATRICES];
  dnnl_primitive_desc_t found = NULL;
  LK_TRY(set_attributes(attributes, product >= LK_PRODUCT_FORWARD_ADD));
  dnnl_status_t status = describe(of, layer, product, DNNL_RUNTIME_DIM_VAL);
  if (status == dnnl_success)
    status = lk_product_find(&found, layer->engine, of, attributes);
  free_shapes(of);
  LK_TRY(check(status, "find a product of matrices"));
  status = dnnl_primitive_create(&layer->products[product], found);
  dnnl_primitive_desc_destroy(found);
  return check(status, "make a product");
}

static int is_needed(const lk_onednn *layer, lk_product product) {
  if (product == LK_PRODUCT_BIAS) return lk_onednn_takes_bias(layer);
  return layer->type == dnnl_bf16;
}

static lk_status create_products(lk_onednn *layer) {
  LK_TRY(check(dnnl_engine_create(&layer->engine, dnnl_cpu, 0), "start"));
  LK_TRY(check(dnnl_stream_create(&layer->stream, layer->engine, dnnl_stream_default_flags),
               "start"));
  for (int product = 0; product < LK_PRODUCTS; product++) {
    dnnl_primitive_attr_t attributes = NULL;
    if (!is_needed(layer, (lk_product)product)) continue;
    LK_TRY(check(dnnl_primitive_attr_create(&attributes), "make attributes"));
    lk_status status = create_primitive(layer, (lk_product)product, attributes);
    dnnl_primitive_attr_destroy(attributes);
    if (status != LK_OK) return status;
  }
  return LK_OK;
}

lk_status lk_onednn_create(lk_onednn **out, lk_precision precision, int inputs,
                           int outputs) {
  lk_onednn *layer = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(layer, 1));
  layer->type = precision == LK_FP32 ? dnnl_f32 : dnnl_bf16;
  layer->inputs = inputs;
  layer->outputs = outputs;
  lk_status status = create_products(layer);
  if (status != LK_OK) {
    lk_onednn_free(layer);
    return status;
  }
  *out = layer;
  return LK_OK;
}

void lk_onednn_free(lk_onednn *layer) {
  if (!layer) return;
  for (int i = 0; i < LK_PRODUCTS; i++)
    if (layer->products[i]) dnnl_primitive_destroy(layer->products[i]);
  if (layer->stream) dnnl_stream_destroy(layer->stream);
  if (layer->engine) dnnl_engine_destroy(layer->engine);
  lk_free(layer);
}

static dnnl_status_t execute(const lk_onednn *layer, lk_product product,
                             const dnnl_exec_arg_t *arguments, int count) {
  dnnl_status_t status =
      dnnl_primitive_execute(layer->products[product], layer->stream, count, arguments);
  return status == dnnl_success ? dnnl_stream_wait(layer->stream) : status;
}

static lk_status multiply(const lk_onednn *layer, lk_product product,
                          void *const data[LK_MATRICES], int rows) {
  const int roles[LK_MATRICES] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST,
                                  DNNL_ARG_BIAS};
  const int count = data[LK_BIAS] ? LK_MATRICES : LK_BIAS;
  lk_matrix_shape of[LK_MATRICES];
  dnnl_exec_arg_t arguments[LK_MATRICES];
  int made = 0;
  dnnl_status_t status = describe(of, layer, product, rows);
  for (; made < count && status == dnnl_success; made += status == dnnl_success) {
    arguments[made].arg = roles[made];
    status =
        lk_matrix_create(&arguments[made].memory, &of[made], layer->engine, data[made]);
  }
  if (status == dnnl_success) status = execute(layer, product, arguments, count);
  while (made > 0)
    dnnl_memory_destroy(arguments[--made].memory);
  free_shapes(of);
  return check(status, "multiply");
}

enum { SUMS = 1 << 18 };
static float sums[SUMS]; /* of some rows, before they are added to what they belong to */

/* c += a · b without oneDNN's own sum. */
static lk_status add_rows(const lk_onednn *layer, lk_product product,
                          void *const data[LK_MATRICES], int rows) {
  int is_forward = product == LK_PRODUCT_FORWARD_ADD;
  size_t columns = (size_t)(is_forward ? layer->outputs : layer->inputs);
  size_t terms = (size_t)(is_forward ? layer->inputs : layer->outputs);
  const int most = (int)(SUMS / columns);
  assert(most > 0 && layer->type == dnnl_bf16);
  for (int first = 0, part; first < rows; first += part) {
    lk_bf16 *a = (lk_bf16 *)data[LK_A] + (size_t)first * terms;
    float *c = (float *)data[LK_C] + (size_t)first * columns;
    void *const some[LK_MATRICES] = {a, data[LK_B], sums, NULL};
    part = rows - first < most ? rows - first : most;
    LK_TRY(multiply(layer, is_forward ? LK_PRODUCT_FORWARD : LK_PRODUCT_INPUT, some, part));
    for (size_t i = 0; i < (size_t)part * columns; i++)
      c[i] += sums[i];
  }
  return LK_OK;
}

static void *numbers(lk_operand operand) {
  return operand.bf16 ? (void *)operand.bf16 : operand.real;
}

void lk_onednn_multiply(const lk_onednn *layer, lk_product product, lk_real *c,
                        lk_operand a, lk_operand b, const lk_real *bias, int rows) {
  /* oneDNN has no const. */
  void *const data[LK_MATRICES] = {numbers(a), numbers(b), c, (void *)bias};
  int adds_rows = product == LK_PRODUCT_FORWARD_ADD || product == LK_PRODUCT_INPUT_ADD;
  lk_status status = LK_ROWS_ARE_ADDED_TWICE && adds_rows
                         ? add_rows(layer, product, data, rows)
                         : multiply(layer, product, data, rows);
  if (first_failure == LK_OK) first_failure = status;
}

void lk_onednn_multiply_fp32(lk_real *c, int add, lk_factor a, lk_factor b, int rows,
                             int columns, int inner) {
  dnnl_status_t status =
      dnnl_sgemm(a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', rows, columns, inner,
                 1, a.values.real, a.transposed ? rows : inner, b.values.real,
                 b.transposed ? inner : columns, add ? 1 : 0, c, columns);
  lk_status failed = check(status, "multiply");
  if (first_failure == LK_OK) first_failure = failed;
}

#endif

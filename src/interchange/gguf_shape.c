/* What a GGUF file says of its model. */
#include "interchange/file.h"
#include "interchange/gguf.h"
#include "lockstep/nn.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const lk_tensor_file *file;
  const char *architecture;
} model;

/* What it says of its architecture; NULL: nothing. */
static const char *says(const model *m, const char *key) {
  char name[96];
  snprintf(name, sizeof name, "%s.%s", m->architecture, key);
  return lk_tensor_file_says(m->file, name);
}

static lk_status refuse(const model *m, const char *key, const char *why) {
  const char *said = says(m, key);
  return lk_tensor_file_refuse(m->file, "%s.%s is %.80s: %s", m->architecture, key,
                               said ? said : "not there", why);
}

static lk_status read_size(const model *m, const char *key, int *size) {
  const char *said = says(m, key);
  char *end;
  double value = said ? strtod(said, &end) : 0;
  if (!said || *end || !(value >= 1 && value <= 0x1p30) || value != floor(value))
    return refuse(m, key, "it must be a whole number above 0");
  *size = (int)value;
  return LK_OK;
}

/* A number that is not there has the value that a model here has. */
static lk_status check_number(const model *m, const char *key, double number) {
  const char *said = says(m, key);
  char why[64], *end;
  if (!said || (fabs(strtod(said, &end) - number) <= 1e-6 * number && !*end)) return LK_OK;
  snprintf(why, sizeof why, "a model here has %g", number);
  return refuse(m, key, why);
}

/* llama.cpp scales them by a factor without a type, too, which is linear then. */
static lk_status check_angles(const model *m) {
  static const char *const factors[] = {"rope.scaling.factor", "rope.scale_linear",
                                        "rope.scaling.attn_factor"};
  const char *kind = says(m, "rope.scaling.type");
  if (kind && strcmp(kind, "none") != 0)
    return refuse(m, "rope.scaling.type", "a model here scales no angles");
  for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
    LK_TRY(check_number(m, factors[i], 1));
  return check_number(m, "rope.freq_base", 10000);
}

static lk_status read_rotary(const model *m, lk_shape *shape) {
  const char *adds = says(m, "use_parallel_residual");
  int size = shape->channels / shape->heads, turned = size;
  assert(shape->channels > 0 && shape->heads > 0); /* read_sizes saw to it */
  if (!adds || (strcmp(adds, "true") != 0 && strcmp(adds, "false") != 0))
    return refuse(m, "use_parallel_residual", "it must be true or false");
  LK_TRY(check_angles(m));
  if (says(m, "rope.dimension_count"))
    LK_TRY(read_size(m, "rope.dimension_count", &turned));
  if (turned > size) return refuse(m, "rope.dimension_count", "a head has fewer channels");
  shape->residual = strcmp(adds, "true") ? LK_SERIAL_RESIDUAL : LK_PARALLEL_RESIDUAL;
  shape->positions = LK_ROTARY_POSITIONS;
  shape->rotary_share = turned < size ? lk_rotary_share(turned, size) : 0;
  assert(lk_rotary_channels(shape) == turned);
  return LK_OK;
}

/* What attends to what, and what products are multiplied by; a scale of 0 is none. */
static lk_status check_attention(const model *m, const lk_shape *shape) {
  const char *causal = says(m, "attention.causal"), *logits = says(m, "logit_scale");
  if (causal && strcmp(causal, "true") != 0)
    return refuse(m, "attention.causal", "a model here has true");
  if (logits && strtod(logits, NULL) != 0) LK_TRY(check_number(m, "logit_scale", 1));
  LK_TRY(check_number(m, "attention.scale", 0));
  LK_TRY(check_number(m, "attention.head_count_kv", shape->heads));
  return check_number(m, "attention.layer_norm_epsilon", 1e-5);
}

/* llama.cpp computes GELU by tanh, whatever a model was trained with. */
static void read_activation(const lk_tensor_file *file, lk_shape *shape) {
  const char *said = lk_tensor_file_says(file, LK_GGUF_ACTIVATION);
  shape->activation = said && !strcmp(said, "gelu") ? LK_GELU : LK_GELU_TANH;
}

static lk_status read_sizes(const model *m, lk_shape *shape) {
#define READ(key, field) LK_TRY(read_size(m, key, &shape->field));
  LK_GGUF_SIZES(READ)
  LK_TRY(read_size(m, "feed_forward_length", &shape->mlp));
  if (shape->mlp == 4 * shape->channels) shape->mlp = 0;
  return check_attention(m, shape);
}

lk_status lk_gguf_shape(const lk_tensor_file *file, lk_shape *shape) {
  const char *architecture = lk_tensor_file_says(file, "general.architecture");
  const lk_file_tensor *embedding = lk_tensor_file_find(file, "token_embd.weight");
  const char *parts = lk_tensor_file_says(file, "split.count");
  model m = {file, architecture};
  if (!architecture ||
      (strcmp(architecture, "gpt2") != 0 && strcmp(architecture, "gptneox") != 0))
    return lk_tensor_file_refuse(
        file, "general.architecture is %.32s, and gpt2 and gptneox are imported",
        architecture ? architecture : "not there");
  if (parts && strcmp(parts, "1") != 0)
    return lk_tensor_file_refuse(file,
                                 "one of %.16s parts; put them together with "
                                 "llama-gguf-split --merge",
                                 parts);
  if (!embedding || embedding->rank != 2 || embedding->size[0] > LK_MOST_IDS)
    return lk_tensor_file_refuse(file, "its token_embd.weight is no matrix, or not there");
  *shape = (lk_shape){.vocabulary = (int)embedding->size[0]};
  LK_TRY(read_sizes(&m, shape));
  read_activation(file, shape);
  return strcmp(architecture, "gptneox") ? LK_OK : read_rotary(&m, shape);
}

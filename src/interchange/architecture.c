#include "interchange/architecture.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A size of the shape, as each architecture calls it. */
typedef struct {
  const char *gpt2, *neox;
  size_t offset; /* of the int in lk_shape */
} size_key;

#define FIELD(name) offsetof(lk_shape, name)
static const size_key sizes[] = {
    {"n_layer", "num_hidden_layers", FIELD(layers)},
    {"n_head", "num_attention_heads", FIELD(heads)},
    {"n_embd", "hidden_size", FIELD(channels)},
    {"n_positions", "max_position_embeddings", FIELD(block)},
    {"vocab_size", "vocab_size", FIELD(vocabulary)},
};
static const char *const mlp_keys[] = {"n_inner", "intermediate_size"};
static const char *const activation_keys[] = {"activation_function", "hidden_act"};

/* Our activations by their names; the first of each is the one that is written. */
static const struct {
  const char *name;
  int value;
} activations[] = {
    {"gelu", 0}, {"gelu_new", 1}, {"gelu_pytorch_tanh", 1}, {"gelu_fast", 1}};

/* What a model here is, whatever its shape: a config that says otherwise is another's. A
 * key that is not there has this value. truth: -1 for a number. */
typedef struct {
  lk_naming naming;
  const char *key;
  int truth;
  double number;
} fixed;

static const fixed is_so[] = {
    {LK_NAMING_gpt2, "layer_norm_epsilon", -1, 1e-5},
    {LK_NAMING_gpt2, "scale_attn_weights", 1, 0},
    {LK_NAMING_gpt2, "scale_attn_by_inverse_layer_idx", 0, 0},
    {LK_NAMING_gpt2, "add_cross_attention", 0, 0},
    {LK_NAMING_neox, "layer_norm_eps", -1, 1e-5},
    {LK_NAMING_neox, "rotary_emb_base", -1, 10000},
    {LK_NAMING_neox, "attention_bias", 1, 0},
};
enum { FIXED = sizeof is_so / sizeof *is_so, SIZES = sizeof sizes / sizeof *sizes };

/* In transformers a GPT-NeoX whose config does not say it. */
static const double default_rotary_share = 0.25;
enum { DEFAULT_RESIDUAL = LK_PARALLEL_RESIDUAL };

lk_naming lk_architecture_of(const lk_shape *shape) {
  return shape->positions == LK_ROTARY_POSITIONS ? LK_NAMING_neox : LK_NAMING_gpt2;
}

static const char *key_of(const size_key *size, lk_naming naming) {
  return naming == LK_NAMING_neox ? size->neox : size->gpt2;
}

static int *field_of(lk_shape *shape, const size_key *size) {
  return (int *)((char *)shape + size->offset);
}

static void add_names(cJSON *config, lk_naming naming) {
  int rotary = naming == LK_NAMING_neox;
  cJSON *names = cJSON_AddArrayToObject(config, "architectures");
  cJSON_AddItemToArray(
      names, cJSON_CreateString(rotary ? "GPTNeoXForCausalLM" : "GPT2LMHeadModel"));
  cJSON_AddStringToObject(config, "model_type", rotary ? "gpt_neox" : "gpt2");
}

/* cJSON would write the nearest number of fewer digits, which may be less. */
static void add_blocks(cJSON *config, const lk_shape *shape) {
  char text[LK_SHAPE_NAME_SIZE];
  double share = lk_rotary_share(lk_rotary_channels(shape), shape->channels / shape->heads);
  lk_shape_text(&lk_shape_fields[LK_SHAPE_AT_rotary_share], share, text);
  cJSON_AddRawToObject(config, "rotary_pct", text);
  cJSON_AddBoolToObject(config, "use_parallel_residual", shape->residual);
}

static void add_shape(cJSON *config, const lk_shape *shape, lk_naming naming) {
  int rotary = naming == LK_NAMING_neox;
  lk_shape copy = *shape;
  for (int i = 0; i < SIZES; i++)
    cJSON_AddNumberToObject(config, key_of(&sizes[i], naming), *field_of(&copy, &sizes[i]));
  cJSON_AddNumberToObject(config, mlp_keys[rotary], lk_mlp_width(shape));
  cJSON_AddStringToObject(config, activation_keys[rotary],
                          activations[shape->activation].name);
  cJSON_AddBoolToObject(config, "tie_word_embeddings", shape->tied);
  if (rotary) add_blocks(config, shape);
  for (int i = 0; i < FIXED; i++)
    if (is_so[i].naming == naming && is_so[i].truth >= 0)
      cJSON_AddBoolToObject(config, is_so[i].key, is_so[i].truth);
    else if (is_so[i].naming == naming)
      cJSON_AddNumberToObject(config, is_so[i].key, is_so[i].number);
}

cJSON *lk_architecture_write(const lk_shape *shape, lk_token end, lk_number number) {
  static const char *const types[] = {[LK_NUMBER_F32] = "float32",
                                      [LK_NUMBER_F16] = "float16",
                                      [LK_NUMBER_BF16] = "bfloat16"};
  lk_naming naming = lk_architecture_of(shape);
  cJSON *config = cJSON_CreateObject();
  add_names(config, naming);
  add_shape(config, shape, naming);
  cJSON_AddNumberToObject(config, "bos_token_id", end);
  cJSON_AddNumberToObject(config, "eos_token_id", end);
  cJSON_AddNumberToObject(config, "initializer_range", 0.02);
  cJSON_AddStringToObject(config, "torch_dtype", types[number]);
  cJSON_AddTrueToObject(config, "use_cache");
  return config;
}

static lk_status refuse_key(const char *path, const char *key, const cJSON *item,
                            const char *why) {
  char *text = item ? cJSON_PrintUnformatted(item) : NULL;
  lk_status status = lk_fail(LK_BAD_DATA, "%s: %s is %.80s: %s", path, key,
                             text ? text : "not there", why);
  cJSON_free(text);
  return status;
}

static lk_status read_size(const cJSON *config, const char *path, const char *key,
                           int *to) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(config, key);
  double value = cJSON_IsNumber(item) ? item->valuedouble : 0;
  if (!(value >= 1 && value <= 0x1p30) || value != (double)(int)value)
    return refuse_key(path, key, item, "it must be a whole number above 0");
  *to = (int)value;
  return LK_OK;
}

/* A key with another value than the one that a model here has. */
static lk_status check_fixed(const cJSON *config, const char *path, const fixed *f) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(config, f->key);
  char why[96];
  if (!item || cJSON_IsNull(item)) return LK_OK;
  if (f->truth >= 0 && cJSON_IsBool(item) && cJSON_IsTrue(item) == f->truth) return LK_OK;
  if (f->truth < 0 && cJSON_IsNumber(item) &&
      fabs(item->valuedouble - f->number) <= 1e-6 * f->number)
    return LK_OK;
  if (f->truth >= 0)
    snprintf(why, sizeof why, "a model here has %s", f->truth ? "true" : "false");
  else
    snprintf(why, sizeof why, "a model here has %g", f->number);
  return refuse_key(path, f->key, item, why);
}

static lk_status read_activation(const cJSON *config, const char *path, const char *key,
                                 int *to) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(config, key);
  for (size_t i = 0; i < sizeof activations / sizeof *activations; i++) {
    if (!cJSON_IsString(item) || strcmp(item->valuestring, activations[i].name)) continue;
    *to = activations[i].value;
    return LK_OK;
  }
  return refuse_key(path, key, item, "a model here has gelu or gelu_new");
}

/* Four times the channels unless it says so. */
static lk_status read_mlp(const cJSON *config, const char *path, const char *key,
                          lk_shape *shape) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(config, key);
  if (!item || cJSON_IsNull(item)) return LK_OK;
  LK_TRY(read_size(config, path, key, &shape->mlp));
  if (shape->mlp == 4 * shape->channels) shape->mlp = 0;
  return LK_OK;
}

/* What share of each head is turned: transformers 5 says it with the other angles. */
static lk_status read_share(const cJSON *config, const char *path, lk_shape *shape) {
  static const char *const keys[] = {"partial_rotary_factor", "rotary_pct"};
  const cJSON *angles = cJSON_GetObjectItemCaseSensitive(config, "rope_parameters");
  const cJSON *shares[] = {cJSON_GetObjectItemCaseSensitive(angles, keys[0]),
                           cJSON_GetObjectItemCaseSensitive(config, keys[1])};
  int which = !shares[0];
  double turned =
      shares[which] ? cJSON_GetNumberValue(shares[which]) : default_rotary_share;
  if (!(turned > 0 && turned <= 1))
    return refuse_key(path, keys[which], shares[which],
                      "it must be a number above 0, up to 1");
  if (shares[0] && shares[1] && cJSON_GetNumberValue(shares[1]) != turned)
    return refuse_key(path, keys[1], shares[1],
                      "partial_rotary_factor in rope_parameters is another");
  shape->rotary_share = turned < 1 ? turned : 0;
  return LK_OK;
}

/* How a GPT-NeoX's blocks add. */
static lk_status read_residual(const cJSON *config, const char *path, lk_shape *shape) {
  const cJSON *adds = cJSON_GetObjectItemCaseSensitive(config, "use_parallel_residual");
  if (adds && !cJSON_IsBool(adds))
    return refuse_key(path, "use_parallel_residual", adds, "it must be true or false");
  shape->residual = adds ? cJSON_IsTrue(adds) : DEFAULT_RESIDUAL;
  return LK_OK;
}

/* Transformers ties a GPT-2 whose config does not say it, and no GPT-NeoX. */
static lk_status read_tied(const cJSON *config, const char *path, lk_shape *shape) {
  const cJSON *tied = cJSON_GetObjectItemCaseSensitive(config, "tie_word_embeddings");
  int is_said = tied && !cJSON_IsNull(tied);
  if (is_said && !cJSON_IsBool(tied))
    return refuse_key(path, "tie_word_embeddings", tied, "it must be true or false");
  shape->tied = is_said ? cJSON_IsTrue(tied) : shape->positions == LK_LEARNED_POSITIONS;
  return LK_OK;
}

static lk_status read_naming(const cJSON *config, const char *path, lk_naming *naming) {
  const cJSON *type = cJSON_GetObjectItemCaseSensitive(config, "model_type");
  if (cJSON_IsString(type) && !strcmp(type->valuestring, "gpt2"))
    *naming = LK_NAMING_gpt2;
  else if (cJSON_IsString(type) && !strcmp(type->valuestring, "gpt_neox"))
    *naming = LK_NAMING_neox;
  else
    return refuse_key(path, "model_type", type, "gpt2 and gpt_neox are read");
  return LK_OK;
}

/* Angles that are scaled are other ones. Transformers 5 has all of them in one object. */
static lk_status check_scaling(const cJSON *config, const char *path) {
  const cJSON *scaling = cJSON_GetObjectItemCaseSensitive(config, "rope_scaling");
  const cJSON *angles = cJSON_GetObjectItemCaseSensitive(config, "rope_parameters");
  if (scaling && !cJSON_IsNull(scaling))
    return refuse_key(path, "rope_scaling", scaling, "a model here scales no angles");
  if (!angles || cJSON_IsNull(angles)) return LK_OK;
  const cJSON *type = cJSON_GetObjectItemCaseSensitive(angles, "rope_type");
  const cJSON *base = cJSON_GetObjectItemCaseSensitive(angles, "rope_theta");
  if (cJSON_IsString(type) && !strcmp(type->valuestring, "default") &&
      cJSON_GetNumberValue(base) == 10000)
    return LK_OK;
  return refuse_key(path, "rope_parameters", angles,
                    "a model here has rope_type default and rope_theta 10000");
}

/* Weights that are packed (GPTQ, AWQ, bitsandbytes) stand in other tensors. */
static lk_status check_packing(const cJSON *config, const char *path) {
  const cJSON *packing = cJSON_GetObjectItemCaseSensitive(config, "quantization_config");
  if (!packing || cJSON_IsNull(packing)) return LK_OK;
  return refuse_key(path, "quantization_config", packing,
                    "packed weights are not read; take those that were packed");
}

lk_status lk_architecture_read(const cJSON *config, const char *path, lk_naming *naming,
                               lk_shape *shape) {
  LK_TRY(read_naming(config, path, naming));
  LK_TRY(check_packing(config, path));
  int rotary = *naming == LK_NAMING_neox;
  *shape = (lk_shape){.positions = rotary ? LK_ROTARY_POSITIONS : LK_LEARNED_POSITIONS};
  for (int i = 0; i < SIZES; i++)
    LK_TRY(read_size(config, path, key_of(&sizes[i], *naming), field_of(shape, &sizes[i])));
  LK_TRY(read_mlp(config, path, mlp_keys[rotary], shape));
  LK_TRY(read_activation(config, path, activation_keys[rotary], &shape->activation));
  LK_TRY(read_tied(config, path, shape));
  if (rotary) LK_TRY(read_share(config, path, shape));
  if (rotary) LK_TRY(read_residual(config, path, shape));
  for (int i = 0; i < FIXED; i++)
    if (is_so[i].naming == *naming) LK_TRY(check_fixed(config, path, &is_so[i]));
  return check_scaling(config, path);
}

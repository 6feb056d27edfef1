/* How large a model of others is, and what kind. */
#include "interchange/architecture.h"
#include "interchange/gguf.h"
#include "interchange/json.h"
#include "interchange/theirs.h"
#include "lockstep/nn.h"
#include <assert.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lk_status refuse(const lk_theirs *in, const char *what) {
  return lk_fail(LK_BAD_DATA, "%s: %s", in->path, what);
}

/* As many blocks as have this matrix, from the channels to the MLP's width or turned. */
static lk_status measure_blocks(const lk_theirs *in, lk_shape *shape) {
  static const char *const up[] = {[LK_NAMING_ours] = "blocks.%d.mlp.0.weight",
                                   [LK_NAMING_gpt2] = "transformer.h.%d.mlp.c_fc.weight"};
  char name[96];
  const lk_file_tensor *t;
  for (;;) {
    snprintf(name, sizeof name, up[in->naming], shape->layers);
    t = lk_theirs_find(in, name, NULL);
    if (!t || shape->layers == 1 << 16) break;
    shape->mlp = (int)(t->count / (uint64_t)shape->channels);
    shape->layers++;
  }
  if (shape->mlp == 4 * shape->channels) shape->mlp = 0;
  return shape->layers ? LK_OK : lk_theirs_refuse_without(in, name);
}

/* Sizes that the tensors themselves show. */
static lk_status measure(lk_theirs *in, lk_shape *shape) {
  static const char *const positions[] = {
      [LK_NAMING_ours] = "pos_emb", [LK_NAMING_gpt2] = "transformer.wpe.weight"};
  const lk_file_tensor *t = lk_theirs_find(in, lk_theirs_embedding(in), NULL);
  if (t->rank != 2 || !t->count || t->count > INT_MAX)
    return refuse(in, "its embedding is no matrix");
  *shape = (lk_shape){.vocabulary = (int)t->size[0], .channels = (int)t->size[1]};
  shape->heads = in->options->heads;
  t = lk_theirs_find(in, positions[in->naming], NULL);
  if (t && t->rank >= 2) shape->block = (int)t->size[t->rank - 2];
  return measure_blocks(in, shape);
}

/* A Linear's matrix has its outputs first; GPT-2's, its inputs. */
static int is_linear(const lk_theirs *in) {
  const lk_file_tensor *t = lk_theirs_find(in, "transformer.h.0.attn.c_attn.weight", NULL);
  return t && t->rank == 2 && t->size[0] == 3 * t->size[1];
}

/* Our own files say it all. */
static lk_status read_own_shape(lk_theirs *in, lk_shape *shape) {
  const lk_file_fact *fact;
  in->ends = lk_ends_of_own(in->weights.files[0]);
  for (int i = 0; (fact = lk_tensor_file_fact(in->weights.files[0], i)); i++)
    for (int k = 0; k < LK_SHAPE_FIELD_COUNT; k++) {
      const lk_shape_field *field = &lk_shape_fields[k];
      double value;
      if (strcmp(field->name, fact->key)) continue;
      if (!lk_shape_parse(field, fact->value, &value))
        return lk_fail(LK_BAD_DATA, "%s: its metadata says that %s is '%.32s'", in->path,
                       fact->key, fact->value);
      lk_shape_set(shape, field, value);
    }
  return LK_OK;
}

/* What is said beside one file of several is not passed over. */
static lk_status check_alone(const lk_theirs *in) {
  char path[PATH_MAX], copy[PATH_MAX];
  int is_there;
  if (in->is_folder) return LK_OK;
  snprintf(copy, sizeof copy, "%s", in->path);
  LK_TRY(lk_find_beside(path, dirname(copy), "config.json", &is_there));
  if (!is_there) return LK_OK;
  return refuse(in,
                "a config.json is beside it, which may say what it is; import its folder, "
                "or the file from a folder without it");
}

/* Without config.json: names of the course's model or of nanoGPT's. */
static lk_status guess_shape(lk_theirs *in, lk_shape *shape) {
  int are_ours = lk_theirs_are(in, LK_NAMING_ours);
  if (!are_ours) LK_TRY(check_alone(in));
  if (!are_ours && !lk_theirs_are(in, LK_NAMING_gpt2))
    return refuse(in, "no tensor is called tok_emb.weight or wte.weight, and there is no "
                      "config.json: whose names these are is not known here");
  LK_TRY(measure(in, shape));
  if (in->naming == LK_NAMING_gpt2)
    shape->activation = is_linear(in) ? LK_GELU : LK_GELU_TANH;
  if (in->options->activation >= 0) shape->activation = in->options->activation;
  if (in->naming == LK_NAMING_ours) LK_TRY(read_own_shape(in, shape));
  if (!shape->block)
    return refuse(in, "has no position embedding and no config.json: nothing says how long "
                      "its block is");
  if (shape->heads > 0) return LK_OK;
  return lk_fail(LK_USAGE, "%s: nothing says how many heads it has; give --heads N",
                 in->path);
}

static lk_status read_shape(lk_theirs *in, const char *config, lk_shape *shape) {
  cJSON *json;
  lk_naming naming;
  LK_TRY(lk_json_read(&json, config));
  lk_status status = lk_architecture_read(json, config, &naming, shape);
  in->ends = lk_ends_of_config(json);
  cJSON_Delete(json);
  LK_TRY(status);
  if (lk_theirs_are(in, naming)) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: no tensor is called as config.json's model_type lets expect",
                 in->path);
}

static lk_status read_gguf_shape(lk_theirs *in, lk_shape *shape) {
  LK_TRY(lk_gguf_shape(in->weights.files[0], shape));
  in->ends = lk_ends_of_gguf(in->weights.files[0]);
  int are = lk_theirs_are(in, LK_NAMING_gguf);
  assert(are); /* it has the embedding that the shape is of */
  (void)are;
  return LK_OK;
}

static lk_status is_same(const lk_weight *one, const lk_weight *other, int *same) {
  float here[1024], there[1024];
  *same = one->tensor->count == other->tensor->count;
  for (uint64_t at = 0, part; *same && at < one->tensor->count; at += part) {
    part = one->tensor->count - at < 1024 ? one->tensor->count - at : 1024;
    LK_TRY(lk_tensor_file_read(one->file, one->tensor, at, part, here));
    LK_TRY(lk_tensor_file_read(other->file, other->tensor, at, part, there));
    *same = !memcmp(here, there, part * sizeof *here);
  }
  return LK_OK;
}

/* Of the head and the embedding: the same tensor twice, or one that is not there, unless
 * config.json says that they are two. */
static lk_status find_tied(lk_theirs *in, lk_shape *shape, int is_config) {
  lk_weight head, own;
  int same;
  head.tensor = lk_theirs_find(in, lk_theirs_head(in), &head.file);
  own.tensor = lk_theirs_find(in, lk_theirs_embedding(in), &own.file);
  if (!is_config) shape->tied = 1;
  if (!head.tensor || !shape->tied) return LK_OK;
  assert(own.tensor);
  LK_TRY(is_same(&head, &own, &same));
  if (is_config && !same)
    return refuse(in, "config.json says that the head is the embedding "
                      "(tie_word_embeddings), and there is another one; say false there if "
                      "it is that which was trained");
  shape->tied = same;
  if (same) in->head = head.tensor->name;
  return LK_OK;
}

/* An option that says otherwise than what is with the model. */
static lk_status check_options(const lk_theirs *in, const lk_shape *shape) {
  if (in->options->heads && in->options->heads != shape->heads)
    return lk_fail(LK_USAGE, "%s: has %d heads, as is said with it; leave --heads out",
                   in->path, shape->heads);
  if (in->options->activation >= 0 && in->options->activation != shape->activation)
    return lk_fail(LK_USAGE,
                   "%s: computes another GELU, as is said with it; leave --activation out",
                   in->path);
  return LK_OK;
}

/* What cannot be is the file's fault, unless it could be with another --heads. */
static lk_status check_shape(const lk_theirs *in, const lk_shape *shape) {
  lk_shape other = *shape;
  if (in->options->heads) other.heads = 1;
  lk_status status = lk_shape_check(&other);
  if (status == LK_OK) return lk_shape_check(shape);
  return status == LK_USAGE ? refuse(in, lk_message()) : status;
}

lk_status lk_theirs_shape(lk_theirs *in, lk_shape *shape) {
  char config[PATH_MAX];
  int is_config = 0;
  if (in->is_folder) LK_TRY(lk_find_beside(config, in->path, "config.json", &is_config));
  in->is_said = in->is_gguf || is_config;
  if (in->is_gguf)
    LK_TRY(read_gguf_shape(in, shape));
  else
    LK_TRY(in->is_said ? read_shape(in, config, shape) : guess_shape(in, shape));
  if (in->naming == LK_NAMING_gpt2 && is_linear(in)) in->naming = LK_NAMING_nanogpt;
  LK_TRY(find_tied(in, shape, is_config));
  if (!in->is_said && in->naming == LK_NAMING_nanogpt && !shape->tied &&
      in->options->activation < 0)
    return refuse(in, "nanoGPT's head is tied, and this one is not: whether its GELU is by "
                      "tanh is not known; give --activation, for minGPT's gelu_tanh");
  LK_TRY(check_options(in, shape));
  return check_shape(in, shape);
}

/* A model of others becomes a checkpoint. */
#include "interchange/gguf.h"
#include "interchange/theirs.h"
#include "interchange/tokenizer_json.h"
#include "lockstep/config.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static lk_status check_size(const lk_theirs *in, const lk_file_tensor *t,
                            const lk_new_tensor *wanted) {
  int same = t->count == wanted->count;
  /* a vector may stand as a matrix of one row; nothing else may differ */
  for (int i = 0, j = 0; same && i < t->rank; i++) {
    if (t->size[i] == 1 && (j >= wanted->rank || wanted->size[j] != 1)) continue;
    same = j < wanted->rank && t->size[i] == wanted->size[j];
    j++;
  }
  if (same) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: tensor '%s' has %llu numbers in another shape than the "
                 "model's %llu x %llu",
                 in->path, t->name, (unsigned long long)t->count,
                 (unsigned long long)wanted->size[0],
                 (unsigned long long)(wanted->rank > 1 ? wanted->size[1] : 1));
}

static int ends_with(const char *name, const char *tail) {
  size_t length = strlen(name), size = strlen(tail);
  return length >= size && !strcmp(name + length - size, tail);
}

/* nanoGPT's bias=False: a bias that is not there is zero where none is there. */
static int may_lack(const lk_theirs *in, const lk_named *list, int count,
                    const char *wanted) {
  if (in->is_said || !ends_with(wanted, ".bias")) return 0;
  for (int i = 0; i < count; i++)
    if (ends_with(list[i].theirs.name, ".bias") &&
        lk_theirs_find(in, list[i].theirs.name, NULL))
      return 0;
  return 1;
}

static lk_status check(const lk_theirs *in, const lk_named *list, int count, int place) {
  const lk_new_tensor *wanted = &list[place].theirs;
  const lk_file_tensor *t = lk_theirs_find(in, wanted->name, NULL);
  if (t) return check_size(in, t, wanted);
  if (may_lack(in, list, count, wanted->name)) return LK_OK;
  return lk_theirs_refuse_without(in, wanted->name);
}

/* No result could come of another. */
static lk_status check_finite(const lk_theirs *in, const lk_file_tensor *t,
                              const float *values) {
  for (uint64_t i = 0; i < t->count; i++)
    if (!isfinite(values[i]))
      return lk_fail(LK_BAD_DATA, "%s: tensor '%s' has %g as its number %llu", in->path,
                     t->name, (double)values[i], (unsigned long long)i + 1);
  return LK_OK;
}

static lk_status take(const lk_theirs *in, const lk_named *named, float *theirs,
                      float *values) {
  const lk_tensor_file *file = NULL;
  const lk_file_tensor *t = lk_theirs_find(in, named->theirs.name, &file);
  if (!t) return LK_OK; /* zeros, which the values are */
  LK_TRY(lk_tensor_file_read(file, t, 0, t->count, theirs));
  LK_TRY(check_finite(in, t, theirs));
  lk_names_take(named, theirs, values);
  return LK_OK;
}

/* Constants that older files carry along: the causal mask, the angles of positions. */
static int is_constant(const char *name) {
  static const char *const tails[] = {".attn.bias",
                                      ".attn.mask",
                                      ".attn.masked_bias",
                                      ".attention.bias",
                                      ".attention.masked_bias",
                                      ".rotary_emb.inv_freq"};
  for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
    if (ends_with(name, tails[i])) return 1;
  return 0;
}

/* Those that the list has. */
static void mark_listed(const lk_theirs *in, const lk_named *list, int count,
                        uint8_t *is_listed) {
  char name[256];
  for (int i = 0; i < count; i++) {
    lk_theirs_name(in, list[i].theirs.name, name, sizeof name);
    int place = lk_weights_place(&in->weights, name);
    if (place >= 0) is_listed[place] = 1;
  }
}

/* What has no place in a model here is not dropped in silence. A tied head may stand beside
 * its embedding. */
static lk_status check_rest(const lk_theirs *in, const lk_named *list, int count) {
  uint8_t *is_listed;
  lk_status status = LK_OK;
  LK_TRY(LK_NEW(is_listed, (size_t)in->weights.tensor_count));
  mark_listed(in, list, count, is_listed);
  for (int i = 0; i < in->weights.tensor_count && status == LK_OK; i++) {
    const lk_weight *weight = &in->weights.tensors[i];
    const char *name = weight->tensor->name;
    if (!is_listed[i] && !weight->is_other && name != in->head && !is_constant(name))
      status = lk_fail(LK_BAD_DATA, "%s: tensor '%s' has no place in a model here",
                       in->path, name);
  }
  lk_free(is_listed);
  return status;
}

/* Only now is it known that there is so much. */
static lk_status take_all(const lk_theirs *in, const lk_named *list, int count,
                          lk_trained *trained) {
  lk_progress progress;
  float *theirs = NULL;
  uint64_t most = 0;
  for (int i = 0; i < count; i++)
    if (list[i].theirs.count > most) most = list[i].theirs.count;
  LK_TRY(LK_NEW(trained->values, trained->table->count));
  lk_status status = LK_NEW(theirs, most);
  lk_progress_begin(&progress, "tensors", (uint64_t)count, "importing %s",
                    lk_file_name(in->path));
  for (int i = 0; i < count && status == LK_OK; i++) {
    status = take(in, &list[i], theirs, trained->values);
    lk_progress_show(&progress, (uint64_t)i + 1);
  }
  lk_progress_end(&progress);
  lk_free(theirs);
  return status;
}

/* All tensors of the model are there, of its sizes, and no others. */
static lk_status check_tensors(const lk_theirs *in, const lk_named *list, int count) {
  LK_TRY(check_rest(in, list, count));
  for (int i = 0; i < count; i++)
    LK_TRY(check(in, list, count, i));
  return LK_OK;
}

/* A config of what is known: its shape. */
static lk_status write_config(lk_checkpoint_info *info, const char *path) {
  const lk_config_source none = {path, "", 0};
  lk_config *config;
  LK_TRY(lk_config_parse(&config, &none, 0, NULL));
  lk_status status = lk_config_adopt_shape(config, &info->shape, path);
  if (status == LK_OK) status = lk_config_emit(config, &info->config);
  if (status == LK_OK) status = lk_config_hash(config, &info->config_hash);
  lk_config_free(config);
  return status;
}

/* The data that it was trained on is not known: the hash is of what was imported. */
static lk_status fill(const lk_theirs *in, const lk_named *list, int count,
                      lk_checkpoint *c) {
  snprintf(c->info.origin, sizeof c->info.origin, "none");
  LK_TRY(write_config(&c->info, in->path));
  LK_TRY(take_all(in, list, count, &c->trained));
  return lk_sha256_bytes(&c->info.corpus_sha256, c->trained.values,
                         c->trained.table->count * sizeof(float));
}

static lk_status read_tokenizer(const lk_theirs *in, int ids, lk_tokenizer **out) {
  char beside[PATH_MAX];
  int is_there = 0;
  if (in->options->tokenizer)
    return lk_tokenizer_json_read(out, in->options->tokenizer, ids, in->ends.end);
  if (in->is_gguf) return lk_gguf_tokenizer(out, in->weights.files[0], ids, in->ends.end);
  if (in->is_folder) LK_TRY(lk_find_beside(beside, in->path, "tokenizer.json", &is_there));
  if (!is_there)
    return lk_fail(LK_USAGE, "%s: no tokenizer.json is with it; give --tokenizer FILE",
                   in->path);
  return lk_tokenizer_json_read(out, beside, ids, in->ends.end);
}

/* What the model claims its tensors prove, before memory is taken for it. */
static lk_status take_model(const lk_theirs *in, lk_checkpoint *c) {
  lk_named *list;
  int count;
  LK_TRY(lk_parameters_create(&c->trained.table, &c->info.shape));
  LK_TRY(lk_names_list(&list, &count, c->trained.table, in->naming));
  lk_status status = check_tensors(in, list, count);
  if (status == LK_OK)
    status = read_tokenizer(in, c->info.shape.vocabulary, &c->trained.tokenizer);
  if (status == LK_OK) status = fill(in, list, count, c);
  if (status == LK_OK) lk_ends_compare(&in->ends, c->trained.tokenizer, in->path);
  lk_free(list);
  return status;
}

static lk_status import_model(lk_theirs *in, lk_checkpoint *checkpoint) {
  LK_TRY(lk_weights_open(&in->weights, in->path, in->is_folder));
  in->is_gguf = !in->is_folder && lk_tensor_file_format(in->weights.files[0]) == LK_GGUF;
  LK_TRY(lk_theirs_shape(in, &checkpoint->info.shape));
  return take_model(in, checkpoint);
}

/* The model.safetensors of a folder with a config.json is what the folder is. */
lk_status lk_import_folder(char folder[PATH_MAX], const char *path) {
  char config[PATH_MAX], copy[PATH_MAX];
  const char *parent;
  struct stat facts;
  int is_there;
  *folder = '\0';
  if (stat(path, &facts)) return lk_fail(LK_NO_INPUT, "%s: no such file or folder", path);
  if (S_ISDIR(facts.st_mode)) snprintf(folder, PATH_MAX, "%s", path);
  snprintf(copy, sizeof copy, "%s", path);
  if (*folder || strcmp(basename(copy), LK_MODEL_FILE) != 0) return LK_OK;
  parent = dirname(copy);
  LK_TRY(lk_find_beside(config, parent, "config.json", &is_there));
  if (is_there) snprintf(folder, PATH_MAX, "%s", parent);
  return LK_OK;
}

lk_status lk_import(lk_checkpoint **out, const char *path,
                    const lk_import_options *options) {
  char folder[PATH_MAX];
  *out = NULL;
  LK_TRY(lk_import_folder(folder, path));
  lk_theirs in = {.path = *folder ? folder : path,
                  .options = options,
                  .ends = {-1, -1, 1},
                  .is_folder = *folder != '\0'};
  LK_TRY(LK_NEW(*out, 1));
  lk_status status = import_model(&in, *out);
  lk_weights_close(&in.weights);
  if (status == LK_OK) return LK_OK;
  lk_checkpoint_free(*out);
  *out = NULL;
  return status;
}

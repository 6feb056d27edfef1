/* A folder for transformers: config.json, the tensors in one or more files, the tokenizer,
 * and a card. It takes its name when it is whole. */
#include "interchange/folder.h"
#include "interchange/architecture.h"
#include "interchange/json.h"
#include "interchange/new_folder.h"
#include "interchange/tokenizer_json.h"
#include "interchange/weights.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const lk_checkpoint *checkpoint;
  const lk_export_options *options;
  const char *to; /* the folder that is written to */
  lk_naming naming;
  lk_token end;
  cJSON *tokenizer; /* the tokenizer.json */
} folder;

static lk_status write_json(const folder *f, const char *name, cJSON *object) {
  char path[PATH_MAX];
  lk_status status = lk_join_path(path, f->to, name);
  if (status == LK_OK) return lk_json_write(path, object);
  cJSON_Delete(object);
  return status;
}

/* "model.safetensors", or "model-00002-of-00003.safetensors". */
static void name_shard(char name[64], int shard, int shards) {
  if (shards == 1)
    snprintf(name, 64, LK_MODEL_FILE);
  else
    snprintf(name, 64, "model-%05d-of-%05d.safetensors", shard + 1, shards);
}

/* ends[i]: the first tensor behind shard i. A tensor that alone is too large has one of its
 * own. */
static int cut(const lk_new_tensor *tensors, int count, lk_number number, uint64_t most,
               int *ends) {
  uint64_t size = 0;
  int shards = 0;
  for (int i = 0; i < count; i++) {
    uint64_t bytes = lk_numbers_size(number, tensors[i].count);
    if (size && size + bytes > most) {
      ends[shards++] = i;
      size = 0;
    }
    size += bytes;
  }
  ends[shards++] = count;
  return shards;
}

static cJSON *index_of(const lk_new_tensor *tensors, const int *ends, int shards,
                       lk_number number) {
  char name[64];
  double all = 0;
  cJSON *index = cJSON_CreateObject(), *map;
  cJSON *metadata = cJSON_AddObjectToObject(index, "metadata");
  map = cJSON_AddObjectToObject(index, "weight_map");
  for (int s = 0, i = 0; s < shards; s++)
    for (name_shard(name, s, shards); i < ends[s]; i++) {
      cJSON_AddStringToObject(map, tensors[i].name, name);
      all += (double)lk_numbers_size(number, tensors[i].count);
    }
  cJSON_AddNumberToObject(metadata, "total_size", all);
  return index;
}

static lk_status write_shards(const folder *f, const lk_new_tensor *tensors,
                              const int *ends, int shards) {
  char name[64], path[PATH_MAX];
  if (shards > LK_MOST_FILES)
    return lk_fail(LK_USAGE,
                   "its tensors would be in %d files, and of no more than %d a model is "
                   "imported; give a larger --shard-size",
                   shards, LK_MOST_FILES);
  for (int s = 0, first = 0; s < shards; first = ends[s++]) {
    name_shard(name, s, shards);
    LK_TRY(lk_join_path(path, f->to, name));
    LK_TRY(lk_export_safetensors(f->checkpoint, path, f->naming, f->options->number, first,
                                 ends[s] - first));
  }
  if (shards == 1) return LK_OK;
  return write_json(f, "model.safetensors.index.json",
                    index_of(tensors, ends, shards, f->options->number));
}

static lk_status write_tensors(const folder *f) {
  lk_named *list;
  lk_new_tensor *tensors;
  int count, *ends = NULL;
  LK_TRY(lk_export_tensors(f->checkpoint, f->naming, &tensors, &list, &count));
  lk_status status = LK_NEW(ends, (size_t)count);
  if (status == LK_OK) {
    int shards = cut(tensors, count, f->options->number, f->options->most, ends);
    status = write_shards(f, tensors, ends, shards);
  }
  lk_free(ends);
  lk_free(tensors);
  lk_free(list);
  return status;
}

/* What an id is called among the added tokens. */
static const char *content_of(const folder *f, lk_token id) {
  const cJSON *item;
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(f->tokenizer, "added_tokens")) {
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(item, "id");
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(item, "content");
    if (cJSON_IsNumber(number) && number->valuedouble == id && cJSON_IsString(content))
      return content->valuestring;
  }
  return NULL;
}

static cJSON *describe_tokenizer(const folder *f) {
  const lk_tokenizer *tokenizer = f->checkpoint->trained.tokenizer;
  const char *end = content_of(f, f->end);
  const char *pad = content_of(f, lk_tokenizer_pad(tokenizer));
  cJSON *config = cJSON_CreateObject();
  cJSON_AddStringToObject(config, "tokenizer_class", "PreTrainedTokenizerFast");
  if (end) cJSON_AddStringToObject(config, "bos_token", end);
  if (end) cJSON_AddStringToObject(config, "eos_token", end);
  if (pad) cJSON_AddStringToObject(config, "pad_token", pad);
  cJSON_AddNumberToObject(config, "model_max_length",
                          f->checkpoint->trained.table->shape.block);
  cJSON_AddFalseToObject(config, "clean_up_tokenization_spaces");
  return config;
}

static lk_status write_tokenizer(folder *f) {
  char path[PATH_MAX], *text;
  size_t size;
  LK_TRY(lk_join_path(path, f->to, "tokenizer.json"));
  LK_TRY(lk_tokenizer_json_write(f->checkpoint->trained.tokenizer, &text, &size));
  f->tokenizer = cJSON_ParseWithLength(text, size);
  lk_status status = f->tokenizer ? lk_file_write(path, text, size)
                                  : lk_fail(LK_INTERNAL, "%s: out of memory", path);
  lk_free(text);
  LK_TRY(status);
  return write_json(f, "tokenizer_config.json", describe_tokenizer(f));
}

static cJSON *describe_generation(const folder *f) {
  cJSON *config = cJSON_CreateObject();
  cJSON_AddNumberToObject(config, "bos_token_id", f->end);
  cJSON_AddNumberToObject(config, "eos_token_id", f->end);
  cJSON_AddNumberToObject(config, "pad_token_id",
                          lk_tokenizer_pad(f->checkpoint->trained.tokenizer));
  return config;
}

/* What it was trained on, which of an imported model nobody knows here. */
static void describe_data(const lk_checkpoint_info *info, char text[256]) {
  if (info->corpus_documents)
    snprintf(text, 256,
             "%" PRIu64 " characters, %" PRIu64 " documents |\n| SHA-256 of the data | %s",
             info->corpus_characters, info->corpus_documents, info->corpus_sha256.hex);
  else
    snprintf(text, 256, "data that is not known: the model was imported");
}

/* The card: what it is, what of, and that it is the same. */
static lk_status write_card(const folder *f) {
  const lk_checkpoint_info *info = &f->checkpoint->info;
  char path[PATH_MAX], text[4096], shape[LK_SHAPE_TEXT_SIZE], data[256];
  describe_data(info, data);
  lk_shape_describe(&f->checkpoint->trained.table->shape, shape);
  int size = snprintf(
      text, sizeof text,
      "---\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n\n"
      "# A language model %s Lockstep\n\n"
      "| | |\n|---|---|\n| architecture | %s |\n| model | %s |\n| parameters | %" PRIu64
      " |\n| weights | %s |\n| numbers | %s |\n| tokenizer | %s, %d ids |\n| step | "
      "%" PRIu64 " |\n| trained on | %s |\n| hash of the parameters (XXH3-128) | %s "
      "|\n| build | %s |\n\n"
      "```python\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n"
      "model = AutoModelForCausalLM.from_pretrained(\".\")\n"
      "tokenizer = AutoTokenizer.from_pretrained(\".\")\n```\n",
      info->corpus_documents ? "trained with" : "imported into",
      f->naming == LK_NAMING_neox ? "GPT-NeoX" : "GPT-2", shape,
      f->checkpoint->trained.table->count,
      f->options->is_mean ? "the running mean (ema) of the parameters"
                          : "the parameters after the last step",
      lk_number_name(f->options->number),
      lk_tokenizer_name(f->checkpoint->trained.tokenizer),
      lk_tokenizer_size(f->checkpoint->trained.tokenizer), info->step, data,
      info->parameter_hash.hex, info->build);
  if (size < 0 || (size_t)size >= sizeof text)
    return lk_fail(LK_INTERNAL, "%s: its card is too long", f->to);
  LK_TRY(lk_join_path(path, f->to, "README.md"));
  return lk_file_write(path, text, (size_t)size);
}

static lk_status write_all(folder *f) {
  const lk_shape *shape = &f->checkpoint->trained.table->shape;
  LK_TRY(write_tokenizer(f));
  LK_TRY(write_json(f, "config.json",
                    lk_architecture_write(shape, f->end, f->options->number)));
  LK_TRY(write_json(f, "generation_config.json", describe_generation(f)));
  LK_TRY(write_card(f));
  return write_tensors(f);
}

/* Files of tensors that an export before this one may have left. */
static int is_of_tensors(const char *name) {
  int one, all, length = 0;
  if (!strcmp(name, LK_MODEL_FILE) || !strcmp(name, "model.safetensors.index.json"))
    return 1;
  return sscanf(name, "model-%5d-of-%5d.safetensors%n", &one, &all, &length) == 2 &&
         length && !name[length];
}

lk_status lk_export_folder(const lk_checkpoint *checkpoint, const char *out,
                           const lk_export_options *options) {
  lk_new_folder place = {.is_old = is_of_tensors, .last = "config.json"};
  folder f = {.checkpoint = checkpoint,
              .options = options,
              .to = place.draft,
              .naming = lk_architecture_of(&checkpoint->trained.table->shape),
              .end = lk_tokenizer_end(checkpoint->trained.tokenizer)};
  LK_TRY(lk_new_folder_begin(&place, out));
  lk_status status = lk_new_folder_end(&place, write_all(&f));
  cJSON_Delete(f.tokenizer);
  return status;
}

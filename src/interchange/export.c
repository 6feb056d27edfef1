/* A checkpoint's model for others. */
#include "interchange/ends.h"
#include "interchange/folder.h"
#include "interchange/gguf_tokens.h"
#include "interchange/names.h"
#include "lockstep/interchange.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>
#include <sys/stat.h>

typedef struct {
  const lk_named *list;
  const float *values;
} model;

static lk_status give(void *context, int place, float *to) {
  const model *m = context;
  lk_names_give(&m->list[place], m->values, to);
  return LK_OK;
}

lk_status lk_export_tensors(const lk_checkpoint *checkpoint, lk_naming naming,
                            lk_new_tensor **tensors, lk_named **list, int *count) {
  LK_TRY(lk_names_list(list, count, checkpoint->trained.table, naming));
  lk_status status = LK_NEW(*tensors, (size_t)*count);
  for (int i = 0; status == LK_OK && i < *count; i++)
    (*tensors)[i] = (*list)[i].theirs;
  if (status != LK_OK) lk_free(*list);
  return status;
}

/* What transformers looks for, and with our names, which no config.json goes with, what
 * ends a text and the fields of the shape. */
static int describe(const lk_trained *trained, lk_naming naming,
                    char values[][LK_SHAPE_NAME_SIZE], lk_file_fact *facts) {
  const lk_shape *shape = &trained->table->shape;
  char *end = values[LK_SHAPE_FIELD_COUNT];
  int count = 0;
  facts[count++] = (lk_file_fact){"format", "pt"};
  if (naming == LK_NAMING_ours) facts[count++] = (lk_file_fact){LK_END_KEY, end};
  snprintf(end, LK_SHAPE_NAME_SIZE, "%u", (unsigned)lk_tokenizer_end(trained->tokenizer));
  for (int i = 0; naming == LK_NAMING_ours && i < LK_SHAPE_FIELD_COUNT; i++) {
    const lk_shape_field *field = &lk_shape_fields[i];
    lk_shape_text(field, lk_shape_get(shape, field), values[i]);
    facts[count++] = (lk_file_fact){field->name, values[i]};
  }
  return count;
}

lk_status lk_export_safetensors(const lk_checkpoint *checkpoint, const char *path,
                                lk_naming naming, lk_number number, int first, int count) {
  char values[LK_SHAPE_FIELD_COUNT + 1][LK_SHAPE_NAME_SIZE];
  lk_file_fact facts[LK_SHAPE_FIELD_COUNT + 2];
  lk_named *list;
  lk_new_tensor *tensors;
  int all;
  LK_TRY(lk_export_tensors(checkpoint, naming, &tensors, &list, &all));
  assert(first >= 0 && first <= all && count <= all - first);
  model m = {list + first, checkpoint->trained.values};
  const lk_new_file file = {tensors + first,
                            count < 0 ? all - first : count,
                            number,
                            give,
                            &m,
                            facts,
                            describe(&checkpoint->trained, naming, values, facts)};
  lk_status status = lk_safetensors_write(path, &file);
  lk_free(tensors);
  lk_free(list);
  return status;
}

static lk_status export_gguf(const lk_checkpoint *checkpoint, const char *path,
                             lk_number number) {
  lk_gguf_tokens tokens;
  lk_named *list = NULL;
  lk_new_tensor *tensors = NULL;
  int count;
  lk_status status = lk_gguf_tokens_make(&tokens, checkpoint->trained.tokenizer);
  if (status == LK_OK)
    status = lk_export_tensors(checkpoint, LK_NAMING_gguf, &tensors, &list, &count);
  if (status == LK_OK) {
    model m = {list, checkpoint->trained.values};
    const lk_new_file file = {tensors, count, number, give, &m, NULL, 0};
    status = lk_gguf_write(path, &file, checkpoint, &tokens);
    lk_free(tensors);
    lk_free(list);
  }
  lk_gguf_tokens_free(&tokens);
  return status;
}

static lk_status check_target(const char *out, const lk_export_options *options) {
  struct stat facts;
  if (lstat(out, &facts) || options->replaces) return LK_OK;
  return lk_fail(LK_USAGE, "%s: is there already; choose another name, or --force", out);
}

/* Nobody else has such a model. */
static lk_status check_shape(const lk_shape *shape, lk_format format) {
  if (format == LK_FORMAT_SAFETENSORS) return LK_OK;
  if (shape->norm == LK_RMS_NORM)
    return lk_fail(LK_USAGE, "neither GPT-2 nor GPT-NeoX has model.norm=rms; export it "
                             "with --format safetensors");
  if (lk_kv_heads(shape) != shape->heads)
    return lk_fail(LK_USAGE,
                   "neither GPT-2 nor GPT-NeoX has fewer heads of keys and values "
                   "(model.kv_heads=%d); export it with --format safetensors",
                   shape->kv_heads);
  if (shape->residual == LK_SERIAL_RESIDUAL || shape->positions == LK_ROTARY_POSITIONS)
    return LK_OK;
  return lk_fail(LK_USAGE, "neither GPT-2 nor GPT-NeoX has both learned positions and "
                           "parallel residuals; export it with --format safetensors");
}

lk_status lk_export(const lk_checkpoint *checkpoint, const char *out,
                    const lk_export_options *options) {
  assert(checkpoint->trained.values);
  LK_TRY(check_target(out, options));
  LK_TRY(check_shape(&checkpoint->trained.table->shape, options->format));
  switch (options->format) {
  case LK_FORMAT_HF:
    return lk_export_folder(checkpoint, out, options);
  case LK_FORMAT_SAFETENSORS:
    return lk_export_safetensors(checkpoint, out, LK_NAMING_ours, options->number, 0, -1);
  default:
    return export_gguf(checkpoint, out, options->number);
  }
}

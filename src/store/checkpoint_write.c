#include "lockstep/draft.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/output.h"
#include "lockstep/progress.h"
#include "store/checkpoint_file.h"
#include "store/shape.h"
#include "store/tensor.h"
#include "store/tokenizer.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static lk_status write_progress(const lk_h5_file *file, const lk_checkpoint_info *info) {
  LK_TRY(lk_h5_write_count(file, "step", info->step));
  LK_TRY(lk_h5_write_count(file, "epoch", info->epoch));
  LK_TRY(lk_h5_write_count(file, "tokens", info->tokens));
  return lk_h5_write_count(file, "seed", info->seed);
}

/* A run that measures no loss of held-out documents has nothing to say. */
static lk_status write_best(const lk_h5_file *file, const lk_best_model *best) {
  char loss[32];
  if (best->step == 0 && best->worse_in_a_row == 0) return LK_OK;
  snprintf(loss, sizeof loss, "%.17g", best->loss);
  LK_TRY(lk_h5_write_text(file, "best_loss", loss));
  LK_TRY(lk_h5_write_text(file, "best_held_out", best->held_out.hex));
  LK_TRY(lk_h5_write_count(file, "best_step", best->step));
  return lk_h5_write_count(file, "worse_in_a_row", best->worse_in_a_row);
}

static lk_status write_origin(const lk_h5_file *file, const lk_checkpoint *checkpoint) {
  const lk_checkpoint_info *info = &checkpoint->info;
  LK_TRY(lk_h5_write_text(file, "config_hash", info->config_hash.hex));
  LK_TRY(lk_h5_write_text(file, "corpus_sha256", info->corpus_sha256.hex));
  if (*info->answers_sha256.hex)
    LK_TRY(lk_h5_write_text(file, "answers_sha256", info->answers_sha256.hex));
  if (*info->task) LK_TRY(lk_h5_write_text(file, "task", info->task));
  if (*info->origin) LK_TRY(lk_h5_write_text(file, "origin", info->origin));
  LK_TRY(lk_h5_write_count(file, "corpus_characters", info->corpus_characters));
  LK_TRY(lk_h5_write_count(file, "corpus_documents", info->corpus_documents));
  LK_TRY(lk_h5_write_count(file, "most_answer", checkpoint->trained.most_answer));
  return lk_h5_write_text(file, "build", info->build);
}

static lk_status write_config(const lk_h5_file *file, const char *config) {
  lk_h5_array array = lk_h5_config();
  array.size[0] = strlen(config) + 1;
  if (array.size[0] > LK_CONFIG_MOST)
    return lk_fail(LK_INTERNAL, "%s: a config of over %d bytes cannot be stored",
                   file->path, LK_CONFIG_MOST - 1);
  return lk_h5_write_array(file, &array, "YAML", "the resolved config of the run", config);
}

static lk_status write_group(const lk_h5_file *file, const lk_parameters *table,
                             lk_group group, const float *values) {
  lk_progress progress;
  lk_status status = LK_OK;
  lk_progress_begin(&progress, "numbers", table->count, "writing %s",
                    lk_file_name(file->path));
  for (int i = 0; i < table->tensors && status == LK_OK; i++) {
    const lk_parameter *tensor = &table->list[i];
    lk_h5_array array = lk_h5_tensor(group, tensor);
    status = lk_h5_write_array(file, &array, "dimensionless",
                               lk_h5_group_description(group), values + tensor->offset);
    lk_progress_show(&progress, tensor->offset + tensor->count);
  }
  lk_progress_end(&progress);
  return status;
}

/* A tensor of a group that comes from a source. */
typedef struct {
  const lk_checkpoint_source *source;
  lk_group group;
  const lk_parameter *tensor;
  uint64_t row; /* numbers */
} streamed;

static lk_status next_rows(void *context, uint64_t first, uint64_t count, void *data) {
  const streamed *s = context;
  return s->source->read(s->source->context, s->group, s->tensor->offset + first * s->row,
                         count * s->row, data);
}

static lk_status stream_group(const lk_h5_file *file, const lk_checkpoint *checkpoint,
                              lk_group group, float *piece) {
  const lk_parameters *table = checkpoint->trained.table;
  streamed s = {.source = &checkpoint->source, .group = group};
  for (int i = 0; i < table->tensors; i++) {
    lk_h5_array array = lk_h5_tensor(group, &table->list[i]);
    uint64_t fit = lk_checkpoint_rows(&array, &s.row);
    s.tensor = &table->list[i];
    LK_TRY(lk_h5_write_rows(file, &array, "dimensionless", lk_h5_group_description(group),
                            fit, next_rows, &s, piece));
  }
  return LK_OK;
}

static lk_status stream_groups(const lk_h5_file *file, const lk_checkpoint *checkpoint) {
  const lk_checkpoint_info *info = &checkpoint->info;
  int end = LK_GROUPS * (info->sites ? info->sites : 1);
  float *piece;
  LK_TRY(lk_checkpoint_piece(checkpoint->trained.table, &piece));
  lk_status status = LK_OK;
  for (int group = LK_GROUP_M; group < end && status == LK_OK; group++)
    if (lk_checkpoint_has(info, (lk_group)group))
      status = stream_group(file, checkpoint, (lk_group)group, piece);
  lk_free(piece);
  return status;
}

static lk_status write_moments(const lk_h5_file *file, const lk_checkpoint *checkpoint) {
  if (!checkpoint->m) return LK_OK;
  LK_TRY(write_group(file, checkpoint->trained.table, LK_GROUP_M, checkpoint->m));
  return write_group(file, checkpoint->trained.table, LK_GROUP_V, checkpoint->v);
}

static lk_status write_average(const lk_h5_file *file, const lk_checkpoint *checkpoint) {
  if (!checkpoint->average) return LK_OK;
  return write_group(file, checkpoint->trained.table, LK_GROUP_AVERAGE,
                     checkpoint->average);
}

static lk_status write_content(const lk_h5_file *file, const lk_checkpoint *checkpoint) {
  const lk_checkpoint_info *info = &checkpoint->info;
  const lk_parameters *table = checkpoint->trained.table;
  lk_hash hash = lk_hash_bytes(checkpoint->trained.values, table->count * sizeof(float));
  LK_TRY(lk_h5_write_shape(file, &table->shape));
  LK_TRY(write_progress(file, info));
  LK_TRY(write_origin(file, checkpoint));
  LK_TRY(write_best(file, &info->best));
  if (info->skipped_in_a_row)
    LK_TRY(lk_h5_write_count(file, "skipped_in_a_row", info->skipped_in_a_row));
  if (info->sites) LK_TRY(lk_h5_write_count(file, "sites", (uint64_t)info->sites));
  LK_TRY(lk_h5_write_text(file, "parameter_hash", hash.hex));
  LK_TRY(lk_h5_write_tokenizer(file, checkpoint->trained.tokenizer));
  LK_TRY(write_config(file, info->config ? info->config : ""));
  LK_TRY(write_group(file, table, LK_GROUP_MODEL, checkpoint->trained.values));
  if (checkpoint->source.read) return stream_groups(file, checkpoint);
  LK_TRY(write_moments(file, checkpoint));
  return write_average(file, checkpoint);
}

static lk_status write_file(const char *path, int descriptor,
                            const lk_checkpoint *checkpoint) {
  lk_h5_file file;
  const lk_trained *trained = &checkpoint->trained;
  assert(lk_tokenizer_size(trained->tokenizer) == trained->table->shape.vocabulary);
  assert(!checkpoint->m == !checkpoint->v);
  assert(!checkpoint->source.read || (!checkpoint->m && !checkpoint->average));
  assert(trained->values);
  LK_TRY(lk_h5_create(&file, path, descriptor, LK_STORE_CHECKPOINT, 0));
  return lk_h5_complete(&file, write_content(&file, checkpoint));
}

lk_status lk_checkpoint_write(const char *path, const lk_checkpoint *checkpoint) {
  lk_draft draft;
  LK_TRY(lk_draft_begin(&draft, path));
  lk_status status = write_file(path, draft.descriptor, checkpoint);
  if (status == LK_OK) return lk_draft_commit(&draft);
  lk_draft_discard(&draft);
  return status;
}

lk_status lk_checkpoint_write_out(const char *path, const lk_checkpoint *checkpoint) {
  lk_output *output;
  LK_TRY(lk_output_begin(&output, path));
  lk_status status = write_file(path, lk_output_descriptor(output), checkpoint);
  if (status == LK_OK) return lk_output_commit(output);
  lk_output_discard(output);
  return status;
}

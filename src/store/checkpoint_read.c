/* Opening a checkpoint: all that it says, but for its numbers. */
#include "lockstep/memory.h"
#include "store/checkpoint_file.h"
#include "store/shape.h"
#include "store/tensor.h"
#include "store/tokenizer.h"
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BLOCK = 65536 };

static lk_status check_kind(const lk_h5_file *file) {
  lk_store_kind kind;
  LK_TRY(lk_h5_read_kind(file, &kind));
  if (kind == LK_STORE_CHECKPOINT) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: a corpus, not a checkpoint; give one of a run's checkpoints",
                 file->path);
}

static lk_status read_progress(const lk_h5_file *file, lk_checkpoint_info *info) {
  LK_TRY(lk_h5_read_count(file, "step", 0, 1ull << 48, &info->step));
  LK_TRY(lk_h5_read_count(file, "epoch", 0, 1ull << 48, &info->epoch));
  LK_TRY(lk_h5_read_count(file, "tokens", 0, INT64_MAX, &info->tokens));
  return lk_h5_read_count(file, "seed", 0, UINT64_MAX, &info->seed);
}

/* Texts that files of earlier versions lack. */
static lk_status read_start(const lk_h5_file *file, lk_checkpoint_info *info) {
  if (lk_h5_has_attribute(file, "task"))
    LK_TRY(lk_h5_read_text(file, "task", info->task, sizeof info->task));
  if (lk_h5_has_attribute(file, "origin"))
    LK_TRY(lk_h5_read_text(file, "origin", info->origin, sizeof info->origin));
  return LK_OK;
}

static lk_status read_origin(const lk_h5_file *file, lk_checkpoint_info *info) {
  LK_TRY(lk_h5_read_digest(file, "config_hash", info->config_hash.hex,
                           sizeof info->config_hash.hex));
  LK_TRY(lk_h5_read_digest(file, "corpus_sha256", info->corpus_sha256.hex,
                           sizeof info->corpus_sha256.hex));
  if (lk_h5_has_attribute(file, "answers_sha256"))
    LK_TRY(lk_h5_read_digest(file, "answers_sha256", info->answers_sha256.hex,
                             sizeof info->answers_sha256.hex));
  LK_TRY(read_start(file, info));
  LK_TRY(lk_h5_read_digest(file, "parameter_hash", info->parameter_hash.hex,
                           sizeof info->parameter_hash.hex));
  LK_TRY(
      lk_h5_read_count(file, "corpus_characters", 0, INT64_MAX, &info->corpus_characters));
  LK_TRY(lk_h5_read_count(file, "corpus_documents", 0, INT64_MAX, &info->corpus_documents));
  return lk_h5_read_text(file, "build", info->build, sizeof info->build);
}

static lk_status read_best(const lk_h5_file *file, lk_best_model *best) {
  char loss[32], *end;
  if (!lk_h5_has_attribute(file, "best_loss")) return LK_OK;
  LK_TRY(lk_h5_read_text(file, "best_loss", loss, sizeof loss));
  best->loss = strtod(loss, &end);
  if (end == loss || *end) return lk_h5_damaged(file, "its best loss is no number");
  if (lk_h5_has_attribute(file, "best_held_out"))
    LK_TRY(lk_h5_read_text(file, "best_held_out", best->held_out.hex,
                           sizeof best->held_out.hex));
  LK_TRY(lk_h5_read_count(file, "best_step", 0, 1ull << 48, &best->step));
  return lk_h5_read_count(file, "worse_in_a_row", 0, 1ull << 48, &best->worse_in_a_row);
}

/* The model's own facts beside its shape; files of earlier versions lack them. */
static lk_status read_most_answer(const lk_h5_file *file, uint64_t *most) {
  if (!lk_h5_has_attribute(file, "most_answer")) return LK_OK;
  return lk_h5_read_count(file, "most_answer", 0, MOST_BLOCK, most);
}

static lk_status read_skipped(const lk_h5_file *file, uint64_t *skipped) {
  if (!lk_h5_has_attribute(file, "skipped_in_a_row")) return LK_OK;
  return lk_h5_read_count(file, "skipped_in_a_row", 0, INT_MAX, skipped);
}

static lk_status read_config(const lk_h5_file *file, char **config) {
  lk_h5_array array = lk_h5_config();
  LK_TRY(lk_h5_measure_array(file, &array));
  assert(array.size[0] > 0);
  if (array.size[0] > LK_CONFIG_MOST) return lk_h5_damaged(file, "its config is too long");
  LK_TRY(LK_NEW(*config, array.size[0]));
  LK_TRY(lk_h5_read_array(file, &array, *config));
  return (*config)[array.size[0] - 1] ? lk_h5_damaged(file, "its config has no end")
                                      : LK_OK;
}

/* The table of the stated shape, whose parameters must fit into the file. */
static lk_status make_table(const lk_h5_file *file, lk_checkpoint *checkpoint) {
  lk_status status =
      lk_parameters_create(&checkpoint->trained.table, &checkpoint->info.shape);
  if (status == LK_USAGE) return lk_h5_damaged(file, lk_message());
  LK_TRY(status);
  if (checkpoint->trained.table->count > file->size / sizeof(float))
    return lk_h5_damaged(file, "it is too small for the shape that it states");
  return LK_OK;
}

/* Runs without local steps say nothing of them. */
static lk_status read_sites(const lk_h5_file *file, lk_checkpoint_info *info) {
  uint64_t sites;
  char outer[LK_GROUP_NAME], left[LK_GROUP_NAME];
  if (!lk_h5_has_attribute(file, "sites")) return LK_OK;
  LK_TRY(lk_h5_read_count(file, "sites", 1, LK_MOST_SITES, &sites));
  info->sites = (int)sites;
  int has_any = lk_h5_has(file, "sync");
  info->has_outer = has_any && lk_h5_has(file, lk_h5_group_name(LK_GROUP_OUTER, outer));
  info->has_left = has_any && lk_h5_has(file, lk_h5_group_name(LK_GROUP_LEFT, left));
  return LK_OK;
}

static lk_status read_content(const lk_h5_file *file, lk_checkpoint *checkpoint) {
  char name[LK_GROUP_NAME];
  lk_checkpoint_info *info = &checkpoint->info;
  LK_TRY(check_kind(file));
  LK_TRY(lk_h5_read_shape(file, &info->shape));
  LK_TRY(read_progress(file, info));
  LK_TRY(read_origin(file, info));
  LK_TRY(read_best(file, &info->best));
  LK_TRY(read_skipped(file, &info->skipped_in_a_row));
  info->has_average = lk_h5_has(file, lk_h5_group_name(LK_GROUP_AVERAGE, name));
  LK_TRY(read_sites(file, info));
  LK_TRY(read_most_answer(file, &checkpoint->trained.most_answer));
  LK_TRY(read_config(file, &info->config));
  LK_TRY(lk_h5_read_tokenizer(file, &checkpoint->trained.tokenizer));
  if (lk_tokenizer_size(checkpoint->trained.tokenizer) != info->shape.vocabulary)
    return lk_h5_damaged(file, "its vocabulary has another size than its shape states");
  LK_TRY(make_table(file, checkpoint));
  return lk_checkpoint_check_group(checkpoint, LK_GROUP_MODEL);
}

typedef lk_status opener(lk_h5_file *file, const char *path);

static lk_status open_file(lk_checkpoint_file **out, const char *path, opener *open) {
  lk_checkpoint_file *file;
  LK_TRY(LK_NEW(file, 1));
  lk_status status = lk_copy_text(&file->path, path);
  if (status == LK_OK) status = open(&file->h5, file->path);
  if (status == LK_OK) {
    *out = file;
    return LK_OK;
  }
  lk_free(file->path);
  lk_free(file);
  return status;
}

static lk_status open_checkpoint(lk_checkpoint **out, const char *path, opener *open) {
  lk_checkpoint *checkpoint = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(checkpoint, 1));
  lk_status status = open_file(&checkpoint->file, path, open);
  if (status == LK_OK)
    status =
        lk_checkpoint_verdict(checkpoint, read_content(&checkpoint->file->h5, checkpoint));
  if (status == LK_OK)
    *out = checkpoint;
  else
    lk_checkpoint_free(checkpoint);
  return status;
}

lk_status lk_checkpoint_open(lk_checkpoint **out, const char *path) {
  return open_checkpoint(out, path, lk_h5_open);
}

lk_status lk_checkpoint_open_pipe(lk_checkpoint **out, const char *path) {
  return open_checkpoint(out, path, lk_h5_open_pipe);
}

lk_status lk_checkpoint_verdict(const lk_checkpoint *checkpoint, lk_status status) {
  assert(checkpoint->file);
  return lk_sealed_verdict(&checkpoint->file->h5.source, status);
}

static void close_file(lk_checkpoint_file *file) {
  if (!file) return;
  lk_h5_finish(&file->h5, LK_OK);
  lk_free(file->path);
  lk_free(file);
}

void lk_checkpoint_info_clear(lk_checkpoint_info *info) {
  lk_free(info->config);
  memset(info, 0, sizeof *info);
}

void lk_checkpoint_free(lk_checkpoint *checkpoint) {
  if (!checkpoint) return;
  lk_checkpoint_info_clear(&checkpoint->info);
  close_file(checkpoint->file);
  lk_trained_clear(&checkpoint->trained);
  lk_free(checkpoint->m);
  lk_free(checkpoint->v);
  lk_free(checkpoint->average);
  lk_free(checkpoint);
}

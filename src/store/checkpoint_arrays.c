/* A checkpoint's numbers, straight from its file into arrays of its table's layout. */
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include "store/checkpoint_file.h"
#include "store/tensor.h"
#include <assert.h>
#include <string.h>

int lk_checkpoint_has_moments(const lk_checkpoint *checkpoint) {
  return lk_h5_has(&checkpoint->file->h5, "optimizer");
}

int lk_checkpoint_has(const lk_checkpoint_info *info, lk_group group) {
  int site = lk_group_site(group);
  switch (lk_group_kind(group)) {
  case LK_GROUP_M:
  case LK_GROUP_V:
    return site == 0 || site < info->sites;
  case LK_GROUP_AVERAGE:
    return site == 0 && info->has_average;
  case LK_GROUP_OUTER:
    return site == 0 && info->has_outer;
  case LK_GROUP_LEFT:
    return info->has_left && site < info->sites;
  default:
    return 0;
  }
}

lk_status lk_checkpoint_check_group(const lk_checkpoint *checkpoint, lk_group group) {
  const lk_h5_file *file = &checkpoint->file->h5;
  const lk_parameters *table = checkpoint->trained.table;
  int is_moment = group == LK_GROUP_M || group == LK_GROUP_V;
  if (group == LK_GROUP_AVERAGE && !checkpoint->info.has_average)
    return lk_fail(LK_BAD_DATA,
                   "%s: has no averaged parameters, which training keeps with ema=0.999",
                   file->path);
  if (is_moment && !lk_checkpoint_has_moments(checkpoint))
    return lk_fail(LK_BAD_DATA,
                   "%s: has no optimizer state, so a run cannot go on from it; start a new "
                   "run with init=%s",
                   file->path, file->path);
  for (int i = 0; i < table->tensors; i++) {
    lk_h5_array array = lk_h5_tensor(group, &table->list[i]);
    LK_TRY(lk_h5_check_array(file, &array));
  }
  return LK_OK;
}

lk_status lk_checkpoint_check_hash(const lk_checkpoint *checkpoint, const lk_hash *hash) {
  return strcmp(hash->hex, checkpoint->info.parameter_hash.hex)
             ? lk_h5_damaged(&checkpoint->file->h5,
                             "its parameters do not have the hash that it states")
             : LK_OK;
}

static lk_status read_group(const lk_checkpoint *checkpoint, lk_group group,
                            float *values) {
  const lk_parameters *table = checkpoint->trained.table;
  const lk_h5_file *file = &checkpoint->file->h5;
  lk_progress progress;
  lk_status status = lk_checkpoint_check_group(checkpoint, group);
  lk_progress_begin(&progress, "numbers", table->count, "loading %s",
                    lk_file_name(file->path));
  for (int i = 0; i < table->tensors && status == LK_OK; i++) {
    const lk_parameter *tensor = &table->list[i];
    lk_h5_array array = lk_h5_tensor(group, tensor);
    assert(tensor->offset + tensor->count <= table->count);
    status = lk_h5_read_array(file, &array, values + tensor->offset);
    lk_progress_show(&progress, tensor->offset + tensor->count);
  }
  lk_progress_end(&progress);
  return status;
}

static lk_status fill(const lk_checkpoint *checkpoint, float *values, float *m, float *v) {
  LK_TRY(read_group(checkpoint, LK_GROUP_MODEL, values));
  lk_hash hash = lk_hash_bytes(values, checkpoint->trained.table->count * sizeof *values);
  LK_TRY(lk_checkpoint_check_hash(checkpoint, &hash));
  if (!m) return LK_OK;
  LK_TRY(read_group(checkpoint, LK_GROUP_M, m));
  return read_group(checkpoint, LK_GROUP_V, v);
}

lk_status lk_checkpoint_fill(const lk_checkpoint *checkpoint, float *values, float *m,
                             float *v) {
  assert(checkpoint->file && values);
  assert(!m == !v);
  return lk_checkpoint_verdict(checkpoint, fill(checkpoint, values, m, v));
}

lk_status lk_checkpoint_fill_average(const lk_checkpoint *checkpoint, float *average) {
  assert(checkpoint->file && average);
  return lk_checkpoint_verdict(checkpoint,
                               read_group(checkpoint, LK_GROUP_AVERAGE, average));
}

/* Only now is it known that the file has so many. */
static lk_status make_arrays(lk_checkpoint *checkpoint, int with_moments) {
  uint64_t count = checkpoint->trained.table->count;
  LK_TRY(LK_NEW(checkpoint->trained.values, count));
  if (!with_moments) return LK_OK;
  LK_TRY(lk_checkpoint_check_group(checkpoint, LK_GROUP_M));
  LK_TRY(lk_checkpoint_check_group(checkpoint, LK_GROUP_V));
  LK_TRY(LK_NEW(checkpoint->m, count));
  LK_TRY(LK_NEW(checkpoint->v, count));
  if (!checkpoint->info.has_average) return LK_OK;
  LK_TRY(lk_checkpoint_check_group(checkpoint, LK_GROUP_AVERAGE));
  return LK_NEW(checkpoint->average, count);
}

lk_status lk_checkpoint_read(lk_checkpoint **out, const char *path, int with_moments) {
  lk_checkpoint *c;
  LK_TRY(lk_checkpoint_open(out, path));
  c = *out;
  lk_status status = lk_checkpoint_verdict(c, make_arrays(c, with_moments));
  if (status == LK_OK) status = lk_checkpoint_fill(c, c->trained.values, c->m, c->v);
  if (status == LK_OK && c->average) status = lk_checkpoint_fill_average(c, c->average);
  if (status == LK_OK) return LK_OK;
  lk_checkpoint_free(c);
  *out = NULL;
  return status;
}

lk_status lk_trained_read(lk_trained *out, const char *path) {
  lk_checkpoint *checkpoint;
  *out = (lk_trained){0};
  LK_TRY(lk_checkpoint_read(&checkpoint, path, 0));
  lk_status status = lk_checkpoint_check(checkpoint, 0);
  if (status == LK_OK && checkpoint->info.has_average)
    status = lk_checkpoint_fill_average(checkpoint, checkpoint->trained.values);
  if (status == LK_OK) lk_checkpoint_release(checkpoint, out);
  lk_checkpoint_free(checkpoint);
  return status;
}

void lk_checkpoint_release(lk_checkpoint *checkpoint, lk_trained *out) {
  assert(checkpoint->trained.values);
  *out = checkpoint->trained;
  checkpoint->trained = (lk_trained){0};
}

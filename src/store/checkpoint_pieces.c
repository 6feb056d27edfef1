/* A checkpoint's numbers a piece at a time, for those who have no room for them all. */
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include "store/checkpoint_file.h"
#include "store/tensor.h"
#include <assert.h>

enum { PIECE = 1 << 18 }; /* numbers, unless a row has more */

uint64_t lk_checkpoint_rows(const lk_h5_array *array, uint64_t *row) {
  uint64_t rows = lk_h5_rows(array, row);
  assert(rows > 0 && *row > 0);
  uint64_t fit = *row < PIECE ? PIECE / *row : 1;
  return fit < rows ? fit : rows;
}

lk_status lk_checkpoint_piece(const lk_parameters *table, float **piece) {
  uint64_t most = 0;
  for (int i = 0; i < table->tensors; i++) {
    lk_h5_array array = lk_h5_tensor(LK_GROUP_MODEL, &table->list[i]);
    uint64_t row, fit = lk_checkpoint_rows(&array, &row);
    if (fit * row > most) most = fit * row;
  }
  return LK_NEW(*piece, most);
}

/* A visit under way. */
typedef struct {
  const lk_checkpoint *checkpoint;
  lk_group group;
  lk_checkpoint_visitor *call;
  void *context;
  float *piece; /* owned */
} visit;

static lk_status visit_tensor(const visit *v, const lk_parameter *tensor) {
  lk_h5_array array = lk_h5_tensor(v->group, tensor);
  uint64_t row, fit = lk_checkpoint_rows(&array, &row), rows = tensor->count / row, count;
  for (uint64_t first = 0; first < rows; first += count) {
    count = rows - first < fit ? rows - first : fit;
    LK_TRY(lk_h5_read_part(&v->checkpoint->file->h5, &array, first, count, v->piece));
    LK_TRY(v->call(v->context, tensor, first * row, count * row, v->piece));
  }
  return LK_OK;
}

static lk_status visit_tensors(visit *v, lk_progress *progress) {
  const lk_parameters *table = v->checkpoint->trained.table;
  for (int i = 0; i < table->tensors; i++) {
    LK_TRY(visit_tensor(v, &table->list[i]));
    lk_progress_show(progress, table->list[i].offset + table->list[i].count);
  }
  return LK_OK;
}

static lk_status visit_group(visit *v) {
  const lk_parameters *table = v->checkpoint->trained.table;
  LK_TRY(lk_checkpoint_check_group(v->checkpoint, v->group));
  LK_TRY(lk_checkpoint_piece(table, &v->piece));
  lk_progress progress;
  lk_progress_begin(&progress, "numbers", table->count, "checking %s",
                    lk_file_name(v->checkpoint->file->h5.path));
  lk_status status = visit_tensors(v, &progress);
  lk_progress_end(&progress);
  return status;
}

lk_status lk_checkpoint_visit(const lk_checkpoint *checkpoint, lk_group group,
                              lk_checkpoint_visitor *call, void *context) {
  visit v = {.checkpoint = checkpoint, .group = group, .call = call, .context = context};
  assert(checkpoint->file && lk_group_site(group) < LK_MOST_SITES);
  lk_status status = visit_group(&v);
  lk_free(v.piece);
  return lk_checkpoint_verdict(checkpoint, status);
}

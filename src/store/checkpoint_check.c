/* One pass over a checkpoint's numbers, in pieces: their hashes, and whether they are of
 * use. */
#include "lockstep/memory.h"
#include "store/checkpoint_file.h"
#include "store/tensor.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { PIECE = 1 << 18 }; /* numbers, unless a row has more */

typedef struct {
  const lk_checkpoint *checkpoint;
  int group;
  lk_hasher *hasher;
  float *piece;
  char *unusable; /* the first that was found, or "" */
  size_t room;
} scan;

/* Of squares the root is taken. */
static int is_right(int group, float value) {
  return isfinite(value) && (group != LK_GROUP_V || value >= 0);
}

static void look_at(scan *s, const lk_parameter *tensor, uint64_t first, uint64_t count) {
  for (uint64_t i = 0; i < count && !*s->unusable; i++)
    if (!is_right(s->group, s->piece[i]))
      snprintf(s->unusable, s->room,
               "'%s/%s' holds %g, as number %" PRIu64 " of %" PRIu64
               ": no result could come of it; use another checkpoint",
               lk_h5_groups[s->group].name, tensor->name, s->piece[i], first + i + 1,
               tensor->count);
}

/* Rows of a tensor in a piece. */
static uint64_t rows_of(const lk_h5_array *array, uint64_t *row) {
  uint64_t rows = lk_h5_rows(array, row);
  assert(rows > 0 && *row > 0);
  uint64_t fit = *row < PIECE ? PIECE / *row : 1;
  return fit < rows ? fit : rows;
}

static lk_status scan_tensor(scan *s, const lk_parameter *tensor) {
  lk_h5_array array = lk_h5_tensor(&lk_h5_groups[s->group], tensor);
  uint64_t row, fit = rows_of(&array, &row), rows = tensor->count / row, count;
  for (uint64_t first = 0; first < rows; first += count) {
    count = rows - first < fit ? rows - first : fit;
    LK_TRY(lk_h5_read_part(&s->checkpoint->file->h5, &array, first, count, s->piece));
    lk_hasher_add(s->hasher, s->piece, count * row * sizeof *s->piece);
    look_at(s, tensor, first * row, count * row);
  }
  return LK_OK;
}

/* Room for a piece of any tensor. */
static lk_status make_piece(scan *s) {
  const lk_parameters *table = s->checkpoint->trained.table;
  uint64_t most = 0;
  for (int i = 0; i < table->tensors; i++) {
    lk_h5_array array = lk_h5_tensor(&lk_h5_groups[LK_GROUP_MODEL], &table->list[i]);
    uint64_t row, fit = rows_of(&array, &row);
    if (fit * row > most) most = fit * row;
  }
  return LK_NEW(s->piece, most);
}

static lk_status scan_group(scan *s, int group, lk_hash *hash) {
  const lk_parameters *table = s->checkpoint->trained.table;
  assert(group >= LK_GROUP_MODEL && group < LK_GROUPS);
  s->group = group;
  LK_TRY(lk_checkpoint_check_group(s->checkpoint, group));
  lk_status status = lk_hasher_create(&s->hasher);
  for (int i = 0; i < table->tensors && status == LK_OK; i++)
    status = scan_tensor(s, &table->list[i]);
  if (status == LK_OK) *hash = lk_hasher_value(s->hasher);
  lk_hasher_free(s->hasher);
  return status;
}

static lk_status scan_all(scan *s, int with_moments, lk_checkpoint_numbers *out) {
  LK_TRY(make_piece(s));
  LK_TRY(scan_group(s, LK_GROUP_MODEL, &out->values));
  LK_TRY(lk_checkpoint_check_hash(s->checkpoint, &out->values));
  if (s->checkpoint->info.has_average)
    LK_TRY(scan_group(s, LK_GROUP_AVERAGE, &out->average));
  if (!with_moments) return LK_OK;
  LK_TRY(scan_group(s, LK_GROUP_M, &out->m));
  return scan_group(s, LK_GROUP_V, &out->v);
}

lk_status lk_checkpoint_scan(const lk_checkpoint *checkpoint, int with_moments,
                             lk_checkpoint_numbers *out) {
  scan s = {
      .checkpoint = checkpoint, .unusable = out->unusable, .room = sizeof out->unusable};
  assert(checkpoint->file);
  *out = (lk_checkpoint_numbers){0};
  lk_status status = scan_all(&s, with_moments, out);
  lk_free(s.piece);
  return lk_checkpoint_verdict(checkpoint, status);
}

lk_status lk_checkpoint_check(const lk_checkpoint *checkpoint, int with_moments) {
  lk_checkpoint_numbers numbers;
  LK_TRY(lk_checkpoint_scan(checkpoint, with_moments, &numbers));
  if (!*numbers.unusable) return LK_OK;
  return lk_fail(LK_BAD_DATA, "%s: %s", checkpoint->file->h5.path, numbers.unusable);
}

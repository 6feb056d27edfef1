/* One pass over a checkpoint's numbers: their hashes, and whether they are of
 * use. */
#include "store/checkpoint_file.h"
#include "store/tensor.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

typedef struct {
  const lk_checkpoint *checkpoint;
  lk_group group;
  lk_hasher *hasher;
  char *unusable; /* the first that was found, or "" */
  size_t room;
} scan;

/* Of squares the root is taken. */
static int is_right(lk_group group, float value) {
  return isfinite(value) && (lk_group_kind(group) != LK_GROUP_V || value >= 0);
}

static void look_at(scan *s, const lk_parameter *tensor, uint64_t first, uint64_t count,
                    const float *numbers) {
  char name[LK_GROUP_NAME];
  for (uint64_t i = 0; i < count && !*s->unusable; i++)
    if (!is_right(s->group, numbers[i]))
      snprintf(s->unusable, s->room,
               "'%s/%s' holds %g, as number %" PRIu64 " of %" PRIu64
               ": no result could come of it; use another checkpoint",
               lk_h5_group_name(s->group, name), tensor->name, numbers[i], first + i + 1,
               tensor->count);
}

static lk_status scan_piece(void *context, const lk_parameter *tensor, uint64_t first,
                            uint64_t count, const float *numbers) {
  scan *s = context;
  lk_hasher_add(s->hasher, numbers, count * sizeof *numbers);
  look_at(s, tensor, first, count, numbers);
  return LK_OK;
}

static lk_status scan_group(scan *s, lk_group group, lk_hash *hash) {
  s->group = group;
  LK_TRY(lk_hasher_create(&s->hasher));
  lk_status status = lk_checkpoint_visit(s->checkpoint, group, scan_piece, s);
  if (status == LK_OK) *hash = lk_hasher_value(s->hasher);
  lk_hasher_free(s->hasher);
  return status;
}

/* What a run of local steps goes on from beside the moments of its first site. */
static lk_status scan_sites(scan *s) {
  const lk_checkpoint_info *info = &s->checkpoint->info;
  lk_hash hash;
  for (int group = LK_GROUP_OUTER; group < LK_GROUPS * info->sites; group++)
    if (lk_checkpoint_has(info, (lk_group)group))
      LK_TRY(scan_group(s, (lk_group)group, &hash));
  return LK_OK;
}

static lk_status scan_all(scan *s, int with_moments, lk_checkpoint_numbers *out) {
  LK_TRY(scan_group(s, LK_GROUP_MODEL, &out->values));
  LK_TRY(lk_checkpoint_check_hash(s->checkpoint, &out->values));
  if (s->checkpoint->info.has_average)
    LK_TRY(scan_group(s, LK_GROUP_AVERAGE, &out->average));
  if (!with_moments) return LK_OK;
  LK_TRY(scan_group(s, LK_GROUP_M, &out->m));
  LK_TRY(scan_group(s, LK_GROUP_V, &out->v));
  return scan_sites(s);
}

lk_status lk_checkpoint_scan(const lk_checkpoint *checkpoint, int with_moments,
                             lk_checkpoint_numbers *out) {
  scan s = {
      .checkpoint = checkpoint, .unusable = out->unusable, .room = sizeof out->unusable};
  assert(checkpoint->file);
  *out = (lk_checkpoint_numbers){0};
  return lk_checkpoint_verdict(checkpoint, scan_all(&s, with_moments, out));
}

lk_status lk_checkpoint_check(const lk_checkpoint *checkpoint, int with_moments) {
  lk_checkpoint_numbers numbers;
  LK_TRY(lk_checkpoint_scan(checkpoint, with_moments, &numbers));
  if (!*numbers.unusable) return LK_OK;
  return lk_fail(LK_BAD_DATA, "%s: %s", checkpoint->file->h5.path, numbers.unusable);
}

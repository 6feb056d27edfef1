#include "lockstep/store.h"
#include "store/tensor.h"
#include <inttypes.h>
#include <math.h>

static int is_any_number(float value) {
  return isfinite(value);
}

/* Its root is taken. */
static int is_a_square(float value) {
  return isfinite(value) && value >= 0;
}

static lk_status check_group(const lk_checkpoint *checkpoint, const char *path,
                             const lk_h5_group *group, const float *values,
                             int (*is_right)(float)) {
  const lk_parameters *table = checkpoint->table;
  for (int i = 0; i < table->tensors; i++) {
    const lk_parameter *tensor = &table->list[i];
    for (uint64_t at = 0; at < tensor->count; at++)
      if (!is_right(values[tensor->offset + at]))
        return lk_fail(LK_BAD_DATA,
                       "%s: '%s/%s' holds %g, as number %" PRIu64 " of %" PRIu64
                       ": no result could come of it; use another checkpoint",
                       path, group->name, tensor->name, values[tensor->offset + at], at + 1,
                       tensor->count);
  }
  return LK_OK;
}

lk_status lk_checkpoint_check(const lk_checkpoint *checkpoint, const char *path) {
  const lk_checkpoint *c = checkpoint;
  LK_TRY(check_group(c, path, &lk_h5_groups[LK_GROUP_MODEL], c->values, is_any_number));
  if (!c->m) return LK_OK;
  LK_TRY(check_group(c, path, &lk_h5_groups[LK_GROUP_M], c->m, is_any_number));
  return check_group(c, path, &lk_h5_groups[LK_GROUP_V], c->v, is_a_square);
}

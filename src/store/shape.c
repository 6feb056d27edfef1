#include "store/shape.h"
#include "lockstep/types.h"
#include <stdio.h>

static lk_status write_field(const lk_h5_file *file, const lk_shape_field *field,
                             double value) {
  char text[LK_SHAPE_NAME_SIZE];
  if (field->kind == LK_SHAPE_count)
    return lk_h5_write_count(file, field->name, (uint64_t)value);
  lk_shape_text(field, value, text);
  return lk_h5_write_text(file, field->name, text);
}

lk_status lk_h5_write_shape(const lk_h5_file *file, const lk_shape *shape) {
  for (int i = 0; i < LK_SHAPE_FIELD_COUNT; i++) {
    const lk_shape_field *field = &lk_shape_fields[i];
    double value = lk_shape_get(shape, field);
    if (!field->optional || value) LK_TRY(write_field(file, field, value));
  }
  return lk_h5_write_count(file, "vocabulary", (uint64_t)shape->vocabulary);
}

static lk_status read_text(const lk_h5_file *file, const lk_shape_field *field,
                           double *value) {
  char text[LK_SHAPE_NAME_SIZE], reason[128];
  LK_TRY(lk_h5_read_text(file, field->name, text, sizeof text));
  if (lk_shape_parse(field, text, value)) return LK_OK;
  if (field->kind == LK_SHAPE_choice)
    snprintf(reason, sizeof reason, "its '%s' is none of %s", field->name, field->names);
  else
    snprintf(reason, sizeof reason, "its '%s' is no number from %d to %d", field->name,
             field->least, field->most);
  return lk_h5_damaged(file, reason);
}

static lk_status read_size(const lk_h5_file *file, const char *name, int least, int most,
                           int *value) {
  uint64_t count;
  LK_TRY(lk_h5_read_count(file, name, (uint64_t)least, (uint64_t)most, &count));
  *value = (int)count;
  return LK_OK;
}

static lk_status read_field(const lk_h5_file *file, const lk_shape_field *field,
                            lk_shape *shape) {
  double value = 0;
  int size;
  if (field->optional && !lk_h5_has_attribute(file, field->name)) return LK_OK;
  if (field->kind == LK_SHAPE_count) {
    LK_TRY(read_size(file, field->name, field->least, field->most, &size));
    value = size;
  } else {
    LK_TRY(read_text(file, field, &value));
  }
  lk_shape_set(shape, field, value);
  return LK_OK;
}

/* Files of before do not name their positions: rotary ones have no tensor. */
static int positions_of_tensors(const lk_h5_file *file) {
  return lk_h5_has(file, "model/pos_emb") ? LK_LEARNED_POSITIONS : LK_ROTARY_POSITIONS;
}

lk_status lk_h5_read_shape(const lk_h5_file *file, lk_shape *shape) {
  *shape = (lk_shape){.positions = positions_of_tensors(file)};
  for (int i = 0; i < LK_SHAPE_FIELD_COUNT; i++)
    LK_TRY(read_field(file, &lk_shape_fields[i], shape));
  return read_size(file, "vocabulary", 1, LK_MOST_IDS, &shape->vocabulary);
}

#include "lockstep/shape.h"
#include "lockstep/types.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

#define ROW(optional_, field, type, initial, least_, most_, names_, bits, words_, help)    \
  {.name = #field,                                                                         \
   .offset = offsetof(lk_shape, field),                                                    \
   .least = least_,                                                                        \
   .most = most_,                                                                          \
   .names = names_,                                                                        \
   .optional = optional_,                                                                  \
   .words = words_},

const lk_shape_field lk_shape_fields[LK_SHAPE_FIELD_COUNT] = {LK_SHAPE_SIZES(ROW, 0)
                                                                  LK_SHAPE_OPTIONS(ROW, 1)};

void lk_shape_name(const lk_shape_field *field, int value, char name[LK_SHAPE_NAME_SIZE]) {
  const char *start = field->names;
  assert(*field->names && value >= field->least && value <= field->most);
  while (value-- > 0)
    start += strcspn(start, "|") + 1;
  snprintf(name, LK_SHAPE_NAME_SIZE, "%.*s", (int)strcspn(start, "|"), start);
}

int lk_shape_named(const lk_shape_field *field, const char *name) {
  char other[LK_SHAPE_NAME_SIZE];
  for (int value = field->least; value <= field->most; value++) {
    lk_shape_name(field, value, other);
    if (!strcmp(name, other)) return value;
  }
  return -1;
}

/* Returns the number of characters. */
static int describe_field(const lk_shape_field *field, int value, char *text, size_t size) {
  char name[LK_SHAPE_NAME_SIZE];
  if (!*field->names) return snprintf(text, size, field->words, value);
  lk_shape_name(field, value, name);
  return snprintf(text, size, field->words, name);
}

void lk_shape_describe(const lk_shape *shape, char text[LK_SHAPE_TEXT_SIZE]) {
  size_t used = 0;
  for (int i = 0; i < LK_SHAPE_FIELD_COUNT; i++) {
    const lk_shape_field *field = &lk_shape_fields[i];
    int value = lk_shape_get(shape, field);
    if (field->optional && value == 0) continue;
    used += (size_t)snprintf(text + used, LK_SHAPE_TEXT_SIZE - used, "%s", i ? ", " : "");
    used += (size_t)describe_field(field, value, text + used, LK_SHAPE_TEXT_SIZE - used);
    assert(used < LK_SHAPE_TEXT_SIZE);
  }
}

static lk_status check_limits(const lk_shape *s) {
  for (int i = 0; i < LK_SHAPE_FIELD_COUNT; i++) {
    const lk_shape_field *field = &lk_shape_fields[i];
    int value = lk_shape_get(s, field);
    if (value < field->least || value > field->most)
      return lk_fail(LK_USAGE, "a model's %s cannot be %d; choose model.%s from %d to %d",
                     field->name, value, field->name, field->least, field->most);
  }
  if (s->vocabulary < 3 || s->vocabulary > LK_MOST_IDS)
    return lk_fail(LK_USAGE, "a model of %d ids is out of range", s->vocabulary);
  return LK_OK;
}

lk_status lk_shape_check(const lk_shape *s) {
  LK_TRY(check_limits(s));
  if (s->channels % s->heads)
    return lk_fail(LK_USAGE,
                   "%d heads do not divide %d channels; choose model.heads so that "
                   "they do",
                   s->heads, s->channels);
  if (s->positions == LK_ROTARY_POSITIONS && s->channels / s->heads % 2)
    return lk_fail(LK_USAGE,
                   "rotary positions turn pairs of a head's channels, and %d channels in "
                   "%d heads are an odd number each; change model.heads",
                   s->channels, s->heads);
  return LK_OK;
}

#include "lockstep/shape.h"
#include "lockstep/types.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW(optional_, field, type, initial, least_, most_, names_, bits, words_, help)    \
  {.name = #field,                                                                         \
   .kind = LK_SHAPE_##type,                                                                \
   .offset = offsetof(lk_shape, field),                                                    \
   .least = least_,                                                                        \
   .most = most_,                                                                          \
   .names = names_,                                                                        \
   .optional = optional_,                                                                  \
   .words = words_},

const lk_shape_field lk_shape_fields[LK_SHAPE_FIELD_COUNT] = {LK_SHAPE_SIZES(ROW, 0)
                                                                  LK_SHAPE_OPTIONS(ROW, 1)};

double lk_shape_get(const lk_shape *shape, const lk_shape_field *field) {
  const void *member = (const char *)shape + field->offset;
  return field->kind == LK_SHAPE_real ? *(const double *)member : *(const int *)member;
}

void lk_shape_set(lk_shape *shape, const lk_shape_field *field, double value) {
  void *member = (char *)shape + field->offset;
  if (field->kind == LK_SHAPE_real)
    *(double *)member = value;
  else
    *(int *)member = (int)value;
}

static int is_within(const lk_shape_field *field, double value) {
  return value >= field->least && value <= field->most &&
         (field->kind == LK_SHAPE_real || value == floor(value));
}

void lk_shape_text(const lk_shape_field *field, double value,
                   char text[LK_SHAPE_NAME_SIZE]) {
  const char *start = field->names;
  assert(is_within(field, value));
  if (field->kind == LK_SHAPE_choice) {
    for (int i = 0; i < (int)value; i++)
      start += strcspn(start, "|") + 1;
    snprintf(text, LK_SHAPE_NAME_SIZE, "%.*s", (int)strcspn(start, "|"), start);
    return;
  }
  for (int digits = 15; digits <= 17; digits++) { /* as few as give it back */
    snprintf(text, LK_SHAPE_NAME_SIZE, "%.*g", digits, value);
    if (strtod(text, NULL) == value) return;
  }
}

int lk_shape_parse(const lk_shape_field *field, const char *text, double *value) {
  char other[LK_SHAPE_NAME_SIZE], *end;
  for (int i = field->least; field->kind == LK_SHAPE_choice && i <= field->most; i++) {
    lk_shape_text(field, i, other);
    *value = i;
    if (!strcmp(text, other)) return 1;
  }
  *value = strtod(text, &end);
  return field->kind != LK_SHAPE_choice && *text && !*end && is_within(field, *value);
}

void lk_shape_describe(const lk_shape *shape, char text[LK_SHAPE_TEXT_SIZE]) {
  size_t used = 0;
  for (int i = 0; i < LK_SHAPE_FIELD_COUNT; i++) {
    const lk_shape_field *field = &lk_shape_fields[i];
    double value = lk_shape_get(shape, field);
    char name[LK_SHAPE_NAME_SIZE];
    if (field->optional && value == 0) continue;
    lk_shape_text(field, value, name);
    used += (size_t)snprintf(text + used, LK_SHAPE_TEXT_SIZE - used, "%s", i ? ", " : "");
    used += (size_t)snprintf(text + used, LK_SHAPE_TEXT_SIZE - used, field->words, name);
    assert(used < LK_SHAPE_TEXT_SIZE);
  }
}

static lk_status check_limits(const lk_shape *s) {
  for (int i = 0; i < LK_SHAPE_FIELD_COUNT; i++) {
    const lk_shape_field *field = &lk_shape_fields[i];
    double value = lk_shape_get(s, field);
    if (!is_within(field, value))
      return lk_fail(LK_USAGE, "a model's %s cannot be %g; choose model.%s from %d to %d",
                     field->name, value, field->name, field->least, field->most);
  }
  if (s->vocabulary < 3 || s->vocabulary > LK_MOST_IDS)
    return lk_fail(LK_USAGE, "a model of %d ids is out of range", s->vocabulary);
  return LK_OK;
}

/* Rounded down, but for what rounding the share itself took off. */
int lk_rotary_channels(const lk_shape *s) {
  double share = s->rotary_share > 0 ? s->rotary_share : 1;
  return (int)(s->channels / s->heads * share + 1e-6);
}

/* Of the share the nearest number may be less. */
double lk_rotary_share(int turned, int size) {
  double share = (double)turned / size;
  while ((int)(size * share) < turned)
    share = nextafter(share, 1);
  return share;
}

static lk_status check_rotary(const lk_shape *s) {
  int turned = lk_rotary_channels(s);
  if (s->positions == LK_LEARNED_POSITIONS && s->rotary_share > 0)
    return lk_fail(LK_USAGE, "model.rotary_share is of rotary positions, and the model "
                             "has learned ones; leave it out or set model.positions");
  if (s->positions == LK_LEARNED_POSITIONS || (turned > 0 && turned % 2 == 0)) return LK_OK;
  return lk_fail(LK_USAGE,
                 "rotary positions turn pairs of a head's channels, and of %d channels in "
                 "%d heads they would turn %d each; change model.heads or "
                 "model.rotary_share",
                 s->channels, s->heads, turned);
}

lk_status lk_shape_check(const lk_shape *s) {
  LK_TRY(check_limits(s));
  if (s->channels % s->heads)
    return lk_fail(LK_USAGE,
                   "%d heads do not divide %d channels; choose model.heads so that "
                   "they do",
                   s->heads, s->channels);
  if (s->heads % lk_kv_heads(s))
    return lk_fail(
        LK_USAGE,
        "%d heads of keys and values cannot be shared evenly by %d heads; choose "
        "a divisor for model.kv_heads",
        s->kv_heads, s->heads);
  return check_rotary(s);
}

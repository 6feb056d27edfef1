/* The keys under model: and the model's shape, one from the other. */
#include "config/table.h"
#include <string.h>

lk_shape lk_config_shape(const lk_config *config, int vocabulary) {
  lk_shape shape = {.vocabulary = vocabulary};
#define TAKE(A, field, type, ...) shape.field = (lk_shape_##type)config->model_##field;
  LK_SHAPE_FIELDS(TAKE, )
  return shape;
}

static lk_status check_key(const lk_config *config, const lk_config *found, int key,
                           const char *model) {
  char number_here[32], number_there[32];
  const char *name = lk_config_keys[key].name;
  const char *here = lk_config_value_text(config, key, number_here);
  const char *there = lk_config_value_text(found, key, number_there);
  if (!lk_config_is_set(config, name) || !strcmp(here, there)) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: %s is %s, but the model of %s has %s; leave it out or use a model of "
                 "that shape",
                 lk_config_origin(config, name), name, here, model, there);
}

lk_status lk_config_adopt_shape(lk_config *config, const lk_shape *shape,
                                const char *model) {
  lk_config found = *config; /* its texts stay the config's */
#define PUT(A, field, type, ...) found.model_##field = (lk_config_##type)shape->field;
  LK_SHAPE_FIELDS(PUT, )
#define CHECK(A, field, ...) LK_TRY(check_key(config, &found, LK_KEY_model_##field, model));
  LK_SHAPE_FIELDS(CHECK, )
  *config = found;
  return lk_config_derive(config);
}

/* Values that follow from those of other keys. */
#include "config/table.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int has_value(const lk_config *config, int key, const char *value) {
  char number[32];
  return !strcmp(lk_config_value_text(config, key, number), value);
}

static lk_status take_defaults(lk_config *config) {
#define TAKE(field, value, other, others_value)                                            \
  if (!config->origin[LK_KEY_##field] && has_value(config, LK_KEY_##other, others_value))  \
    LK_TRY(lk_config_set_value(config, LK_KEY_##field, value, "default"));
  LK_CONFIG_DEFAULTS(TAKE)
#undef TAKE
  return LK_OK;
}

/* The key is what another one, which is given, makes it; a config that was written out has
 * both. */
static lk_status follow(lk_config *config, int key, int other, uint64_t value) {
  char text[32];
  const char *name = lk_config_keys[key].name, *from = lk_config_keys[other].name;
  snprintf(text, sizeof text, "%" PRIu64, value);
  if (config->origin[key] && !has_value(config, key, text))
    return lk_fail(LK_USAGE, "%s: '%s' makes '%s' %s, which is given, too; keep one",
                   lk_config_origin(config, from), from, name, text);
  return lk_config_set_value(config, key, text, lk_config_origin(config, from));
}

lk_status lk_config_derive(lk_config *config) {
  lk_config *c = config;
  uint64_t block = c->model_block;
  LK_TRY(take_defaults(c));
  if (c->batch_tokens) {
    uint64_t rows = (c->batch_tokens - 1) / block + 1;
    uint64_t micro_batch = (rows - 1) / c->shards + 1;
    LK_TRY(follow(c, LK_KEY_batch_size, LK_KEY_batch_tokens, micro_batch * c->shards));
  }
  if (c->schedule_warmup_documents)
    LK_TRY(follow(c, LK_KEY_schedule_warmup_tokens, LK_KEY_schedule_warmup_documents,
                  c->schedule_warmup_documents * block));
  return LK_OK;
}

/* The keys that the trained numbers depend on: their hash and their difference. */
#include "config/table.h"
#include "lockstep/memory.h"
#include "lockstep/schedule.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_default(const lk_config *config, int key) {
  char number[32];
  return !strcmp(lk_config_value_text(config, key, number), lk_config_keys[key].initial);
}

/* A key that earlier versions did not have must not change the hash of their runs. The
 * run's length matters only to a schedule that follows it. */
static int matters(const lk_config *config, int key) {
  if (lk_config_keys[key].bits == LK_BITS_LATER) return !is_default(config, key);
  if (lk_config_keys[key].bits) return 1;
  return (key == LK_KEY_steps || key == LK_KEY_epochs) &&
         config->schedule_decay_epochs == 0 &&
         config->schedule_kind != LK_SCHEDULE_CONSTANT;
}

lk_status lk_config_hash(const lk_config *config, lk_hash *hash) {
  char *text, number[32];
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  if (!stream) return lk_fail(LK_INTERNAL, "config hash: out of memory");
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++)
    if (matters(config, key))
      fprintf(stream, "%s=%s\n", lk_config_keys[key].name,
              lk_config_value_text(config, key, number));
  int failed = fclose(stream);
  if (!failed) *hash = lk_hash_bytes(text, size);
  free(text);
  return failed ? lk_fail(LK_INTERNAL, "config hash: out of memory") : LK_OK;
}

int lk_config_difference(const lk_config *here, const lk_config *there, char *text,
                         int size) {
  char number_here[32], number_there[32];
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++) {
    if (!matters(here, key) && !matters(there, key)) continue;
    const char *a = lk_config_value_text(here, key, number_here);
    const char *b = lk_config_value_text(there, key, number_there);
    if (!strcmp(a, b)) continue;
    snprintf(text, (size_t)size, "%s: %s here, %s there", lk_config_keys[key].name, a, b);
    return 1;
  }
  return 0;
}

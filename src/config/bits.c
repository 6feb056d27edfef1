/* The keys that the trained numbers depend on: their hash and their difference. */
#include "config/table.h"
#include "lockstep/memory.h"
#include "lockstep/schedule.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What of a key's value the bits depend on. The caller owns *text: lk_free. */
static lk_status bits_text(const lk_config *config, int key, char **text) {
  char number[32];
  if (key == LK_KEY_corpora) return lk_config_weights(config, text);
  return lk_copy_text(text, lk_config_value_text(config, key, number));
}

/* A key that earlier versions did not have must not change the hash of their runs. The
 * run's length matters only to a schedule that follows it. */
static int matters(const lk_config *config, int key, const char *text) {
  if (lk_config_keys[key].bits == LK_BITS_LATER)
    return strcmp(text, lk_config_keys[key].initial) != 0;
  if (lk_config_keys[key].bits) return 1;
  return (key == LK_KEY_steps || key == LK_KEY_epochs) &&
         config->schedule_decay_epochs == 0 &&
         config->schedule_kind != LK_SCHEDULE_CONSTANT &&
         config->schedule_kind != LK_SCHEDULE_INVERSE_SQRT;
}

static lk_status write_keys(const lk_config *config, FILE *stream) {
  char *text = NULL;
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++) {
    LK_TRY(bits_text(config, key, &text));
    if (matters(config, key, text))
      fprintf(stream, "%s=%s\n", lk_config_keys[key].name, text);
    lk_free(text);
  }
  return LK_OK;
}

lk_status lk_config_hash(const lk_config *config, lk_hash *hash) {
  char *text;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  if (!stream) return lk_fail(LK_INTERNAL, "config hash: out of memory");
  lk_status status = write_keys(config, stream);
  int failed = fclose(stream);
  if (!failed && status == LK_OK) *hash = lk_hash_bytes(text, size);
  free(text);
  return failed ? lk_fail(LK_INTERNAL, "config hash: out of memory") : status;
}

/* Nonzero when the values of a bits key differ. */
static int differs(const lk_config *here, const lk_config *there, int key, char *text,
                   int size) {
  char *a = NULL, *b = NULL;
  int found = 0;
  if (bits_text(here, key, &a) == LK_OK && bits_text(there, key, &b) == LK_OK)
    found = (matters(here, key, a) || matters(there, key, b)) && strcmp(a, b) != 0;
  if (found)
    snprintf(text, (size_t)size, "%s%s: %s here, %s there",
             key == LK_KEY_corpora ? "weights of " : "", lk_config_keys[key].name,
             *a ? a : "none", *b ? b : "none");
  lk_free(a);
  lk_free(b);
  return found;
}

int lk_config_difference(const lk_config *here, const lk_config *there, char *text,
                         int size) {
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++)
    if (differs(here, there, key, text, size)) return 1;
  return 0;
}

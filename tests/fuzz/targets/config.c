/* A config as a YAML file, and its lines as key=value arguments. What is accepted must come
 * back the same when it is written and read again. */
#include "lockstep/config.h"
#include "fuzz.h"

static void check_round_trip(const lk_config *config) {
  lk_config *again;
  lk_hash before, after;
  char *yaml, *yaml_again;
  MUST(lk_config_emit(config, &yaml) == LK_OK);
  MUST(lk_config_hash(config, &before) == LK_OK);
  MUST(lk_config_read(&again, fuzz_file(yaml, strlen(yaml)), 0, NULL) == LK_OK);
  MUST(lk_config_emit(again, &yaml_again) == LK_OK);
  MUST(!strcmp(yaml, yaml_again));
  MUST(lk_config_hash(again, &after) == LK_OK);
  MUST(!strcmp(before.hex, after.hex));
  lk_config_free(again);
  lk_free(yaml);
  lk_free(yaml_again);
}

static void read_file(const uint8_t *bytes, size_t size) {
  lk_config *config;
  const char *path = fuzz_file(bytes, size);
  if (!fuzz_was_read(lk_config_read(&config, path, 0, NULL), LK_USAGE, path)) return;
  check_round_trip(config);
  lk_config_free(config);
}

enum { MOST_ARGUMENTS = 64 };

static void read_arguments(const uint8_t *bytes, size_t size) {
  char *arguments[MOST_ARGUMENTS], *text = malloc(size + 1), *rest = text;
  lk_config *config;
  int count = 0;
  MUST(text);
  memcpy(text, bytes, size);
  text[size] = '\0';
  while (rest && count < MOST_ARGUMENTS)
    arguments[count++] = strsep(&rest, "\n");
  if (fuzz_was_read(lk_config_read(&config, NULL, count, arguments), LK_USAGE, "")) {
    check_round_trip(config);
    lk_config_free(config);
  }
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  read_file(bytes, size);
  if (size) read_arguments(bytes, size);
  fuzz_end();
  return 0;
}

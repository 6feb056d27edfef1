/* The keys for --help, the libraries for --version. */
#include "config/table.h"
#include <cyaml/cyaml.h>
#include <stdio.h>
#include <yaml.h>

const char *lk_config_describe_key(int index, char *text, size_t size) {
  char limits[128];
  if (index >= LK_CONFIG_KEY_COUNT) return NULL;
  const lk_key *key = &lk_config_keys[index];
  lk_config_describe_limits(key, limits, sizeof limits);
  snprintf(text, size, "%s (%s; default %s)", key->help, limits,
           *key->initial ? key->initial : "empty");
  return key->name;
}

const char *lk_config_libraries(void) {
  static char text[64];
  snprintf(text, sizeof text, "libcyaml %s, libyaml %s", cyaml_version_str,
           yaml_get_version_string());
  return text;
}

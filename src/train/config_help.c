/* The keys for --help. */
#include "train/config_table.h"
#include <stdio.h>

void lk_config_help(void) {
  char limits[128];
  for (int i = 0; i < LK_CONFIG_KEY_COUNT; i++) {
    const lk_key *key = &lk_config_keys[i];
    lk_config_describe_limits(key, limits, sizeof limits);
    printf("  %-22s %s (%s; default %s)\n", key->name, key->help, limits,
           *key->initial ? key->initial : "empty");
  }
}

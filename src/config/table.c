/* The table of keys, and looking keys up. */
#include "config/table.h"
#include <assert.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define KEY(field_, name_, type_, initial_, limits_, bits_, help_)                         \
  [LK_KEY_##field_] = {.name = name_,                                                      \
                       .type = LK_TYPE_##type_,                                            \
                       .initial = initial_,                                                \
                       .offset = offsetof(lk_config, field_),                              \
                       .bits = bits_,                                                      \
                       .help = help_,                                                      \
                       limits_},

const lk_key lk_config_keys[LK_CONFIG_KEY_COUNT] = {LK_CONFIG_KEYS(KEY)};

int lk_config_find_key(const char *name) {
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++)
    if (!strcmp(lk_config_keys[key].name, name)) return key;
  return -1;
}

int lk_config_find_section(const char *name) {
  size_t length = strlen(name);
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++)
    if (!strncmp(lk_config_keys[key].name, name, length) &&
        lk_config_keys[key].name[length] == '.')
      return key;
  return -1;
}

static int least_of(int a, int b, int c) {
  int least = a < b ? a : b;
  return least < c ? least : c;
}

/* Levenshtein's distance, one row of the matrix at a time. */
static int edit_distance(const char *a, const char *b) {
  int row[LK_KEY_NAME_SIZE + 1], length = (int)strlen(b);
  assert(length <= LK_KEY_NAME_SIZE);
  for (int j = 0; j <= length; j++)
    row[j] = j;
  for (int i = 1; a[i - 1]; i++) {
    int diagonal = row[0];
    row[0] = i;
    for (int j = 1; j <= length; j++) {
      int above = row[j];
      row[j] = least_of(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
      diagonal = above;
    }
  }
  return row[length];
}

const char *lk_config_nearest_key(const char *name) {
  const char *nearest = NULL;
  int best = INT_MAX;
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++) {
    const char *known = lk_config_keys[key].name, *dot = strchr(known, '.');
    int distance = edit_distance(name, known);
    int bare = dot ? edit_distance(name, dot + 1) : distance;
    distance = bare < distance ? bare : distance;
    if (distance < best) nearest = known;
    if (distance < best) best = distance;
  }
  return nearest;
}

/* The key `samples`: a list in YAML, one text "ONE|TWO" everywhere else. */
#include "config/table.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

static const char between[] = "|";

lk_status lk_config_samples(const lk_config *config, char ***list, unsigned *count) {
  size_t size = strlen(config->samples) + 1;
  char *block = NULL, *rest;
  *list = NULL;
  *count = 0;
  if (size == 1) return LK_OK;
  for (const char *at = config->samples; at; at = strpbrk(at + (*count > 1), between))
    ++*count;
  LK_TRY(LK_NEW(block, *count * sizeof **list + size));
  *list = (char **)(void *)block;
  rest = strcpy(block + *count * sizeof **list, config->samples);
  for (unsigned i = 0; i < *count; i++)
    (*list)[i] = strsep(&rest, between);
  assert(!rest);
  return LK_OK;
}

lk_status lk_config_join_samples(const lk_config_values *values, const char *origin,
                                 char **text) {
  size_t size = 1;
  for (unsigned i = 0; i < values->samples_count; i++) {
    if (strpbrk(values->samples[i], between))
      return lk_fail(LK_USAGE, "%s: '%s' in 'samples' has a '|', which stands between them",
                     origin, values->samples[i]);
    size += strlen(values->samples[i]) + 1;
  }
  if (size == 2 && values->samples_count == 1)
    return lk_fail(LK_USAGE,
                   "%s: 'samples' is one empty text, which reads as none; give another one "
                   "beside it, or leave 'samples' out",
                   origin);
  LK_TRY(LK_NEW(*text, size));
  char *end = *text;
  for (unsigned i = 0; i < values->samples_count; i++) {
    if (i > 0) end = stpcpy(end, between);
    end = stpcpy(end, values->samples[i]);
  }
  return LK_OK;
}

/* The key `corpora`: a list in YAML, one text "FILE:WEIGHT,FILE:WEIGHT" everywhere else. */
#include "config/table.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WEIGHT = 1000000 };

static size_t count_parts(const char *text) {
  size_t count = *text != '\0';
  for (; *text; text++)
    count += *text == ',';
  return count;
}

/* A decimal number, also with an exponent. */
static int parse_weight(const char *text, double *weight) {
  char *end;
  if (!strchr("0123456789.", *text) || text[strspn(text, "0123456789.eE+-")]) return 0;
  *weight = strtod(text, &end);
  return !*end && isfinite(*weight) && *weight > 0 && *weight <= MOST_WEIGHT;
}

static lk_status refuse_weight(const char *origin, const char *file, const char *weight) {
  return lk_fail(LK_USAGE,
                 "%s: the weight of '%s' in 'corpora' must be a number above 0 up to %d, "
                 "not '%s'; write FILE:WEIGHT,FILE:WEIGHT",
                 origin, file, MOST_WEIGHT, weight);
}

/* One part of the list, which is cut into file and weight. */
static lk_status parse_part(char *part, lk_config_corpus *out, const char *origin) {
  char *colon = strrchr(part, ':');
  *out = (lk_config_corpus){part, 1};
  if (colon) *colon = '\0';
  if (!*part)
    return lk_fail(LK_USAGE,
                   "%s: 'corpora' has a part without a file; write FILE:WEIGHT,FILE:WEIGHT",
                   origin);
  if (!colon || parse_weight(colon + 1, &out->weight)) return LK_OK;
  return refuse_weight(origin, part, colon + 1);
}

/* The list and its texts are one block. */
static lk_status parse(const char *text, const char *origin, lk_config_corpus **list,
                       size_t *count) {
  char *block = NULL, *rest, *next;
  size_t parts = count_parts(text), i = 0;
  *list = NULL;
  *count = 0;
  LK_TRY(LK_NEW(block, parts * sizeof **list + strlen(text) + 1));
  lk_config_corpus *found = (lk_config_corpus *)(void *)block;
  rest = strcpy(block + parts * sizeof **list, text);
  lk_status status = LK_OK;
  for (; i < parts && status == LK_OK; i++) {
    next = strchr(rest, ',');
    if (next) *next = '\0';
    status = parse_part(rest, &found[i], origin);
    rest = next + 1;
  }
  assert(status != LK_OK || i == parts);
  if (status == LK_OK) {
    *list = found;
    *count = parts;
  } else {
    lk_free(block);
  }
  return status;
}

int lk_config_has_corpus(const lk_config *config) {
  return *config->corpus || *config->corpora;
}

lk_status lk_config_corpora(const lk_config *config, lk_config_corpus **list,
                            size_t *count) {
  if (*config->corpora)
    return parse(config->corpora, lk_config_origin(config, "corpora"), list, count);
  *count = 0;
  LK_TRY(LK_NEW(*list, 1));
  (*list)[0] = (lk_config_corpus){config->corpus, 1};
  *count = *config->corpus != '\0';
  return LK_OK;
}

lk_status lk_config_check_corpora(const char *text, const char *origin) {
  lk_config_corpus *list;
  size_t count;
  LK_TRY(parse(text, origin, &list, &count));
  lk_free(list);
  return LK_OK;
}

/* Of YAML, before it is written as text, where a comma ends it. */
static lk_status check_part(const lk_config_part *part, const char *origin) {
  double weight;
  if (strchr(part->file, ','))
    return lk_fail(LK_USAGE, "%s: '%s' in 'corpora' has a comma in its name; rename it",
                   origin, part->file);
  if (!part->weight || parse_weight(part->weight, &weight)) return LK_OK;
  return refuse_weight(origin, part->file, part->weight);
}

lk_status lk_config_join_corpora(const lk_config_values *values, const char *origin,
                                 char **text) {
  size_t size = 1, used = 0;
  for (unsigned i = 0; i < values->corpora_count; i++) {
    const lk_config_part *part = &values->corpora[i];
    LK_TRY(check_part(part, origin));
    size += strlen(part->file) + (part->weight ? strlen(part->weight) : 1) + 2;
  }
  LK_TRY(LK_NEW(*text, size));
  for (unsigned i = 0; i < values->corpora_count; i++)
    used += (size_t)snprintf(*text + used, size - used, "%s%s:%s", i ? "," : "",
                             values->corpora[i].file,
                             values->corpora[i].weight ? values->corpora[i].weight : "1");
  return LK_OK;
}

lk_status lk_config_split_corpora(const lk_config *config, lk_config_values *values,
                                  char **block) {
  lk_config_corpus *list;
  size_t count;
  LK_TRY(parse(config->corpora, "corpora", &list, &count));
  *block = (char *)list;
  LK_TRY(LK_NEW(values->corpora, count));
  values->corpora_count = (unsigned)count;
  for (size_t i = 0; i < count; i++) {
    values->corpora[i].file = (char *)list[i].file;
    lk_config_write_real(list[i].weight, values->corpora[i].number);
    values->corpora[i].weight = values->corpora[i].number;
  }
  return LK_OK;
}

lk_status lk_config_weights(const lk_config *config, char **text) {
  lk_config_corpus *list;
  size_t count, used = 0;
  char number[32];
  LK_TRY(parse(config->corpora, "corpora", &list, &count));
  lk_status status = LK_NEW(*text, count * sizeof number + 1);
  if (count == 1 && list[0].weight == 1) count = 0; /* as by `corpus` */
  for (size_t i = 0; i < count && status == LK_OK; i++) {
    lk_config_write_real(list[i].weight, number);
    used += (size_t)sprintf(*text + used, "%s%s", i ? "," : "", number);
  }
  lk_free(list);
  return status;
}

/* One value: text to number and back, with its limits. */
#include "config/table.h"
#include "lockstep/memory.h"
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static void *field_of(const lk_config *config, const lk_key *key) {
  return (char *)config + key->offset;
}

/* What is stored must come back from the YAML that lk_config_emit writes, so it must be
 * UTF-8. No name of a file needs a control character, and a terminal obeys it, a script
 * takes a newline for the end of the value. */
static lk_status check_text(const lk_key *key, const char *text, const char *origin) {
  utf8proc_int32_t code_point;
  for (int number = 1; *text; number++) {
    utf8proc_ssize_t length =
        utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &code_point);
    if (length <= 0)
      return lk_fail(LK_USAGE,
                     "%s: '%s' must be UTF-8 text, and its character %d is not; "
                     "rename it",
                     origin, key->name, number);
    if (utf8proc_category(code_point) == UTF8PROC_CATEGORY_CC)
      return lk_fail(LK_USAGE,
                     "%s: character %d of '%s' is a control character (U+%04X); "
                     "remove it",
                     origin, number, key->name, (unsigned)code_point);
    text += length;
  }
  return LK_OK;
}

static lk_status set_text(char **field, const lk_key *key, const char *text,
                          const char *origin) {
  char *copy;
  LK_TRY(check_text(key, text, origin));
  LK_TRY(lk_copy_text(&copy, text));
  lk_free(*field);
  *field = copy;
  return LK_OK;
}

/* The word that a count may be instead of a number, or "". */
static const char *word_of(const lk_key *key) {
  return key->type == LK_TYPE_count && key->names ? key->names : "";
}

/* Decimal digits only: no sign, no spaces, and 007 is 7. */
static int parse_count(const char *text, const lk_key *key, uint64_t *value) {
  *value = LK_CONFIG_AUTO;
  if (*text && !strcmp(text, word_of(key))) return 1;
  errno = 0;
  if (!*text || text[strspn(text, "0123456789")]) return 0;
  *value = strtoull(text, NULL, 10);
  return !errno && *value >= key->least && *value <= key->most;
}

/* Decimal notation only: strtod alone would take nan, inf and hexadecimal. */
static int parse_real(const char *text, const lk_key *key, double *value) {
  char *end;
  if (!*text || text[strspn(text, "0123456789+-.eE")]) return 0;
  errno = 0;
  *value = strtod(text, &end) + 0.0; /* -0 becomes 0 */
  if (*end || errno || !isfinite(*value)) return 0;
  return *value <= key->maximum &&
         (key->open ? *value > key->minimum : *value >= key->minimum);
}

/* The name at `index` of "a|b|c"; its length, 0 behind the last. */
static int name_at(const char *names, int index, const char **name) {
  while (index-- > 0) {
    names += strcspn(names, "|");
    if (!*names) return 0;
    names++;
  }
  *name = names;
  return (int)strcspn(names, "|");
}

static int parse_choice(const char *text, const lk_key *key, int *value) {
  const char *name;
  int length;
  for (int i = 0; (length = name_at(key->names, i, &name)) > 0; i++) {
    *value = i;
    if ((int)strlen(text) == length && !strncmp(text, name, (size_t)length)) return 1;
  }
  return 0;
}

void lk_config_describe_limits(const lk_key *key, char *text, size_t size) {
  if (key->type == LK_TYPE_text)
    snprintf(text, size, "text");
  else if (key->type == LK_TYPE_choice)
    snprintf(text, size, "%s%s", strchr(key->names, '|') ? "one of " : "", key->names);
  else if (key->type == LK_TYPE_count)
    snprintf(text, size, "a whole number from %" PRIu64 " to %" PRIu64 "%s%s", key->least,
             key->most, *word_of(key) ? ", or " : "", word_of(key));
  else
    snprintf(text, size, "a number %s %g %s %g", key->open ? "above" : "from", key->minimum,
             key->open ? "up to" : "to", key->maximum);
}

/* Training computes in single precision, where this would be 0. */
static lk_status check_single(const lk_key *key, const char *text, const char *origin,
                              double value) {
  if (!key->bits || value == 0 || fabs(value) >= (double)FLT_MIN) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: '%s' is %.100s, which is 0 in fp32, in which training computes; the "
                 "smallest number there is %g",
                 origin, key->name, text, (double)FLT_MIN);
}

lk_status lk_config_set_value(lk_config *config, int index, const char *text,
                              const char *origin) {
  const lk_key *key = &lk_config_keys[index];
  union {
    uint64_t count;
    double real;
    int choice;
  } value;
  char limits[128];
  if (index == LK_KEY_corpora) LK_TRY(lk_config_check_corpora(text, origin));
  if (key->type == LK_TYPE_text) return set_text(field_of(config, key), key, text, origin);
  if (key->type == LK_TYPE_count && parse_count(text, key, &value.count))
    *(uint64_t *)field_of(config, key) = value.count;
  else if (key->type == LK_TYPE_real && parse_real(text, key, &value.real)) {
    LK_TRY(check_single(key, text, origin, value.real));
    *(double *)field_of(config, key) = value.real;
  } else if (key->type == LK_TYPE_choice && parse_choice(text, key, &value.choice))
    *(int *)field_of(config, key) = value.choice;
  else {
    lk_config_describe_limits(key, limits, sizeof limits);
    return lk_fail(LK_USAGE, "%s: '%s' must be %s, not '%.100s'", origin, key->name, limits,
                   text);
  }
  return LK_OK;
}

void lk_config_write_real(double value, char number[32]) {
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(number, 32, "%.*g", digits, value);
    if (strtod(number, NULL) == value) return;
  }
}

const char *lk_config_value_text(const lk_config *config, int index, char number[32]) {
  const lk_key *key = &lk_config_keys[index];
  const void *field = field_of(config, key);
  const char *name = "";
  int length;
  switch (key->type) {
  case LK_TYPE_text:
    return *(char *const *)field;
  case LK_TYPE_count:
    if (*word_of(key) && *(const uint64_t *)field == LK_CONFIG_AUTO) return word_of(key);
    snprintf(number, 32, "%" PRIu64, *(const uint64_t *)field);
    break;
  case LK_TYPE_real:
    lk_config_write_real(*(const double *)field, number);
    break;
  case LK_TYPE_choice:
    length = name_at(key->names, *(const int *)field, &name);
    snprintf(number, 32, "%.*s", length, name);
  }
  return number;
}

/* A time in a config. */
#include "lockstep/config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Seconds of a unit; 0: no such unit. */
static double unit_seconds(char unit) {
  switch (unit) {
  case 'd':
    return 86400;
  case 'h':
    return 3600;
  case 'm':
    return 60;
  case 's':
    return 1;
  default:
    return 0;
  }
}

/* Digits, and a point and more of them, up to *end; what else strtod knows is mistyped. */
static double number_at(const char *text, const char **end) {
  static const char digits[] = "0123456789";
  *end = text + strspn(text, digits);
  if (*end == text) return NAN;
  if (**end == '.') *end += 1 + strspn(*end + 1, digits);
  return strtod(text, NULL);
}

/* Each unit once, the largest first. A number alone is seconds. */
static int add_up(const char *text, double *seconds) {
  double before = INFINITY;
  *seconds = 0;
  for (const char *at = text, *end; *at; at = end + 1) {
    double number = number_at(at, &end), unit = unit_seconds(*end);
    if (!*end && at == text) unit = 1;
    if (isnan(number) || unit == 0 || unit >= before) return 0;
    *seconds += number * unit;
    before = unit;
    if (!*end) break;
  }
  return isfinite(*seconds);
}

static lk_status parse(const lk_config *config, const char *key, const char *text,
                       double *seconds) {
  if (add_up(text, seconds)) return LK_OK;
  return lk_fail(LK_USAGE, "%s: %s is '%s', not a time such as 3h30m, 45m or 90s",
                 lk_config_origin(config, key), key, text);
}

lk_status lk_config_time_limit(const lk_config *config, double *seconds) {
  return parse(config, "stop_after", config->stop_after, seconds);
}

lk_status lk_config_node_mtbf(const lk_config *config, double *seconds) {
  LK_TRY(parse(config, "node_mtbf", config->node_mtbf, seconds));
  if (*seconds > 0) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: node_mtbf is '%s', but nodes run for some time, such as 150d",
                 lk_config_origin(config, "node_mtbf"), config->node_mtbf);
}

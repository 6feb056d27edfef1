/* A time in a config. */
#include "lockstep/config.h"
#include <math.h>
#include <stdlib.h>

/* Seconds of a unit; a number without one is seconds. 0: no such unit. */
static double unit_seconds(char unit) {
  switch (unit) {
  case 'd':
    return 86400;
  case 'h':
    return 3600;
  case 'm':
    return 60;
  case 's':
  case '\0':
    return 1;
  default:
    return 0;
  }
}

static lk_status parse(const lk_config *config, const char *key, const char *text,
                       double *seconds) {
  *seconds = 0;
  for (const char *at = text; *at;) {
    char *end;
    double number = strtod(at, &end), unit = unit_seconds(*end);
    if (end == at || !isfinite(number) || number < 0 || unit == 0)
      return lk_fail(LK_USAGE, "%s: %s is '%s', not a time such as 3h30m, 45m or 90s",
                     lk_config_origin(config, key), key, text);
    *seconds += number * unit;
    at = *end ? end + 1 : end;
  }
  return LK_OK;
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

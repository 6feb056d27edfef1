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

lk_status lk_config_time_limit(const lk_config *config, double *seconds) {
  const char *text = config->stop_after, *at = text;
  *seconds = 0;
  while (*at) {
    char *end;
    double number = strtod(at, &end), unit = unit_seconds(*end);
    if (end == at || !isfinite(number) || number < 0 || unit == 0)
      return lk_fail(LK_USAGE,
                     "%s: stop_after is '%s', not a time such as 3h30m, 45m or 90s",
                     lk_config_origin(config, "stop_after"), text);
    *seconds += number * unit;
    at = *end ? end + 1 : end;
  }
  return LK_OK;
}

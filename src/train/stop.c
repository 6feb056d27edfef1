#include "train/stop.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  int number;
  const char *name;
} caught[] = {
    {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}};
enum { CAUGHT = sizeof caught / sizeof *caught };

static volatile sig_atomic_t received;

static void on_signal(int number) {
  if (number == SIGINT && received == SIGINT) { /* asked twice: the default action */
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
  }
  received = number;
}

lk_status lk_stop_install(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < CAUGHT; i++)
    if (sigaction(caught[i].number, &action, NULL))
      return lk_fail(LK_INTERNAL, "cannot catch %s: %s", caught[i].name, strerror(errno));
  return LK_OK;
}

const char *lk_stop_requested(double seconds, double limit) {
  for (int i = 0; i < CAUGHT; i++)
    if (received == caught[i].number) return caught[i].name;
  return limit > 0 && seconds >= limit ? "stop_after" : NULL;
}

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

lk_status lk_stop_parse_duration(const char *text, const char *origin, double *seconds) {
  const char *at = text;
  *seconds = 0;
  while (*at) {
    char *end;
    double number = strtod(at, &end), unit = unit_seconds(*end);
    if (end == at || !isfinite(number) || number < 0 || unit == 0)
      return lk_fail(LK_USAGE,
                     "%s: stop_after is '%s', not a time such as 3h30m, 45m or 90s", origin,
                     text);
    *seconds += number * unit;
    at = *end ? end + 1 : end;
  }
  return LK_OK;
}

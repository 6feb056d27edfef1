#include "lockstep/duration.h"
#include <math.h>
#include <stdio.h>

static const double MOST = 3600e12; /* more is as endless, and fits a long */

const char *lk_duration_print(char text[LK_DURATION_TEXT], double seconds) {
  long whole = (long)(fmin(fmax(seconds, 0), MOST) + 0.5);
  if (whole >= 3600)
    snprintf(text, LK_DURATION_TEXT, "%ldh%02ldm", whole / 3600, whole % 3600 / 60);
  else if (whole >= 60)
    snprintf(text, LK_DURATION_TEXT, "%ldm%02lds", whole / 60, whole % 60);
  else
    snprintf(text, LK_DURATION_TEXT, "%lds", whole);
  return text;
}

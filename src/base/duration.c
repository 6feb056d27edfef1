#include "lockstep/duration.h"
#include <stdio.h>

const char *lk_duration_print(char text[LK_DURATION_TEXT], double seconds) {
  long whole = (long)(seconds + 0.5);
  if (whole >= 3600)
    snprintf(text, LK_DURATION_TEXT, "%ldh%02ldm", whole / 3600, whole % 3600 / 60);
  else if (whole >= 60)
    snprintf(text, LK_DURATION_TEXT, "%ldm%02lds", whole / 60, whole % 60);
  else
    snprintf(text, LK_DURATION_TEXT, "%lds", whole);
  return text;
}

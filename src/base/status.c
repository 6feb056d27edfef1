#include "lockstep/status.h"
#include <stdarg.h>
#include <stdio.h>

/* Room for a long path and an explanation; longer messages are cut. */
static char last_message[4096];

lk_status lk_fail(lk_status code, const char *format, ...) {
  char text[sizeof last_message]; /* an argument may be lk_message() itself */
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  snprintf(last_message, sizeof last_message, "%s", text);
  return code;
}

const char *lk_message(void) {
  return last_message;
}

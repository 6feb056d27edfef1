#include "lockstep/status.h"
#include "lockstep/visible.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* Nothing can be done when the write fails. */
void lk_say(const char *format, ...) {
  char text[sizeof last_message], line[LK_VISIBLE_MOST * sizeof text + 16] = "lockstep: ";
  size_t prefix = strlen(line);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  lk_visible(line + prefix, sizeof line - prefix - 1, text, "");
  strcat(line, "\n");
  if (write(STDERR_FILENO, line, strlen(line)) < 0) return;
}

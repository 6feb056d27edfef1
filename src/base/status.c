#include "lockstep/status.h"
#include "lockstep/terminal.h"
#include "lockstep/visible.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHORT = 4096 }; /* where memory is short, a message has this room, and is cut */

static _Thread_local char last_resort[SHORT];
static _Thread_local char *last_message; /* NULL: none yet */

/* The message with room for all of it; NULL, with `arguments` as they were, when there is
 * none. */
static char *write_whole(const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  char *text = length < 0 ? NULL : malloc((size_t)length + 1);
  if (text) vsnprintf(text, (size_t)length + 1, format, arguments);
  return text;
}

/* An argument may be lk_message() itself, so that the old message is kept until the end. */
lk_status lk_fail(lk_status code, const char *format, ...) {
  char cut[SHORT];
  va_list arguments;
  va_start(arguments, format);
  char *text = write_whole(format, arguments);
  if (!text) {
    vsnprintf(cut, sizeof cut, format, arguments);
    text = memcpy(last_resort, cut, sizeof cut);
  }
  va_end(arguments);
  if (last_message != last_resort) free(last_message);
  last_message = text;
  return code;
}

const char *lk_message(void) {
  return last_message ? last_message : "";
}

void lk_message_forget(void) {
  if (last_message != last_resort) free(last_message);
  last_message = NULL;
}

/* Nothing can be done when the write fails. */
static void write_line(char *line, size_t size, const char *text) {
  size_t prefix = (size_t)snprintf(line, size, "lockstep: ");
  lk_visible(line + prefix, size - prefix - 1, text, "");
  strcat(line, "\n");
  lk_terminal_clear();
  if (write(STDERR_FILENO, line, strlen(line)) < 0) return;
}

void lk_say(const char *format, ...) {
  char cut[SHORT], short_line[LK_VISIBLE_MOST * SHORT + 16];
  va_list arguments;
  va_start(arguments, format);
  char *text = write_whole(format, arguments);
  if (!text) vsnprintf(cut, sizeof cut, format, arguments);
  va_end(arguments);
  size_t size = text ? LK_VISIBLE_MOST * strlen(text) + 16 : 0;
  char *line = text ? malloc(size) : NULL;
  if (line)
    write_line(line, size, text);
  else
    write_line(short_line, sizeof short_line, text ? text : cut);
  free(line);
  free(text);
}

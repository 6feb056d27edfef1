#include "lockstep/terminal.h"
#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

enum { USUAL_WIDTH = 80, LINE = 1024 /* bytes of the widest line */ };

static atomic_int is_shown; /* something stands in the line that is written over */

static int is_set(const char *name) {
  const char *value = getenv(name);
  return value && *value;
}

static void find_size(int descriptor, lk_terminal *terminal) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size)) return;
  if (size.ws_col) terminal->width = size.ws_col;
  terminal->height = size.ws_row;
}

lk_terminal lk_terminal_of(int descriptor) {
  lk_terminal terminal = {.width = USUAL_WIDTH};
  if (!isatty(descriptor)) return terminal;
  find_size(descriptor, &terminal);
  terminal.rewrites = is_set("TERM") && strcmp(getenv("TERM"), "dumb") != 0;
  terminal.colours = terminal.rewrites && !is_set("NO_COLOR");
  return terminal;
}

int lk_terminal_fit(const char *text, int columns) {
  utf8proc_int32_t code_point;
  int length = 0;
  while (text[length]) {
    int step =
        (int)utf8proc_iterate((const utf8proc_uint8_t *)text + length, -1, &code_point);
    if (step <= 0) break;
    columns -= utf8proc_charwidth(code_point);
    if (columns < 0) break;
    length += step;
  }
  return length;
}

/* One write, which no other line comes into; nothing can be done when it fails. */
static void put(const char *line, int length) {
  if (write(STDERR_FILENO, line, (size_t)length) < 0) return;
}

/* The last column stays free: terminals begin a line behind it. */
void lk_terminal_show(const char *text) {
  char line[LINE];
  lk_terminal terminal = lk_terminal_of(STDERR_FILENO);
  if (!terminal.rewrites) return;
  int fit = lk_terminal_fit(text, terminal.width - 1), most = LINE - 8;
  int length = snprintf(line, sizeof line, "\r%.*s\033[K", fit < most ? fit : most, text);
  assert(length > 0 && length < LINE);
  put(line, length);
  atomic_store(&is_shown, 1);
}

void lk_terminal_clear(void) {
  if (atomic_exchange(&is_shown, 0)) put("\r\033[K", 4);
}

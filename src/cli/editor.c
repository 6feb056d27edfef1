#include "cli/editor.h"
#include <stddef.h>

#ifdef LOCKSTEP_HAVE_EDIT
#include "lockstep/file.h"
#include "lockstep/terminal.h"
#include <assert.h>
#include <editline/readline.h>
#include <libgen.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REMEMBERED = 1000 };

static char history_path[PATH_MAX]; /* "": none is kept */

static void find_history(void) {
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  int length = 0;
  if (state && *state == '/')
    length = snprintf(history_path, PATH_MAX, "%s/lockstep/history", state);
  else if (home && *home == '/')
    length = snprintf(history_path, PATH_MAX, "%s/.local/state/lockstep/history", home);
  if (length <= 0 || length >= PATH_MAX) *history_path = '\0';
}

/* Lines are UTF-8, whatever the locale says; a dumb terminal cannot show how they change.
 */
int lk_editor_begin(void) {
  if (!lk_terminal_of(STDERR_FILENO).rewrites) return 0;
  if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8");
  rl_readline_name = "lockstep";
  rl_outstream = stderr;
  using_history();
  stifle_history(REMEMBERED);
  find_history();
  if (*history_path) read_history(history_path);
  return 1;
}

/* After every line: a session may end by a signal. */
static void remember(const char *line) {
  char folder[PATH_MAX];
  add_history(line);
  if (!*history_path) return;
  strcpy(folder, history_path);
  if (lk_folder_create(dirname(folder)) == LK_OK) write_history(history_path);
}

char *lk_editor_line(void) {
  assert(rl_outstream == stderr);
  char *line = readline("> ");
  if (line && *line) remember(line);
  return line;
}

#else

int lk_editor_begin(void) {
  return 0;
}

char *lk_editor_line(void) {
  return NULL;
}
#endif

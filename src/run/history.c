#include "lockstep/history.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/visible.h"
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void path_of(const char *folder, char path[PATH_MAX]) {
  snprintf(path, PATH_MAX, "%s/history.txt", folder);
}

void lk_history_note(const char *folder, const char *text) {
  char path[PATH_MAX], when[32], *line = NULL;
  const char *reason = "out of memory";
  size_t size = sizeof when + LK_VISIBLE_MOST * strlen(text) + 2;
  time_t now = time(NULL);
  path_of(folder, path);
  strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
  if (LK_NEW(line, size) == LK_OK) {
    size_t used = (size_t)snprintf(line, size, "%s ", when);
    lk_visible(line + used, size - used - 1, text, ""); /* one line, whatever is in it */
    strcat(line, "\n");
    reason = lk_file_append_lines(path, line);
  }
  if (reason) lk_say("%s: cannot write: %s; training goes on without it", path, reason);
  lk_free(line);
}

/* The ranks in a line of lk_history_start, up to its end; NULL in another line. */
static const char *ranks_in(const char *line) {
  int behind = 0;
  if (sscanf(line, "%*s step %*u of %*u, %n", &behind) < 0 || !behind) return NULL;
  return strstr(line + behind, " on ") ? line + behind : NULL;
}

/* The text of the last start's ranks, inside `history`, which it cuts into lines; NULL when
 * there was none. */
static const char *last_ranks(char *history) {
  const char *last = NULL;
  for (char *line = history, *end; (end = strchr(line, '\n')); line = end + 1) {
    *end = '\0';
    const char *ranks = ranks_in(line);
    if (ranks) last = ranks;
  }
  return last;
}

static void compare_with_last(const char *folder, const char *ranks) {
  char path[PATH_MAX], *history = NULL;
  size_t size;
  path_of(folder, path);
  if (!lk_file_is_plain(path) || access(path, R_OK) ||
      lk_file_read(path, &history, &size) != LK_OK)
    return;
  const char *before = last_ranks(history);
  if (before && strcmp(before, ranks))
    lk_say("the world changed: %s, before %s", ranks, before);
  lk_free(history);
}

lk_status lk_history_start(const char *folder, uint64_t step, uint64_t steps,
                           const char *ranks) {
  char *text = NULL;
  size_t size = strlen(ranks) + 64;
  assert(step <= steps);
  LK_TRY(LK_NEW(text, size));
  snprintf(text, size, "step %llu of %llu, %s", (unsigned long long)step,
           (unsigned long long)steps, ranks);
  assert(strstr(ranks, " on "));
  compare_with_last(folder, ranks);
  lk_history_note(folder, text);
  lk_free(text);
  return LK_OK;
}

int lk_history_lacks_end(const char *folder) {
  static const char end[] = " complete\n";
  char path[PATH_MAX], *text;
  size_t size, length = sizeof end - 1;
  path_of(folder, path);
  if (!lk_file_is_plain(path) || lk_file_read(path, &text, &size) != LK_OK) return 0;
  int lacks = size && (size < length || strcmp(text + size - length, end) != 0);
  lk_free(text);
  return lacks;
}

void lk_history_end(const char *folder, lk_status status) {
  lk_history_note(folder, status == LK_OK ? "complete" : lk_message());
}

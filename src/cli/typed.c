#include "cli/typed.h"
#include "cli/editor.h"
#include "lockstep/memory.h"
#include "lockstep/watchdog.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_edited; /* rank 0 */

lk_status lk_typed_begin(lk_world *world, int *typed) {
  int first = lk_world_rank(world) == 0;
  LK_TRY(lk_world_any(world, first && isatty(STDIN_FILENO), typed));
  if (first && *typed) is_edited = lk_editor_begin();
  return LK_OK;
}

static char *read_unedited(void) {
  char *line = NULL;
  size_t room = 0;
  fputs("> ", stderr);
  ssize_t size = getline(&line, &room, stdin);
  if (size > 0 && line[size - 1] == '\n') line[size - 1] = '\0';
  if (size >= 0) return line;
  free(line);
  return NULL;
}

/* Rank 0. No line when what is answered cannot be printed. */
static lk_status read_line(char **line) {
  char *typed = ferror(stdout) ? NULL : is_edited ? lk_editor_line() : read_unedited();
  *line = NULL;
  lk_status status = typed ? lk_copy_text(line, typed) : LK_OK;
  free(typed);
  return status;
}

lk_status lk_typed_line(lk_world *world, char **line) {
  int first = lk_world_rank(world) == 0;
  uint64_t size = 0;
  *line = NULL;
  lk_watchdog_phase(lk_world_watchdog(world), 0, "waiting for a line", LK_TAKES_ITS_TIME);
  LK_TRY(lk_world_agree(world, first ? read_line(line) : LK_OK));
  if (*line) size = strlen(*line) + 1;
  LK_TRY(lk_world_broadcast(world, &size, sizeof size));
  if (!size) return LK_OK;
  LK_TRY(lk_world_agree(world, first ? LK_OK : LK_NEW(*line, (size_t)size)));
  return lk_world_broadcast(world, *line, (size_t)size);
}

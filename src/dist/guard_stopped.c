/* A guess at who is missing in a start: a process that the same launcher started on this
 * host, and that is stopped. */
#include "dist/guard.h"
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Its command's name, in brackets, may hold anything: what follows stands behind the last
 * one. */
static int is_stopped_sibling(long process) {
  char path[64], line[512], state;
  int parent;
  snprintf(path, sizeof path, "/proc/%ld/stat", process);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  size_t length = fread(line, 1, sizeof line - 1, file);
  fclose(file);
  line[length] = '\0';
  const char *behind = strrchr(line, ')');
  if (!behind || sscanf(behind + 1, " %c %d", &state, &parent) != 2) return 0;
  return parent == getppid() && (state == 'T' || state == 't');
}

long lk_guard_find_stopped(void) {
  DIR *list = opendir("/proc");
  long found = 0;
  if (!list) return 0;
  for (const struct dirent *entry; !found && (entry = readdir(list));)
    if (isdigit((unsigned char)*entry->d_name) && is_stopped_sibling(atol(entry->d_name)))
      found = atol(entry->d_name);
  closedir(list);
  return found;
}

/* Names that an experiment writes to may be those of files that are not its own. */
#include "lab/own.h"
#include "lockstep/file.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { HEAD = 1000 /* bytes, which have the mark */ };

/* Through links, as it would be written. What is no file, or empty, has nothing to lose. */
static int has_content(const char *path) {
  struct stat facts;
  return !stat(path, &facts) && S_ISREG(facts.st_mode) && facts.st_size > 0;
}

int lk_lab_is_own(const char *path, const char *mark) {
  char head[HEAD + 1];
  FILE *file = has_content(path) ? fopen(path, "r") : NULL;
  if (!file) return 0;
  head[fread(head, 1, HEAD, file)] = '\0';
  fclose(file);
  return strstr(head, mark) != NULL;
}

lk_status lk_lab_set_aside(const char *path) {
  char aside[PATH_MAX];
  if (!has_content(path)) return LK_OK;
  LK_TRY(lk_file_set_aside(path, aside));
  lk_say("%s: not written by an experiment; set aside as %s", path, aside);
  return LK_OK;
}

lk_status lk_lab_write(const char *path, const char *mark, const char *text, size_t size) {
  if (!lk_lab_is_own(path, mark)) LK_TRY(lk_lab_set_aside(path));
  return lk_file_write(path, text, size);
}

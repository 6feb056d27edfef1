/* samples.txt: what the model wrote, below the steps. */
#include "lockstep/file.h"
#include "run/sink.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char name[] = "samples.txt";
static const char heading[] = "after step ";

/* Where the first line begins that is the heading of a later step; lines of texts are
 * indented. */
static size_t end_of(const char *text, size_t size, uint64_t step) {
  const char *line = text;
  while (line && line < text + size) {
    if (!strncmp(line, heading, sizeof heading - 1) &&
        strtoull(line + sizeof heading - 1, NULL, 10) > step)
      return (size_t)(line - text);
    line = strchr(line, '\n');
    line += line != NULL;
  }
  return size;
}

lk_status lk_run_begin_samples(const lk_run *run, uint64_t step) {
  char path[PATH_MAX], *text;
  size_t size;
  lk_run_path(run, name, path);
  if (access(path, F_OK)) return LK_OK;
  if (step == 0 || !lk_file_is_plain(path))
    return lk_run_set_aside_file(run, name, "it is no file of this run");
  LK_TRY(lk_file_read(path, &text, &size));
  size_t kept = end_of(text, size, step);
  lk_status status = kept < size ? lk_file_replace(path, text, kept) : LK_OK;
  lk_free(text);
  return status;
}

int lk_run_has_samples(const lk_run *run, uint64_t step) {
  char path[PATH_MAX], *text;
  size_t size;
  lk_run_path(run, name, path);
  if (!lk_file_is_plain(path) || lk_file_read(path, &text, &size) != LK_OK) return 0;
  int has = end_of(text, size, step - 1) < size;
  lk_free(text);
  return has;
}

static void print_indented(FILE *to, const char *texts) {
  for (const char *line = texts; *line;) {
    size_t length = strcspn(line, "\n");
    fprintf(to, "  %.*s\n", (int)length, line);
    line += length + (line[length] == '\n');
  }
}

lk_status lk_run_log_samples(lk_run *run, uint64_t step, const char *texts) {
  char path[PATH_MAX], *lines = NULL;
  size_t size;
  lk_run_path(run, name, path);
  FILE *memory = open_memstream(&lines, &size);
  if (!memory) return lk_fail(LK_INTERNAL, "%s: out of memory", path);
  fprintf(memory, "%s%llu\n", heading, (unsigned long long)step);
  print_indented(memory, texts);
  const char *reason = fclose(memory) ? strerror(errno) : lk_file_append_lines(path, lines);
  lk_status status = reason ? lk_fail(LK_IO, "%s: cannot write: %s", path, reason) : LK_OK;
  free(lines);
  lk_status logged = lk_sinks_samples(run->sinks, step, texts);
  return status == LK_OK ? logged : status;
}

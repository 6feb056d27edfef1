#define _GNU_SOURCE /* posix_spawn_file_actions_addchdir_np */
#include "lab/picture.h"
#include "lab/own.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Colours that people with any colour vision tell apart: Okabe and Ito 2008. */
static const char head[] =
    "# Draws %s.svg and %s.png from the CSV files beside it: gnuplot %s.gp\n"
    "set linetype 1 linecolor rgb '#0072B2' linewidth 2 pointtype 7\n"
    "set linetype 2 linecolor rgb '#D55E00' linewidth 2 pointtype 5\n"
    "set linetype 3 linecolor rgb '#009E73' linewidth 2 pointtype 9\n"
    "set linetype 4 linecolor rgb '#CC79A7' linewidth 2 pointtype 13\n"
    "set linetype 5 linecolor rgb '#E69F00' linewidth 2 pointtype 11\n"
    "set linetype 6 linecolor rgb '#56B4E9' linewidth 2 pointtype 4\n"
    "set linetype 7 linecolor rgb '#000000' linewidth 2 pointtype 6\n"
    "do for [kind in 'svg png'] {\n"
    "reset\n"
    "set encoding utf8\n"
    "set datafile separator comma\n"
    "set datafile columnheaders\n"
    "set grid linecolor rgb '#e4e4e4' linewidth 1 linetype 1 dashtype solid\n"
    "set border linecolor rgb '#666666'\n"
    "if (kind eq 'svg') {\n"
    "  set terminal svg size %d,%d font 'DejaVu Sans,13' background rgb 'white'\n"
    "} else {\n"
    "  set terminal pngcairo size %d,%d font 'DejaVu Sans,10' background rgb 'white'\n"
    "}\n"
    "set output '%s.'.kind\n";

lk_status lk_picture_write(const lk_picture *picture, const char *folder) {
  const char *name = picture->name;
  int width = picture->width, height = picture->height;
  char path[PATH_MAX], mark[64], *text = NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  char start[sizeof head + 4 * sizeof picture->name + 64];
  snprintf(path, sizeof path, "%s/%s.gp", folder, name);
  snprintf(start, sizeof start, head, name, name, name, width, height, width, height, name);
#pragma GCC diagnostic pop
  snprintf(mark, sizeof mark, "# Draws %s.svg and ", name);
  int length = asprintf(&text, "%s%s\nunset output\n}\n", start, picture->commands);
  if (length < 0) return lk_fail(LK_INTERNAL, "%s: out of memory", path);
  lk_status status = lk_lab_write(path, mark, text, (size_t)length);
  free(text);
  return status;
}

lk_status lk_picture_set_aside(const lk_picture *picture, const char *folder) {
  static const char *const kinds[] = {"svg", "png"};
  char path[PATH_MAX];
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s.%s", folder, picture->name, kinds[i]);
    LK_TRY(lk_lab_set_aside(path));
  }
  return LK_OK;
}

/* Starts gnuplot in the folder; what it says goes to `log`. Returns the error number. */
static int start_gnuplot(const char *folder, const char *script, FILE *log, pid_t *child) {
  char *const arguments[] = {"gnuplot", (char *)script, NULL};
  posix_spawn_file_actions_t actions;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  posix_spawn_file_actions_addchdir_np(&actions, folder);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, fileno(log), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  error = posix_spawnp(child, "gnuplot", &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

static int wait_for(pid_t child) {
  int outcome;
  while (waitpid(child, &outcome, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(outcome) ? WEXITSTATUS(outcome) : -1;
}

/* The start of what gnuplot said, in one line. */
static void read_log(FILE *log, char *text, size_t size) {
  rewind(log);
  size_t length = fread(text, 1, size - 1, log), start;
  text[length] = '\0';
  start = strspn(text, "\n");
  memmove(text, text + start, length - start + 1);
  for (char *at = text; (at = strchr(at, '\n'));)
    *at = ' ';
}

static lk_status draw(const char *folder, const char *script, FILE *log) {
  char said[400];
  pid_t child;
  int error = start_gnuplot(folder, script, log, &child);
  int code = error ? 0 : wait_for(child);
  if (error == ENOENT)
    return lk_fail(LK_NO_INPUT,
                   "no pictures: gnuplot is not installed (apt-get install gnuplot-nox); "
                   "the tables are in %s",
                   folder);
  if (error) return lk_fail(LK_INTERNAL, "cannot start gnuplot: %s", strerror(error));
  if (!code) return LK_OK;
  read_log(log, said, sizeof said);
  return lk_fail(LK_IO, "%s/%s: gnuplot failed with exit code %d: %s", folder, script, code,
                 said);
}

lk_status lk_picture_draw(const lk_picture *picture, const char *folder) {
  char script[64];
  FILE *log = tmpfile();
  if (!log)
    return lk_fail(LK_IO, "cannot make a temporary file for gnuplot's messages: %s",
                   strerror(errno));
  snprintf(script, sizeof script, "%s.gp", picture->name);
  lk_status status = draw(folder, script, log);
  fclose(log);
  return status;
}

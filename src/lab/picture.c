#define _GNU_SOURCE /* posix_spawn_file_actions_addchdir_np */
#include "lab/picture.h"
#include "lockstep/file.h"
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
  char path[PATH_MAX], *text = NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  char start[sizeof head + 4 * sizeof picture->name + 64];
  snprintf(path, sizeof path, "%s/%s.gp", folder, name);
  snprintf(start, sizeof start, head, name, name, name, width, height, width, height, name);
#pragma GCC diagnostic pop
  int length = asprintf(&text, "%s%s\nunset output\n}\n", start, picture->commands);
  if (length < 0) return lk_fail(LK_INTERNAL, "%s: out of memory", path);
  lk_status status = lk_file_write(path, text, (size_t)length);
  free(text);
  return status;
}

/* Starts gnuplot in the folder; what it says goes into `log`. Returns the error number. */
static int start_gnuplot(const char *folder, const char *script, const char *log,
                         pid_t *child) {
  char *const arguments[] = {"gnuplot", (char *)script, NULL};
  posix_spawn_file_actions_t actions;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  posix_spawn_file_actions_addchdir_np(&actions, folder);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log,
                                   O_WRONLY | O_CREAT | O_TRUNC, 0666);
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

lk_status lk_picture_draw(const lk_picture *picture, const char *folder) {
  char script[64], log[64], path[PATH_MAX];
  pid_t child;
  snprintf(script, sizeof script, "%s.gp", picture->name);
  snprintf(log, sizeof log, "%s.log", picture->name);
  int error = start_gnuplot(folder, script, log, &child);
  int code = error ? 0 : wait_for(child);
  if (code)
    return lk_fail(LK_IO, "%s/%s: gnuplot failed with exit code %d: see %s beside it",
                   folder, script, code, log);
  snprintf(path, sizeof path, "%s/%s", folder, log);
  unlink(path);
  if (error == ENOENT)
    return lk_fail(LK_NO_INPUT,
                   "no pictures: gnuplot is not installed (apt-get install gnuplot-nox); "
                   "the tables are in %s",
                   folder);
  return error ? lk_fail(LK_INTERNAL, "cannot start gnuplot: %s", strerror(error)) : LK_OK;
}

#include "lockstep/progress.h"
#include "lockstep/status.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const double quiet = 2, often = 0.5, seldom = 60; /* seconds */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void lk_progress_begin(lk_progress *progress, const char *what, uint64_t total) {
  *progress = (lk_progress){what, total, now(), 0, isatty(STDERR_FILENO) > 0, 0};
  progress->shown = progress->began + (progress->is_terminal ? quiet - often : 0);
}

/* "2 h 5 min", "4 min", "30 s" */
static void write_time(char text[32], double seconds) {
  long s = (long)seconds + 1;
  if (s >= 3600)
    snprintf(text, 32, "%ld h %ld min", s / 3600, s % 3600 / 60);
  else if (s >= 60)
    snprintf(text, 32, "%ld min", s / 60);
  else
    snprintf(text, 32, "%ld s", s);
}

static void write_state(const lk_progress *p, uint64_t done, double elapsed,
                        char text[160]) {
  char left[32];
  double rate = (double)done / elapsed;
  if (!p->total) {
    snprintf(text, 160, "%s: %.0f MB, %.1f MB/s", p->what, 1e-6 * (double)done,
             1e-6 * rate);
    return;
  }
  if (done > p->total) done = p->total;
  write_time(left, rate > 0 ? (double)(p->total - done) / rate : 0);
  snprintf(text, 160, "%s: %.0f %% of %.1f MB, %.1f MB/s, %s left", p->what,
           100 * (double)done / (double)p->total, 1e-6 * (double)p->total, 1e-6 * rate,
           left);
}

void lk_progress_show(lk_progress *progress, uint64_t done) {
  char text[160];
  double time = now();
  if (!done || time - progress->shown < (progress->is_terminal ? often : seldom)) return;
  progress->shown = time;
  write_state(progress, done, time - progress->began, text);
  if (progress->is_terminal)
    fprintf(stderr, "\r%-78s", text);
  else
    lk_say("%s", text);
  progress->is_on_line = progress->is_terminal;
}

void lk_progress_end(lk_progress *progress) {
  if (progress->is_on_line) fprintf(stderr, "\r%-78s\r", "");
  progress->is_on_line = 0;
}

#include "lockstep/progress.h"
#include "base/clock.h"
#include <stdio.h>
#include <unistd.h>

void lk_progress_begin(lk_progress *progress, uint64_t first, uint64_t steps,
                       double every) {
  int terminal = isatty(STDERR_FILENO);
  *progress =
      (lk_progress){terminal, terminal ? 0.2 : every, lk_clock(), 0, first, steps, 0};
}

/* "2h03m", "4m10s", "12s" */
static void write_duration(char *text, size_t size, double seconds) {
  long whole = (long)(seconds + 0.5);
  if (whole >= 3600)
    snprintf(text, size, "%ldh%02ldm", whole / 3600, whole % 3600 / 60);
  else if (whole >= 60)
    snprintf(text, size, "%ldm%02lds", whole / 60, whole % 60);
  else
    snprintf(text, size, "%lds", whole);
}

void lk_progress_show(lk_progress *progress, const lk_metrics *metrics) {
  double now = lk_clock();
  int last = metrics->step == progress->steps;
  char left[32];
  progress->tokens += metrics->target_tokens;
  if (!last && now - progress->last < progress->every) return;
  progress->last = now;
  double done = (double)(metrics->step - progress->first);
  double elapsed = now - progress->start;
  write_duration(left, sizeof left,
                 elapsed / done * (double)(progress->steps - metrics->step));
  fprintf(stderr, "%sstep %llu/%llu  %5.1f%%  loss %.4f  %.0f tokens/s  %s left%s",
          progress->terminal ? "\r\033[K" : "", (unsigned long long)metrics->step,
          (unsigned long long)progress->steps,
          100.0 * (double)metrics->step / (double)progress->steps, metrics->loss,
          (double)progress->tokens / elapsed, left,
          progress->terminal && !last ? "" : "\n");
  fflush(stderr);
}

/* How far a work of minutes or hours is, on standard error: in place on a terminal, else a
 * line now and then. */
#ifndef LOCKSTEP_PROGRESS_H
#define LOCKSTEP_PROGRESS_H

#include <stdint.h>

typedef struct {
  const char *what;
  uint64_t total; /* bytes; 0: not known */
  double began, shown;
  int is_terminal, is_on_line;
} lk_progress;

void lk_progress_begin(lk_progress *progress, const char *what, uint64_t total);

/* Shows it if the time has come. */
void lk_progress_show(lk_progress *progress, uint64_t done);

/* Clears the line. */
void lk_progress_end(lk_progress *progress);

#endif

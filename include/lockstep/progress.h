/* How far work is that takes more than a moment, on standard error: a bar on a terminal
 * (lockstep/terminal.h), else a line now and then, both with the time left. Whoever has a
 * loop that may be long tells it; who may show it is decided once, by the command. */
#ifndef LOCKSTEP_PROGRESS_H
#define LOCKSTEP_PROGRESS_H

#include "lockstep/linkage.h"
#include <stdint.h>

LK_C_BEGIN

/* Seconds before anything is shown, and between the lines where no config says more. */
enum { LK_PROGRESS_QUIET = 2, LK_PROGRESS_EVERY = 10 };

/* From now on this process shows how far it is; none does by itself, and of several ranks
 * one should. `every`: seconds between lines that are no bars, but no fewer than `quiet`.
 */
void lk_progress_allow(double quiet, double every);

typedef struct {
  char what[80];
  const char *unit;
  uint64_t total;
  double began, due; /* times */
  int is_shown;      /* this one is; others meanwhile are not */
} lk_progress;

/* Begins work of `total` (0: not known) things of a unit, which is the caller's to keep, as
 * "questions"; NULL: bytes. The rest says what it is, as printf: "reading %s". Work within
 * work that is shown, or beside it in another thread, is not shown. Not collective, no
 * failure. */
void lk_progress_begin(lk_progress *progress, const char *unit, uint64_t total,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* So many are done: shows it if the time has come. Takes as long as a look at the clock. */
void lk_progress_show(lk_progress *progress, uint64_t done);

/* Clears the bar. */
void lk_progress_end(lk_progress *progress);

LK_C_END

#endif

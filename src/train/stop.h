/* Requests to stop early: signals and the time limit. A handler only sets a flag; the ranks
 * agree on it at a step's end. */
#ifndef LOCKSTEP_TRAIN_STOP_H
#define LOCKSTEP_TRAIN_STOP_H

#include "lockstep/status.h"

/* Catches SIGTERM, SIGINT, SIGUSR1 and SIGUSR2; a second SIGINT ends the process at once.
 */
lk_status lk_stop_install(void);

/* What this process was asked to stop by ("SIGTERM", "stop_after"), or NULL. `seconds` is
 * the time since the start, `limit` the time allowed or 0. */
const char *lk_stop_requested(double seconds, double limit);

/* "3h30m", "45m", "90s", "90" in seconds; "" gives 0. LK_USAGE for anything else, with
 * `origin`. */
lk_status lk_stop_parse_duration(const char *text, const char *origin, double *seconds);

#endif

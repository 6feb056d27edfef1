/* Requests to stop early: signals and the time limit. The ranks agree on them at a step's
 * end, and between the parts of a start. */
#ifndef LOCKSTEP_TRAIN_STOP_H
#define LOCKSTEP_TRAIN_STOP_H

/* What this process was asked to stop by ("SIGTERM", "stop_after"), or NULL. `seconds` is
 * the time since the start, `limit` the time allowed or 0. */
const char *lk_stop_requested(double seconds, double limit);

#endif

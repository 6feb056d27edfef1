/* While MPI starts the ranks have no links yet, and the watchdog cannot tell who is
 * missing: a thread of each process ends it when a start does not come to its end. It needs
 * nobody else. */
#ifndef LOCKSTEP_DIST_GUARD_H
#define LOCKSTEP_DIST_GUARD_H

/* From now on the process has this many seconds; 0: it may take for ever. `what` is a
 * literal: what it waits in. */
void lk_guard_begin(double seconds, const char *what);

/* The start goes on with this, in the time that is left. */
void lk_guard_stage(const char *what);

/* The start is over. Also where none began. */
void lk_guard_end(void);

/* guard_stopped.c. The number of a stopped process of the same launcher on this host, 0
 * where there is none. */
long lk_guard_find_stopped(void);

#endif

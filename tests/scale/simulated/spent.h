/* Simulated time that passes in a rank. */
#ifndef LOCKSTEP_SCALE_SPENT_H
#define LOCKSTEP_SCALE_SPENT_H

#include <stddef.h>

/* What a variable of the environment says, a number. Ends the simulation without it. */
double lk_simulated_setting(const char *name);

/* So many seconds pass. */
void lk_simulated_spend(double seconds);

/* So many bytes are read or written. They pass with what is spent next, so that small
 * pieces of work are no events of their own. */
void lk_simulated_touch(double bytes);

#endif

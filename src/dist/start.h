/* What ranks agree on before anything else. */
#ifndef LOCKSTEP_DIST_START_H
#define LOCKSTEP_DIST_START_H

#include "dist/world.h"

/* The watchdog's limit that the environment names, or its default; NaN where it names none.
 */
double lk_start_seconds(void);

/* All ranks, right after MPI_Init: that all run the same program with the same arguments;
 * LK_USAGE, alike on all ranks, names the first that does not, and the difference.
 * world->limit becomes rank 0's limit of the watchdog. LK_INTERNAL may be this rank's
 * alone. */
lk_status lk_start_agree(lk_world *world, int argc, char **argv);

#endif

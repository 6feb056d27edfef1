/* A run's history.txt: when it started and ended, on which ranks. For people, and for the
 * launch scripts, which learn from its last line whether somebody asked a run to stop.
 * Rank 0 alone calls these. A history that cannot be written is reported and does not end
 * the run. */
#ifndef LOCKSTEP_HISTORY_H
#define LOCKSTEP_HISTORY_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stdint.h>

LK_C_BEGIN

/* Adds a line, "TIME text", to the history of the run directory; control characters in the
 * text are made visible. */
void lk_history_note(const char *folder, const char *text);

/* Adds "TIME step 40 of 100, 4 ranks on h1:2,h2:2"; `ranks` is lk_world_describe's. Says so
 * on standard error when they are others than at the start before. LK_INTERNAL without
 * memory. */
lk_status lk_history_start(const char *folder, uint64_t step, uint64_t steps,
                           const char *ranks);

/* Nonzero when there is one and its last line is not that a run was complete. */
int lk_history_lacks_end(const char *folder);

/* Adds how the run ended: "complete", or lk_message() for a status that is not LK_OK. */
void lk_history_end(const char *folder, lk_status status);

LK_C_END

#endif

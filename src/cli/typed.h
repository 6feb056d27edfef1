/* Lines that a person types at a terminal: edited, and remembered between sessions, where
 * libedit is there. */
#ifndef LOCKSTEP_CLI_TYPED_H
#define LOCKSTEP_CLI_TYPED_H

#include "lockstep/world.h"

/* All ranks: *typed is nonzero where rank 0's standard input is a terminal. Then earlier
 * lines are read from ${XDG_STATE_HOME:-~/.local/state}/lockstep/history, and each new one
 * is added to it, if that can be; else nothing is touched. */
lk_status lk_typed_begin(lk_world *world, int *typed);

/* All ranks: asks for a line and waits for it, without its end; *line NULL: the input has
 * ended. The caller owns it: lk_free. */
lk_status lk_typed_line(lk_world *world, char **line);

#endif

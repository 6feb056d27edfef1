/* The command that goes on with a stopped run. */
#ifndef LOCKSTEP_CLI_RESUME_H
#define LOCKSTEP_CLI_RESUME_H

#include "lockstep/world.h"

/* argv[0] of main, which names the program until the process ends. */
void lk_resume_remember_program(const char *name);

/* The command line that started this, to be pasted into bash in the same folder: the
 * launcher and the number of ranks, the program's path, and the command's arguments, quoted
 * where a shell would read them otherwise; never cut. The caller owns *text: lk_free. Not
 * collective. */
lk_status lk_resume_command(const lk_world *world, int argc, char **argv, char **text);

#endif

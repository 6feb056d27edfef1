/* What Slurm says of a run's job. */
#ifndef LOCKSTEP_CLI_SLURM_H
#define LOCKSTEP_CLI_SLURM_H

#include "lockstep/record.h"

enum { LK_SLURM_LINE = 200 };

/* One line for the newest job that the run's history names, such as "Slurm job 42: RUNNING,
 * 1:10 so far, 22:50 left, node7", into `line`; "" without a job or without squeue. Slurm
 * is asked twice a minute at most, and has five seconds to answer. */
void lk_slurm_say(const lk_record *record, char line[LK_SLURM_LINE]);

#endif

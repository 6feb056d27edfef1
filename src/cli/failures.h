/* What plan says of checkpoints and failures. */
#ifndef LOCKSTEP_CLI_FAILURES_H
#define LOCKSTEP_CLI_FAILURES_H

#include "lockstep/config.h"
#include "lockstep/status.h"

typedef struct {
  long nodes;
  double bytes;   /* of a checkpoint */
  double disk;    /* bytes a second that are written */
  double restart; /* seconds from a failure until training goes on */
  double step;    /* seconds that one takes at least */
} lk_cli_failing;

/* Prints what a checkpoint takes, how often one leaves most of the time useful, and how
 * much that is, by the formula and in a simulated month. */
lk_status lk_cli_print_failures(const lk_config *config, const lk_cli_failing *failing);

#endif

/* What inspect says of other programs' files. */
#ifndef LOCKSTEP_CLI_TENSORS_H
#define LOCKSTEP_CLI_TENSORS_H

#include "lockstep/status.h"

/* Prints kind, parameters, metadata, and a line for each tensor. */
lk_status lk_cli_inspect_tensors(const char *path);

#endif

/* What inspect says of other programs' files. */
#ifndef LOCKSTEP_CLI_TENSORS_H
#define LOCKSTEP_CLI_TENSORS_H

#include "lockstep/status.h"

typedef enum { LK_NO_TENSORS, LK_SAFETENSORS, LK_GGUF } lk_tensor_format;

/* What a file begins like. */
lk_tensor_format lk_tensor_format_of(const char *path);

/* Prints kind, parameters, metadata, and a line for each tensor. */
lk_status lk_cli_inspect_tensors(const char *path, lk_tensor_format format);

#endif

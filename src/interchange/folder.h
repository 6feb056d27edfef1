/* Parts of an export. Private to src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_FOLDER_H
#define LOCKSTEP_INTERCHANGE_FOLDER_H

#include "interchange/names.h"
#include "lockstep/interchange.h"

/* What transformers.from_pretrained reads. */
lk_status lk_export_folder(const lk_checkpoint *checkpoint, const char *out,
                           const lk_export_options *options);

/* The tensors as they call them, both lists the caller's. */
lk_status lk_export_tensors(const lk_checkpoint *checkpoint, lk_naming naming,
                            lk_new_tensor **tensors, lk_named **list, int *count);

/* Tensors first … first + count - 1 of these; count -1: to the last. */
lk_status lk_export_safetensors(const lk_checkpoint *checkpoint, const char *path,
                                lk_naming naming, lk_number number, int first, int count);

#endif

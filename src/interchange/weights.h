/* A model's tensors, in one file or in several with an index. Private to src/interchange.
 */
#ifndef LOCKSTEP_INTERCHANGE_WEIGHTS_H
#define LOCKSTEP_INTERCHANGE_WEIGHTS_H

#include "lockstep/tensor_file.h"
#include <limits.h>

typedef struct {
  lk_tensor_file **files; /* [count], owned */
  int count;
} lk_weights;

/* A file of tensors, or a folder with model.safetensors or its index. LK_NO_INPUT,
 * LK_BAD_DATA; lk_weights_close in any case. */
lk_status lk_weights_open(lk_weights *weights, const char *path, int is_folder);
void lk_weights_close(lk_weights *weights);

/* The tensor of that name, and the file that it is in; NULL: there is none. */
const lk_file_tensor *lk_weights_find(const lk_weights *weights, const char *name,
                                      const lk_tensor_file **file);

/* Tensors one after another, of all files; NULL behind the last. */
const lk_file_tensor *lk_weights_at(const lk_weights *weights, int place);

/* FOLDER/NAME. LK_NO_INPUT when that is too long. */
lk_status lk_join_path(char path[PATH_MAX], const char *folder, const char *name);

#endif

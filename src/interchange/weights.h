/* A model's tensors, in one file or in several with an index. Private to src/interchange.
 */
#ifndef LOCKSTEP_INTERCHANGE_WEIGHTS_H
#define LOCKSTEP_INTERCHANGE_WEIGHTS_H

#include "lockstep/tensor_file.h"
#include <limits.h>

/* All of a folder's tensors, where they are in one file. */
#define LK_MODEL_FILE "model.safetensors"

/* So many files a model may be in, for each is open while it is read. */
enum { LK_MOST_FILES = 1024 };

/* A tensor, and the file that it is in. */
typedef struct {
  const lk_file_tensor *tensor;
  const lk_tensor_file *file;
  int is_other; /* another name of a tensor that is there, which the metadata says */
} lk_weight;

typedef struct {
  lk_tensor_file **files; /* [count], owned */
  int count;
  lk_weight *tensors; /* [tensor_count] of all files, by their names; owned */
  int tensor_count;
  lk_file_tensor *others; /* those of other names; owned */
} lk_weights;

/* A file of tensors, or a folder with model.safetensors or its index, whose files have each
 * tensor once, where the index says. LK_NO_INPUT, LK_BAD_DATA; lk_weights_close in any
 * case. */
lk_status lk_weights_open(lk_weights *weights, const char *path, int is_folder);
void lk_weights_close(lk_weights *weights);

/* The tensor of that name, and the file that it is in; NULL: there is none. */
const lk_file_tensor *lk_weights_find(const lk_weights *weights, const char *name,
                                      const lk_tensor_file **file);

/* The place in `tensors` of that name; -1: there is none. */
int lk_weights_place(const lk_weights *weights, const char *name);

/* The path of a file of a model's folder, and whether there is something: a link that leads
 * nowhere is. LK_NO_INPUT for what is no file: nobody would end a pipe that stands there.
 */
lk_status lk_find_beside(char path[PATH_MAX], const char *folder, const char *name,
                         int *is_there);

/* FOLDER/NAME. LK_NO_INPUT when that is too long. */
lk_status lk_join_path(char path[PATH_MAX], const char *folder, const char *name);

#endif

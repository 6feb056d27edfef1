/* How others call our tensors, and how they lay them out. Private to src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_NAMES_H
#define LOCKSTEP_INTERCHANGE_NAMES_H

#include "lockstep/parameters.h"
#include "lockstep/tensor_file.h"

/* X(name, model_type): whose names. ours: the checkpoint's own, which are those of the
 * course that the experiment is from; gpt2: OpenAI's, as Hugging Face publishes them, whose
 * matrices of a block are transposed; nanogpt: the same names, matrices as PyTorch's
 * Linear has them; neox: EleutherAI's GPT-NeoX. */
#define LK_NAMINGS(X)                                                                      \
  X(ours, "")                                                                              \
  X(gpt2, "gpt2")                                                                          \
  X(nanogpt, "")                                                                           \
  X(neox, "gpt_neox")                                                                      \
  X(gguf, "")

#define LK_NAMING_ENUM(name, model_type) LK_NAMING_##name,
typedef enum { LK_NAMINGS(LK_NAMING_ENUM) LK_NAMING_COUNT } lk_naming;

/* A matrix of theirs, (rows, columns), is ours, its transpose, or has the rows of query,
 * key and value head by head, which we have one behind the other. */
typedef enum { LK_LAYOUT_SAME, LK_LAYOUT_TRANSPOSED, LK_LAYOUT_BY_HEAD } lk_matrix_layout;

/* One tensor of theirs: ours from `first` on, of which several may make one. */
typedef struct {
  lk_new_tensor theirs;
  const lk_parameter *first; /* the table's */
  uint64_t rows, columns;    /* of ours; a vector is one column */
  lk_matrix_layout layout;
  uint64_t heads;
} lk_named;

/* All tensors of the model as they call them, in a fixed order. The caller owns *list. */
lk_status lk_names_list(lk_named **list, int *count, const lk_parameters *table,
                        lk_naming naming);

/* One tensor's numbers from our values (the table's) to theirs, (named->theirs.count), and
 * back. */
void lk_names_give(const lk_named *named, const float *values, float *theirs);
void lk_names_take(const lk_named *named, const float *theirs, float *values);

#endif

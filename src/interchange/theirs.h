/* A model of others, as it is imported. Private to src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_THEIRS_H
#define LOCKSTEP_INTERCHANGE_THEIRS_H

#include "interchange/ends.h"
#include "interchange/names.h"
#include "interchange/weights.h"
#include "lockstep/interchange.h"

typedef struct {
  const char *path;
  const lk_import_options *options;
  int is_folder, is_gguf; /* else a safetensors file */
  int is_said;            /* by config.json, or by GGUF, what the model is */
  lk_ends ends;
  lk_weights weights;
  lk_naming naming;
  const char
      *head;       /* the tied head's name, where it stands beside the embedding, or NULL */
  char prefix[64]; /* what their names begin with, in the place of ours ("transformer.") */
} lk_theirs;

/* Finds out whether the names are of this kind, and what they begin with: all before the
 * token embedding's, "transformer.", "_orig_mod.transformer." or "". */
int lk_theirs_are(lk_theirs *in, lk_naming naming);

/* The token embedding's and the head's name in our list. */
const char *lk_theirs_embedding(const lk_theirs *in);
const char *lk_theirs_head(const lk_theirs *in);

/* Their name of one of our list's. */
void lk_theirs_name(const lk_theirs *in, const char *listed, char *to, size_t room);

/* The tensor of that name of our list, and the file that it is in; NULL: there is none. */
const lk_file_tensor *lk_theirs_find(const lk_theirs *in, const char *listed,
                                     const lk_tensor_file **file);

/* LK_BAD_DATA: there is no such one. */
lk_status lk_theirs_refuse_without(const lk_theirs *in, const char *listed);

/* The shape, from config.json, from what our own files say, or from the tensors; and
 * in->naming and in->ends. LK_BAD_DATA, LK_USAGE. */
lk_status lk_theirs_shape(lk_theirs *in, lk_shape *shape);

#endif

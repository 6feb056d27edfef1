/* Models from and for other programs: directories as Hugging Face's transformers reads and
 * writes them, safetensors, GGUF. Nothing of them needs code of its own: a model with
 * learned positions is a GPT-2, one with rotary positions a GPT-NeoX, exactly. One with
 * learned positions and parallel residuals, RMS norm or shared keys is neither, and goes
 * out with our names alone. */
#ifndef LOCKSTEP_INTERCHANGE_H
#define LOCKSTEP_INTERCHANGE_H

#include "lockstep/linkage.h"
#include "lockstep/store.h"
#include "lockstep/tensor_file.h"
#include <limits.h>

LK_C_BEGIN

typedef enum { LK_FORMAT_HF, LK_FORMAT_SAFETENSORS, LK_FORMAT_GGUF } lk_format;

typedef struct {
  lk_format format;
  lk_number number; /* of matrices: F32, F16, BF16, for gguf also Q8_0 */
  uint64_t most;    /* bytes of a file's numbers before hf begins the next */
  int replaces;     /* nonzero: what is there already may be replaced */
  int is_mean;      /* nonzero: the values are the running mean, as the card is to say */
} lk_export_options;

/* Writes the checkpoint's model, which is in memory, as OUT: a folder for hf, else a file.
 * The same model gives the same bytes. LK_USAGE when OUT is there and is not to be
 * replaced, for a model, a number or a tokenizer that the format cannot hold, or for more
 * files than are imported; LK_IO. Not collective. */
lk_status lk_export(const lk_checkpoint *checkpoint, const char *out,
                    const lk_export_options *options);

typedef struct {
  /* a tokenizer.json, a checkpoint, a corpus, or "bytes"; NULL: the one beside the model */
  const char *tokenizer;
  /* where nothing beside the model says it; LK_USAGE where that says otherwise: */
  int heads;      /* 0: not given */
  int activation; /* lk_activation; -1: not given */
} lk_import_options;

/* The folder that would be read for this path: the path itself, or where a config.json is
 * beside a model.safetensors, which then stands for their folder; "" for a file alone.
 * LK_NO_INPUT. */
lk_status lk_import_folder(char folder[PATH_MAX], const char *path);

/* Reads a model, its folder, its safetensors or its GGUF file, into a checkpoint of step 0
 * without moments. What ends its texts is what the model says of it (eos_token_id); that
 * another token begins them is said on stderr. LK_BAD_DATA, naming it, for what cannot be
 * represented: nothing is left out. A state dict without any bias has zeros for them. The
 * caller owns *out: lk_checkpoint_free. Not collective. */
lk_status lk_import(lk_checkpoint **out, const char *path,
                    const lk_import_options *options);

LK_C_END

#endif

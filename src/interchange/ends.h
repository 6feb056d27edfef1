/* Which tokens begin and end texts, as others say it. Private to src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_ENDS_H
#define LOCKSTEP_INTERCHANGE_ENDS_H

#include "lockstep/tensor_file.h"
#include "lockstep/tokenizer.h"
#include <cjson/cJSON.h>

typedef struct {
  int begin, end; /* ids; -1: none is said */
  int count;      /* of ids that end texts, of which `end` is the first */
} lk_ends;

/* What ends a text, in a config.json and in the metadata of safetensors with our names. */
#define LK_END_KEY "eos_token_id"

/* As a config.json, a GGUF file, or our own safetensors say it. */
lk_ends lk_ends_of_config(const cJSON *config);
lk_ends lk_ends_of_gguf(const lk_tensor_file *file);
lk_ends lk_ends_of_own(const lk_tensor_file *file);

/* Marks the special token of a tokenizer.json that has this id, where there is one. */
void lk_ends_mark(cJSON *tokenizer, int end);

/* Says, a line each, what the tokenizer does otherwise. path: of the model. */
void lk_ends_compare(const lk_ends *ends, const lk_tokenizer *tokenizer, const char *path);

#endif

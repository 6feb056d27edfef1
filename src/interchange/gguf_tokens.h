/* What tokens are in a GGUF file. Private to src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_GGUF_TOKENS_H
#define LOCKSTEP_INTERCHANGE_GGUF_TOKENS_H

#include "lockstep/store.h"
#include "lockstep/tensor_file.h"
#include <cjson/cJSON.h>

typedef struct {
  const char *pattern; /* llama.cpp's name of how a text is cut to pieces */
  const char **names;  /* [count] owned, but not the texts */
  int32_t *types;      /* [count] owned: 1 of texts, 3 control, 4 added texts */
  char **merges;       /* [merge_count] owned */
  size_t count, merge_count;
  lk_token end, pad;
  cJSON *json; /* owned: what the texts are in */
} lk_gguf_tokens;

/* LK_USAGE, saying which export there is, for a tokenizer that llama.cpp does not split
 * texts as. lk_gguf_tokens_free in any case. */
lk_status lk_gguf_tokens_make(lk_gguf_tokens *tokens, const lk_tokenizer *tokenizer);
void lk_gguf_tokens_free(lk_gguf_tokens *tokens);

/* Writes the file of a checkpoint's tensors, under llama.cpp's names. */
lk_status lk_gguf_write(const char *path, const lk_new_file *file,
                        const lk_checkpoint *checkpoint, const lk_gguf_tokens *tokens);

#endif

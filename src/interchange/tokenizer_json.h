/* tokenizer.json: what tokens stand for, as Hugging Face's tokenizers read it. Private to
 * src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_TOKENIZER_JSON_H
#define LOCKSTEP_INTERCHANGE_TOKENIZER_JSON_H

#include "lockstep/tokenizer.h"
#include <cjson/cJSON.h>

/* The text of its tokenizer.json, owned by the caller (lk_free): any kind. */
lk_status lk_tokenizer_json_write(const lk_tokenizer *tokenizer, char **text, size_t *size);

/* From a file, which may be a checkpoint or a corpus, or "bytes", for a model of so many
 * ids: those that the file lacks, for embeddings are often padded, become tokens that no
 * text has. LK_BAD_DATA when it has more than the model. end: the id that ends a text,
 * which a special token of a BPE then does (-1: what the file says, or its names). The
 * caller owns *out. */
lk_status lk_tokenizer_json_read(lk_tokenizer **out, const char *name, int ids, int end);

/* The same from its object, to which tokens may be added. name: for messages. */
lk_status lk_tokenizer_json_take(lk_tokenizer **out, cJSON *json, const char *name, int ids,
                                 int end);

#endif

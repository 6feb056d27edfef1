/* Documents as tokens in a file without a name, written once and read when they are asked
 * for: what a text is encoded to, which a rank does not hold. Private to src/data. */
#ifndef LOCKSTEP_DATA_TOKEN_FILE_H
#define LOCKSTEP_DATA_TOKEN_FILE_H

#include "lockstep/corpus.h"

/* Begins an empty one, whose first document will have the number `first`, for tokens below
 * `ids`. LK_IO, saying to set TMPDIR; `name`, of the text, is for messages and must stay.
 * The caller owns *out: lk_source_close. */
lk_status lk_token_file_create(lk_source **out, const char *name, uint64_t first, int ids);

/* Adds a document; count > 0. LK_IO. */
lk_status lk_token_file_add(lk_source *source, const lk_token *tokens, size_t count);

/* All are there: from now on they can be read, and no more added. LK_IO. */
lk_status lk_token_file_finish(lk_source *source);

#endif

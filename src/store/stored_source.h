/* A source of an HDF5 corpus. Private to src/store. */
#ifndef LOCKSTEP_STORE_STORED_SOURCE_H
#define LOCKSTEP_STORE_STORED_SOURCE_H

#include "lockstep/source.h"
#include "store/stored_array.h"

/* A corpus' arrays in a file, and what it says of them. */
typedef struct {
  lk_stored_array tokens, offsets;
  lk_stored_array titles;    /* count 0: there are none */
  lk_corpus_lengths lengths; /* longest 0: it does not say */
} lk_stored_arrays;

void lk_stored_arrays_free(lk_stored_arrays *arrays);

/* Of the documents that `corpus`, of which the facts are known, is to hold; keeps some MiB.
 * They are checked when they are read; all of them now, in a file that does not say their
 * lengths. Takes over *file, which HDF5 has left (lk_h5_leave), and *arrays, unless it
 * fails. The caller owns *out: lk_source_close. */
lk_status lk_stored_source_open(lk_source **out, lk_h5_file *file, const lk_corpus *corpus,
                                const lk_stored_arrays *arrays);

/* Reads all bytes of the file and checks all documents, of a source of a whole corpus. */
lk_status lk_stored_source_verify(lk_source *source);

/* What the corpus of a source says of its documents; longest 0: it is no stored one. */
lk_corpus_lengths lk_stored_source_lengths(const lk_source *source);

/* For the files stored_*.c alone. */

/* Numbers that are read at a time. */
enum { LK_STORED_BATCH = 4096 };

typedef struct {
  lk_source base;
  char *path;      /* owned, the file's */
  lk_h5_file file; /* without HDF5 */
  lk_stored_arrays arrays;
  lk_range held;
  uint64_t documents;            /* of the whole corpus */
  const lk_tokenizer *tokenizer; /* the corpus' */
} lk_stored;

/* First token of a document, and of the next one: what is possible. LK_BAD_DATA. */
lk_status lk_stored_span(lk_stored *stored, uint64_t document, uint64_t span[2]);

/* Tokens first … first + count-1 of the whole corpus, all of its vocabulary. LK_BAD_DATA.
 */
lk_status lk_stored_tokens(lk_stored *stored, uint64_t first, size_t count,
                           lk_token *tokens);

lk_status lk_stored_title(lk_stored *stored, uint64_t document, const uint64_t span[2],
                          size_t *title);

/* Looks at all documents that are held, and counts their lengths. LK_BAD_DATA. */
lk_status lk_stored_check(lk_stored *stored);

#endif

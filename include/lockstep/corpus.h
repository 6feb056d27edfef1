/* Documents: the lines of a text that are not empty, as tokens. */
#ifndef LOCKSTEP_CORPUS_H
#define LOCKSTEP_CORPUS_H

#include "lockstep/clean.h"
#include "lockstep/hash.h"
#include "lockstep/linkage.h"
#include "lockstep/source.h"
#include "lockstep/tokenizer.h"

LK_C_BEGIN

/* Documents first … first + count-1. */
typedef struct {
  uint64_t first;
  uint64_t count;
} lk_range;

/* The documents of shard s of V: floor(s·n/V) … floor((s+1)·n/V)-1, so sizes differ by at
 * most 1. */
lk_range lk_shard_range(uint64_t documents, int shards, int shard);

/* A contiguous part of a corpus, with facts of the whole of it. */
typedef struct {
  uint64_t documents;      /* of the whole corpus */
  uint64_t characters;     /* of the whole text, newlines included */
  lk_sha256 sha256;        /* of the whole text's bytes, as they are in the file */
  lk_left_out left_out;    /* of the text; nothing for an HDF5 corpus */
  lk_tokenizer *tokenizer; /* owned */
  lk_range held;           /* the documents that can be had */
  lk_source *source;       /* owned; what they are read from; NULL, where they were not
                              read from a file: they are here: */
  uint64_t *offsets;       /* (held.count + 1): document held.first + i has the tokens */
  lk_token *tokens;        /*   offsets[i] … offsets[i+1]-1; both arrays owned */
} lk_corpus;

/* Which documents to hold: shards first_shard … first_shard + shard_count-1 of `shards`.
 * {1, 0, 1} is the whole corpus. */
typedef struct {
  int shards;
  int first_shard;
  int shard_count;
} lk_slice;

/* The documents of a slice of a corpus of so many. */
lk_range lk_slice_range(uint64_t documents, lk_slice slice);

/* Reads a text, or a pipe (lk_file_read), without its byte order mark and the carriage
 * returns before its line ends: twice, a piece at a time; the slice's tokens go to a file
 * without a name in $TMPDIR. `tokenizer`: NULL takes the text's own; else a copy is used,
 * the text composed if it composes, and a character outside it is an error. LK_NO_INPUT,
 * also when it changes meanwhile; LK_BAD_DATA for invalid UTF-8 (line and byte), pad or
 * mask characters (line), a text without a document, fewer documents than slice.shards, or,
 * where the tokenizer composes, more combining marks in a row than any writing has; LK_IO.
 * Not collective: lk_corpus_share (lockstep/share.h) is, and reads less. The caller owns
 * *out: lk_corpus_free. */
lk_status lk_corpus_read_text(lk_corpus **out, const char *path,
                              const lk_tokenizer *tokenizer, lk_slice slice);

/* The same of the size bytes of a text in memory, which stay the caller's; `name` is for
 * messages. */
lk_status lk_corpus_parse_text(lk_corpus **out, const char *bytes, size_t size,
                               const char *name, const lk_tokenizer *tokenizer,
                               lk_slice slice);

/* LK_BAD_DATA, with the number of shards to set, when there are fewer of `what` (such as
 * "questions", of the file `path`) than shards. count > 0. */
lk_status lk_corpus_check_count(const char *path, const char *what, uint64_t count,
                                int shards);

/* The same checks on the number of documents, for the reader of HDF5 corpora. */
lk_status lk_corpus_check_slice(const char *path, uint64_t documents, lk_slice slice);

/* Replaces numbers of documents of a text (from 0, ascending or not) by the lines, from 1,
 * on which they stand, which it is read for again, a piece at a time. LK_NO_INPUT, and they
 * stay as they are: it cannot be read, or its bytes are not those of `sha256`. */
lk_status lk_corpus_find_lines(const char *path, const lk_sha256 *sha256,
                               uint64_t *documents, size_t count);

void lk_corpus_free(lk_corpus *corpus);

/* Tokens of document `document` (number in the whole corpus, must be held) and their
 * number: the corpus', valid until the next call where they come from a source. When that
 * fails, lk_corpus_status tells of it and the document is one token, 0. */
const lk_token *lk_corpus_document(const lk_corpus *corpus, uint64_t document,
                                   size_t *length);

/* How many of its first tokens are its title; 0: none, or a failure, as above. */
size_t lk_corpus_title(const lk_corpus *corpus, uint64_t document);

/* Its number of tokens, without reading them; 1 when that fails. */
size_t lk_corpus_length(const lk_corpus *corpus, uint64_t document);

/* Its tokens first … first + count-1, which it has, into tokens[count]; zeros when that
 * fails. */
void lk_corpus_window(const lk_corpus *corpus, uint64_t document, size_t first,
                      size_t count, lk_token *tokens);

/* LK_OK, or the first failure to read a document or title, with its message. */
lk_status lk_corpus_status(const lk_corpus *corpus);

LK_C_END

#endif

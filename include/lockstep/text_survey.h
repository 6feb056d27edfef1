/* What one pass over all of a text finds, so that whoever needs a slice of it reads no more
 * than that: one rank surveys, all read their own. Not collective. */
#ifndef LOCKSTEP_TEXT_SURVEY_H
#define LOCKSTEP_TEXT_SURVEY_H

#include "lockstep/corpus.h"

LK_C_BEGIN

/* Whole lines, about 256 KiB of them. */
typedef struct {
  uint64_t at, size;         /* bytes of the file */
  uint64_t hash;             /* of these: lk_hash_short */
  uint64_t documents, lines; /* before it */
} lk_text_part;

typedef struct {
  uint64_t size; /* bytes of the file */
  uint64_t documents, characters;
  lk_sha256 sha256;
  lk_left_out left_out;
  lk_tokenizer_image own; /* of the text's characters; kind "" where one was given; its
                             bytes are owned */
  uint64_t count;
  lk_text_part *parts; /* (count), owned; all of the file, in order */
} lk_text_survey;

/* Reads all of a file, no pipe, and checks it. `tokenizer` and errors as
 * lk_corpus_read_text, but for the slice's and for characters that the tokenizer lacks. The
 * caller owns what *out holds: lk_text_survey_clear, also after a failure. */
lk_status lk_text_survey_make(lk_text_survey *out, const char *path,
                              const lk_tokenizer *tokenizer);
void lk_text_survey_clear(lk_text_survey *survey);

/* The slice of the corpus of a file that was surveyed with the same tokenizer: reads the
 * parts that it is in. LK_NO_INPUT: the file is missing, or not that any more; LK_BAD_DATA:
 * fewer documents than slice.shards, or a character that the tokenizer lacks; LK_IO: no
 * room for the tokens in $TMPDIR. The caller owns *out: lk_corpus_free. */
lk_status lk_corpus_read_surveyed(lk_corpus **out, const char *path,
                                  const lk_text_survey *survey,
                                  const lk_tokenizer *tokenizer, lk_slice slice);

LK_C_END

#endif

/* Words as tokens, each as often as it is an answer. */
#ifndef LOCKSTEP_LEXICON_H
#define LOCKSTEP_LEXICON_H

#include "lockstep/linkage.h"
#include "lockstep/questions.h"
#include "lockstep/tokenizer.h"

LK_C_BEGIN

typedef struct lk_lexicon lk_lexicon;

/* The answers of questions that all have one, without those of over 64 bytes. LK_BAD_DATA
 * (file, line) for a character outside the vocabulary; `path` is for messages. The caller
 * owns *out: lk_lexicon_free. */
lk_status lk_lexicon_create(lk_lexicon **out, const lk_questions *questions,
                            const char *path, const lk_tokenizer *tokenizer);
void lk_lexicon_free(lk_lexicon *lexicon);

/* How many of the questions have the word of so many tokens as their answer. */
size_t lk_lexicon_count(const lk_lexicon *lexicon, const lk_token *word, size_t count);

LK_C_END

#endif

/* Documents to tokens, by threads, in the order in which they come. Private to
 * src/prepare. */
#ifndef LOCKSTEP_PREPARE_ENCODE_H
#define LOCKSTEP_PREPARE_ENCODE_H

#include "lockstep/tokenizer.h"
#include "prepare/spool.h"

/* A document with its tokens[count], of which the first `title` are its title's. */
typedef struct {
  lk_spool_head head;
  const char *text; /* [head.size], zero-terminated */
  const lk_token *tokens;
  size_t title, count;
} lk_encoded;

/* Takes the next document, whose text and tokens are the encoder's until it returns. */
typedef lk_status lk_encoded_taker(void *context, const lk_encoded *document);

typedef struct lk_encoder lk_encoder;

/* threads: that of the caller is one of them; fewer do the same, where no more can be
 * started. The tokenizer must stay. The caller owns *out: lk_encoder_free. */
lk_status lk_encoder_create(lk_encoder **out, const lk_tokenizer *tokenizer, int threads,
                            lk_encoded_taker *take, void *context);

/* The next document: head->size bytes at `text`, which is copied, of that line (0: none) of
 * the input called `name`, which must stay. `take` is called, by this thread alone, for
 * documents that were added before. What it returned; LK_BAD_DATA as lk_tokenizer_encode,
 * of the first such document. */
lk_status lk_encoder_add(lk_encoder *encoder, const lk_spool_head *head, const char *text,
                         const char *name, uint64_t line);

/* All that was added was taken. */
lk_status lk_encoder_finish(lk_encoder *encoder);

void lk_encoder_free(lk_encoder *encoder);

#endif

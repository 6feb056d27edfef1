/* What a kind of tokenizer is made of. Private to src/text.
 *
 * A kind's own data begin with an lk_tokenizer, which `restore` fills but for `composes`.
 */
#ifndef LOCKSTEP_TEXT_TOKENIZER_H
#define LOCKSTEP_TEXT_TOKENIZER_H

#include "lockstep/tokenizer.h"

/* The first ids of the kinds so far, of which none has an end. */
enum { LK_PAD, LK_MASK, LK_SPECIALS };

typedef struct {
  const char *name, *unit;
  /* From the size bytes that `save` gave, or from those of a stranger: LK_BAD_DATA. With
   * size 0 a kind that learns nothing is made anew. The caller owns *out. */
  lk_status (*restore)(lk_tokenizer **out, const void *bytes, size_t size);
  lk_status (*save)(const lk_tokenizer *tokenizer, void **bytes, size_t *size);
  void (*release)(lk_tokenizer *tokenizer); /* what is the kind's own */
  /* As lk_tokenizer_encode, of a passage in the right form. */
  lk_status (*encode)(const lk_tokenizer *tokenizer, const lk_passage *passage,
                      lk_token *tokens, size_t capacity, size_t *count);
  /* The same of any bytes, also such as are no text; NULL where there is no such thing.
   * used: NULL, or as lk_tokenizer_encode_part. */
  lk_status (*encode_bytes)(const lk_tokenizer *tokenizer, const lk_passage *passage,
                            lk_token *tokens, size_t capacity, size_t *count, size_t *used);
  /* What an id that is text stands for, in scratch or owned by the tokenizer. */
  const char *(*piece)(const lk_tokenizer *tokenizer, lk_token id, char scratch[LK_PIECE],
                       size_t *size);
  lk_class (*class_of)(const lk_tokenizer *tokenizer, lk_token id);
  int learns; /* nonzero: its ids are a text's */
  int joins;  /* as lk_tokenizer_joins */
} lk_tokenizer_kind;

struct lk_tokenizer {
  const lk_tokenizer_kind *kind;
  lk_specials specials;
  int size;
  int composes;
};

extern const lk_tokenizer_kind lk_tokenizer_characters, lk_tokenizer_bytes,
    lk_tokenizer_bpe;

/* Room for `size` bytes that begin with an lk_tokenizer of so many ids, the first
 * LK_SPECIALS of them special. */
lk_status lk_tokenizer_begin(void **out, size_t size, const lk_tokenizer_kind *kind,
                             size_t ids);

/* Where a byte of the passage stands. */
lk_text_place lk_passage_place(const lk_passage *passage, size_t at);

/* LK_BAD_DATA, naming the place, unless the passage is UTF-8 without NUL. */
lk_status lk_tokenizer_check_text(const lk_passage *passage);

/* LK_BAD_DATA: the passage has more than so many tokens. */
lk_status lk_tokenizer_refuse_length(const lk_tokenizer_kind *kind,
                                     const lk_passage *passage, size_t capacity);

#endif

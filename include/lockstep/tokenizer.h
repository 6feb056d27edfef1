/* Tokenizers: what stands between text, which is UTF-8 without NUL, and tokens. Nobody else
 * knows what an id stands for. A kind of tokenizer is a file of src/text and a row of the
 * table in src/text/tokenizer.c. Not collective; nothing of a tokenizer changes once it is
 * made. */
#ifndef LOCKSTEP_TOKENIZER_H
#define LOCKSTEP_TOKENIZER_H

#include "lockstep/hash.h"
#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include "lockstep/text.h"
#include "lockstep/types.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

typedef struct lk_tokenizer lk_tokenizer;

/* Makes one of a kind that learns nothing from a text ("bytes"). composes: texts are
 * brought to NFC, Unicode's composed form, before they are encoded: what prepare --nfc
 * chose. LK_USAGE, with the names that there are, for another kind. The caller owns *out:
 * lk_tokenizer_free. */
lk_status lk_tokenizer_create(lk_tokenizer **out, const char *kind, int composes);

/* Nonzero when the kind learns from a text what its ids are ("characters"): it is made by
 * reading a corpus. */
int lk_tokenizer_learns(const char *kind);

/* What a tokenizer has to be made of again, as files and ranks pass it on: `size` bytes for
 * its kind. The caller owns `bytes`: lk_free. */
typedef struct {
  char kind[16];
  int composes;
  size_t size;
  void *bytes;
} lk_tokenizer_image;

lk_status lk_tokenizer_save(const lk_tokenizer *tokenizer, lk_tokenizer_image *image);

/* The bytes may be anybody's: LK_BAD_DATA, with what is wrong with them, when no tokenizer
 * of the kind has them. The image stays the caller's. */
lk_status lk_tokenizer_restore(lk_tokenizer **out, const lk_tokenizer_image *image);

/* An independent copy. */
lk_status lk_tokenizer_copy(lk_tokenizer **out, const lk_tokenizer *tokenizer);

void lk_tokenizer_free(lk_tokenizer *tokenizer);

/* Its kind, as commands and files call it, and what its tokens are, a plural: owned by the
 * library. */
const char *lk_tokenizer_name(const lk_tokenizer *tokenizer);
const char *lk_tokenizer_unit(const lk_tokenizer *tokenizer);

int lk_tokenizer_size(const lk_tokenizer *tokenizer); /* ids, 3 … LK_MOST_IDS */
int lk_tokenizer_composes(const lk_tokenizer *tokenizer);

/* Of kind, form and all that its ids stand for. */
lk_hash lk_tokenizer_fingerprint(const lk_tokenizer *tokenizer);

/* Nonzero when both give the same tokens for every text. */
int lk_tokenizer_equal(const lk_tokenizer *a, const lk_tokenizer *b);

/* Nonzero when the tokens that `writer` gives a text are some that `reader` gives one: they
 * are equal, or `writer` composes its texts first and else would be. */
int lk_tokenizer_reads(const lk_tokenizer *reader, const lk_tokenizer *writer);

/* The ids that no text has: the pad, the mask, which stands for what is asked for, and what
 * ends a document; end is -1 where there is none. */
typedef struct {
  lk_token pad, mask;
  int end;
} lk_specials;
lk_specials lk_tokenizer_specials(const lk_tokenizer *tokenizer);

/* The two that every tokenizer has. */
lk_token lk_tokenizer_pad(const lk_tokenizer *tokenizer);
lk_token lk_tokenizer_mask(const lk_tokenizer *tokenizer);

/* What stands before, between and behind documents where every token is predicted: what
 * ends a document, or the mask of a tokenizer that has no such id. */
lk_token lk_tokenizer_end(const lk_tokenizer *tokenizer);

/* Nonzero for an id that a text can have. */
int lk_tokenizer_is_text(const lk_tokenizer *tokenizer, lk_token id);

/* A text and where it is from, for messages: the line that has it; 0: no line. */
typedef struct {
  const char *bytes;
  size_t size;
  const char *name;
  uint64_t line;
  int by_lines; /* nonzero: it is lines itself, from that one on */
} lk_passage;

/* Of a zero-terminated text. */
lk_passage lk_passage_of(const char *text, const char *name, uint64_t line);

/* Encodes the passage into tokens[capacity] and stores their number,
 * which is never more than the passage's bytes in the form that is encoded. LK_BAD_DATA
 * with the place: invalid UTF-8, what the tokenizer has no id for (a character, named with
 * its U+ number) or keeps for itself, more than capacity tokens. */
lk_status lk_tokenizer_encode(const lk_tokenizer *tokenizer, const lk_passage *passage,
                              lk_token *tokens, size_t capacity, size_t *count);

/* The same of any bytes, newlines, NUL and what is no UTF-8 among them, where all bytes
 * have tokens (bytes, bpe); else as lk_tokenizer_encode. What is no text is not brought to
 * NFC. */
lk_status lk_tokenizer_encode_bytes(const lk_tokenizer *tokenizer,
                                    const lk_passage *passage, lk_token *tokens,
                                    size_t capacity, size_t *count);

/* The same of a text that may go on behind the passage: encodes *used of its bytes, whose
 * tokens nothing behind it changes; of characters whole lines. Others have to be in NFC
 * where the tokenizer composes. */
lk_status lk_tokenizer_encode_part(const lk_tokenizer *tokenizer, const lk_passage *passage,
                                   lk_token *tokens, size_t capacity, size_t *count,
                                   size_t *used);

/* Tokens of a text of so many bytes at most: room for lk_tokenizer_encode. */
size_t lk_tokenizer_room(const lk_tokenizer *tokenizer, size_t size);

/* Tokens as zero-terminated UTF-8 text, owned by the caller (lk_free): the pad as □, the
 * mask as ⁇, and U+FFFD for each byte that is no part of a character. LK_BAD_DATA for other
 * ids than there are. */
lk_status lk_tokenizer_decode(const lk_tokenizer *tokenizer, const lk_token *tokens,
                              size_t count, char **text);

/* The bytes of an id, of its name where no text has it; in scratch or owned by the
 * tokenizer. */
enum { LK_PIECE = 5 };
const char *lk_tokenizer_piece(const lk_tokenizer *tokenizer, lk_token id,
                               char scratch[LK_PIECE], size_t *size);

/* Fills classes (one lk_class a token id, lk_tokenizer_size of them): of a token's first
 * character, or of the one behind it where that is a blank: " London" is a capital. */
void lk_tokenizer_classes(const lk_tokenizer *tokenizer, uint8_t *classes);

/* Nonzero when a token can be a blank and what stands behind it ("bpe"): a word then begins
 * with such a token, else behind the token of a blank. */
int lk_tokenizer_joins(const lk_tokenizer *tokenizer);

/* Of such tokens: the bytes behind the blank in behind[id], UINT8_MAX for more; 0 for all
 * others. The token without the blank in bare[id]; the same one for all others, and where
 * that is not one token. Both have room for lk_tokenizer_size. */
lk_status lk_tokenizer_blanks(const lk_tokenizer *tokenizer, uint8_t *behind,
                              lk_token *bare);

/* The lowest id of a class; the pad, which no text has, where there is none. */
lk_token lk_tokenizer_first_of(const lk_tokenizer *tokenizer, lk_class class_wanted);

LK_C_END

#endif

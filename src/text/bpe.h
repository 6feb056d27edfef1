/* A byte-level BPE: what it is made of, and how it is made. Private to src/text.
 *
 * It is begun, given its tokens and then its merges, and finished. What it is given may be
 * anybody's: each function says what does not fit (LK_BAD_DATA). */
#ifndef LOCKSTEP_TEXT_BPE_H
#define LOCKSTEP_TEXT_BPE_H

#include "lockstep/pieces.h"
#include "text/bpe_cache.h"
#include "text/tokenizer.h"

/* A token of a text; one that texts have whole, before they are cut to pieces; one that no
 * text has. */
typedef enum { LK_BPE_TEXT, LK_BPE_ADDED, LK_BPE_SPECIAL } lk_bpe_kind;

typedef struct {
  lk_token left, right, made;
} lk_bpe_merge;

/* They are looked for at every place of a text. */
enum { LK_BPE_MOST_ADDED = 256 };

/* A hash table with open addresses of numbers, which are places in another array; the
 * upper half of a hash beside the number mostly spares a look there. */
typedef struct {
  uint64_t *slots; /* hash << 32 | number + 1; 0: free */
  uint32_t mask;
} lk_bpe_table;

/* What an id stands for: bytes, where they begin, of which kind. */
typedef struct {
  uint32_t first, length; /* length 0: there are none yet */
  uint8_t kind;           /* lk_bpe_kind */
  uint8_t is_whole;       /* a piece of its bytes is this token */
} lk_bpe_token;

typedef struct {
  lk_tokenizer base;
  lk_pattern pattern;
  int ignores_merges; /* nonzero: a piece that is a token is that token, whatever merges say
                       */
  lk_bpe_token *tokens; /* (size) */
  char *bytes;          /* [room] of all tokens */
  size_t used, room;
  lk_bpe_merge *merges; /* (merge_room) in the order in which they apply */
  size_t merge_count, merge_room;
  int64_t end; /* what ends a document, where it is said and is not what names say; or -1 */
  lk_bpe_table names, pairs; /* of tokens by their bytes, of merges by what they join */
  lk_token of_byte[256];
  lk_token *added; /* (added_count) longest first */
  size_t added_count;
  lk_bpe_cache *cache;       /* what it has changes nothing but the time */
  uint8_t begins_added[256]; /* nonzero: one of them begins with the byte */
} lk_bpe;

/* Room for so many ids and merges. The caller owns *out: lk_tokenizer_free(&out->base). */
lk_status lk_bpe_begin(lk_bpe **out, size_t ids, size_t merges);

/* What an id stands for; each id and each text's bytes once. */
lk_status lk_bpe_add(lk_bpe *bpe, size_t id, lk_bpe_kind kind, const char *bytes,
                     size_t size);

/* Lets merges have an added token, too. */
void lk_bpe_share(lk_bpe *bpe, lk_token id);

/* The next merge, of tokens that are there, as what they make is. */
lk_status lk_bpe_join(lk_bpe *bpe, lk_token left, lk_token right);

/* The token of a text with these bytes; -1: there is none. */
int64_t lk_bpe_find(const lk_bpe *bpe, const char *bytes, size_t size);

/* Behind the last merge: every id has its bytes, every byte has an id, and there is a
 * special token. */
lk_status lk_bpe_finish(lk_bpe *bpe);

const char *lk_bpe_bytes(const lk_bpe *bpe, lk_token id, size_t *size);

/* The rank of the merge of two tokens; -1: there is none. */
int64_t lk_bpe_rank(const lk_bpe *bpe, lk_token left, lk_token right);

/* The tokens of one piece into tokens[size], as its merges make them; *count is their
 * number. */
lk_status lk_bpe_merge_piece(const lk_bpe *bpe, const char *piece, size_t size,
                             lk_token *tokens, size_t *count);

/* A Hugging Face tokenizer.json, which is also what a BPE saves; is_own: with LK_BPE_END.
 * The caller owns *out (lk_tokenizer_free) and *bytes (lk_free). *composes: its texts are
 * brought to NFC. */
lk_status lk_bpe_parse(lk_bpe **out, const char *bytes, size_t size, int *composes);
lk_status lk_bpe_write(const lk_bpe *bpe, int is_own, char **bytes, size_t *size);

#endif

/* Byte-level BPE: tokenizers whose tokens are made of bytes, by a list of merges, within
 * the pieces that a pattern cuts a text into. Their file is a Hugging Face tokenizer.json,
 * which other programs read as it is, and which is also what corpora and checkpoints hold:
 * one form, one parser. Not collective. */
#ifndef LOCKSTEP_BPE_H
#define LOCKSTEP_BPE_H

#include "lockstep/linkage.h"
#include "lockstep/pieces.h"
#include "lockstep/tokenizer.h"

LK_C_BEGIN

struct cJSON;

/* A tokenizer's file with more bytes is refused: one of the most ids has fewer. */
#define LK_TOKENIZER_FILE_MOST ((size_t)1 << 30)

/* What a user names: "bytes", or a file, which is a tokenizer.json. composes: texts are
 * brought to NFC also where the file does not say so. The caller owns *out:
 * lk_tokenizer_free. LK_USAGE for "characters", which are a text's; LK_NO_INPUT when it
 * cannot be read; LK_BAD_DATA as lk_bpe_read_json, or for one that is too large. */
lk_status lk_tokenizer_read(lk_tokenizer **out, const char *name, int composes);

/* From a tokenizer.json: BPE of bytes, tokens of added_tokens (a special one stands for
 * itself in no text), normalizer none or NFC, a pattern of LK_PATTERNS. LK_BAD_DATA with
 * `name`, and the place in the file of what it has beside that. The caller owns *out:
 * lk_tokenizer_free. */
lk_status lk_bpe_read_json(lk_tokenizer **out, const char *bytes, size_t size,
                           const char *name);

/* What a special token of added_tokens has that ends a document, whatever its name is. It
 * is in what is saved, and in no file for other programs. */
#define LK_BPE_END "ends_document"

/* Of a tokenizer.json that is read by others than lk_bpe_read_json: LK_BAD_DATA, naming it,
 * for a part that would give a text other ids, whatever its tokens are. */
lk_status lk_bpe_check_parts(const struct cJSON *tokenizer);

/* From GPT-2's two files: encoder.json, an object of tokens and their ids, and vocab.bpe,
 * the merges, a line each. The names are for messages. A token that no merge makes is
 * special. */
typedef struct {
  const char *bytes, *name;
  size_t size;
} lk_bpe_file;
lk_status lk_bpe_read_gpt2(lk_tokenizer **out, lk_bpe_file encoder, lk_bpe_file merges);

/* The tokenizer.json of a BPE, owned by the caller (lk_free). LK_USAGE, naming its kind,
 * for other tokenizers. */
lk_status lk_bpe_write_json(const lk_tokenizer *tokenizer, char **bytes, size_t *size);

/* The id that ends a document only because LK_BPE_END is said of it; -1: there is none. */
int64_t lk_bpe_unsaid_end(const lk_tokenizer *tokenizer);

/* How often each piece of texts stands there: what a BPE is trained on. Bounded: of more
 * than `most` pieces the rarest are left out, by a rule that the texts' order alone
 * decides. The caller owns *out: lk_piece_counts_free. */
typedef struct lk_piece_counts lk_piece_counts;
lk_status lk_piece_counts_create(lk_piece_counts **out, const lk_pattern *pattern,
                                 size_t most);
lk_status lk_piece_counts_add_text(lk_piece_counts *counts, const char *bytes, size_t size);

/* Adds what another one of the same pattern counted. */
lk_status lk_piece_counts_take(lk_piece_counts *counts, const lk_piece_counts *more);

/* Nonzero when some were left out. */
int lk_piece_counts_pruned(const lk_piece_counts *counts);
void lk_piece_counts_free(lk_piece_counts *counts);

/* Ids of a BPE that is trained: the bytes, tokens, <|pad|>, <|mask|>, <|endoftext|>. */
enum { LK_BPE_SPECIALS = 3, LK_BPE_LEAST = 256 + LK_BPE_SPECIALS };

/* A BPE of `size` ids, or of fewer where no pair of tokens stands twice any more: ids 0 to
 * 255 are the bytes, then come the tokens in the order of their merges, each the most
 * frequent pair, of equal ones the one of the lowest ids. The same counts give the same
 * tokenizer. composes: as for lk_tokenizer_create. The caller owns *out. LK_USAGE for
 * fewer ids than LK_BPE_LEAST, or too many. */
lk_status lk_bpe_train(lk_tokenizer **out, const lk_piece_counts *counts, size_t size,
                       int composes);

LK_C_END

#endif

/* What the heads of a trained model look at in one text. Not collective. */
#ifndef LOCKSTEP_HEADS_H
#define LOCKSTEP_HEADS_H

#include "lockstep/linkage.h"
#include "lockstep/trained.h"

LK_C_BEGIN

typedef struct {
  int layers, heads, length; /* L, H, T */
  lk_token *tokens;          /* (T), owned */
  lk_real *weights; /* (L, H, T, T), owned: of a character (row) on each (column) */
} lk_heads;

/* A text with a ⁇ in it is taken as it is. One without is a question: ⁇ and the model's
 * answer to it are appended, as by `ask`. LK_BAD_DATA: invalid UTF-8, a character outside
 * the vocabulary, fewer than two characters, no room in the block. The caller owns what
 * *out holds: lk_heads_clear, also after a failure. */
lk_status lk_heads_read(lk_heads *out, const lk_trained *trained, const char *text);
/* The same of a text that the model goes on with, by at most so many tokens or to its end.
 */
lk_status lk_heads_go_on(lk_heads *out, const lk_trained *trained, const char *text,
                         int most);
void lk_heads_clear(lk_heads *heads);

/* Of one head, each a mean over all characters but the first. */
typedef struct {
  double entropy; /* of its weights, nats; ln t for t even ones */
  double copy;    /* the largest weight on one earlier character */
  int key; /* the character (from 0) that gets the most weight from later ones, … */
  double key_weight;
  int back; /* the distance back that gets the most weight, … */
  double back_weight;
} lk_head_facts;

lk_head_facts lk_heads_describe(const lk_heads *heads, int layer, int head);

/* The mean entropy of even weights. */
double lk_heads_even_entropy(const lk_heads *heads);

/* The first LAYER:HEAD of a list such as "2:5,3:1", which is moved on behind it: numbers
 * from 1 up there, from 0 up in *layer and *head. LK_USAGE, with the option's name: it is
 * none, or the model has no such head. */
lk_status lk_heads_next(const char **list, const char *option, const lk_shape *shape,
                        int *layer, int *head);

/* Takes a list of heads out of the model: in all that is computed with it from now on they
 * add nothing to the stream. What they add is a product with their columns of
 * `attn.proj.weight`, which become zeros. LK_USAGE as above, of --without; then some may be
 * out already. */
lk_status lk_heads_switch_off(lk_trained *trained, const char *list);

/* Bytes of a token's label with its zero; of a longer token the start. */
enum { LK_TOKEN_LABEL = 64 };

/* A token as text, blanks and line ends made visible; empty where memory ends. */
void lk_token_label(const lk_tokenizer *tokenizer, lk_token token,
                    char out[LK_TOKEN_LABEL]);

LK_C_END

#endif

/* The GPT: forward and backward over a pack, and decoding with a key/value cache. It
 * knows nothing of files and ranks. */
#ifndef LOCKSTEP_MODEL_H
#define LOCKSTEP_MODEL_H

#include "lockstep/linkage.h"
#include "lockstep/nn.h"
#include "lockstep/pack.h"
#include "lockstep/parameters.h"
#include "lockstep/random.h"

LK_C_BEGIN

/* Where dropout is, in the order of the config's names: everywhere; everywhere but in
 * attention; or in the sum of the embeddings, in attention's weights or in what a block
 * adds to the stream alone. */
typedef enum {
  LK_DROP_ALL,
  LK_DROP_HIDDEN,
  LK_DROP_EMBEDDING,
  LK_DROP_ATTENTION,
  LK_DROP_RESIDUAL
} lk_drop_at;

/* Dropout of one pack. The stream names seed, step and shard, and the pack's first site, to
 * which the model adds each of its own. */
typedef struct {
  double drop; /* probability, 0 for none */
  lk_stream stream;
  lk_drop_at at;
} lk_dropout;

/* The matrix products of a forward pass, each of its inputs and outputs: how often it is
 * over all rows of a pack, and how often over its rows with loss alone. */
typedef struct {
  int inputs, outputs;
  int all, targets;
} lk_model_linear;

enum { LK_SQUARE, LK_KV, LK_UP, LK_DOWN, LK_HEAD, LK_LINEARS };
void lk_model_linears(const lk_shape *shape, lk_model_linear linears[LK_LINEARS]);

typedef struct lk_model lk_model;

/* What a forward pass keeps for a backward one, in the order of the config's names behind
 * the first: nothing, so that there can be none; all of it; or each block's input, from
 * which the backward pass computes the rest again, to the same bits, in the memory of one
 * block (Chen et al. 2016, arXiv:1604.06174). */
typedef enum { LK_KEEP_NOTHING, LK_KEEP_ALL, LK_KEEP_INPUTS } lk_keep;

/* lk_precision_check, and whether attention can do what the precision says. */
lk_status lk_model_check_precision(lk_precision precision, const char *origin);

/* Work space for packs of at most max_sequences sequences of a whole block, or of as many
 * rows in any number of shorter ones. precision: of the operands of the linear layers'
 * products, and of attention's where it says so, which takes lk_model_check_precision; all
 * else is fp32. In bf16 products can fail while training: lk_linear_status. drops:
 * passes may have dropout, for whose masks there is room; never where nothing is kept. The
 * table must outlive the model. The caller owns *out: lk_model_free. */
lk_status lk_model_create(lk_model **out, const lk_parameters *parameters,
                          int max_sequences, lk_keep keep, int drops,
                          lk_precision precision);
void lk_model_free(lk_model *model);

/* What products in bf16 take from now on: (table->count) the values of the coming passes,
 * rounded (lk_bf16_round). The caller's: several models, of several ranks, may have them in
 * common. Before the first pass in bf16, and whenever the values are others. */
void lk_model_hold(lk_model *model, const lk_bf16 *rounded);

/* The loss of coming passes that gradients are asked of, and only theirs: what is measured
 * stays comparable. Cross-entropy at first. */
void lk_model_learn_from(lk_model *model, lk_loss loss);

/* Losses in nats of the pack's M target rows, in pack order: stores (M) doubles, owned by
 * the model and valid until its next call, in *losses, and returns their sum. values: the
 * parameters. dropout NULL: none. gradients (the table's layout), where a backward pass is
 * to follow, else NULL: the head's is added here, for logits are kept of few rows at a
 * time. The pack must stay as it is until the backward pass. */
double lk_model_forward(lk_model *model, const lk_real *values, lk_real *gradients,
                        const lk_pack *pack, const lk_dropout *dropout,
                        const double **losses);

/* Logits (M, vocabulary) of the target rows instead of losses, without dropout. A model
 * with a backward pass has room for 2^24 of them at most. Owned by the model, valid until
 * its next call. */
const lk_real *lk_model_logits(lk_model *model, const lk_real *values, const lk_pack *pack);

/* The attention weights of every layer and head for the text tokens[length], 1 <= length <=
 * block: weights (L, H, length, length), the caller's, are what each character (row) gives
 * to each (column), 0 to later ones. */
lk_status lk_model_attention(const lk_parameters *parameters, const lk_real *values,
                             const lk_token *tokens, int length, lk_real *weights);

/* What a backward pass calls again and again, so that other work can go on beside it:
 * elements `first` … of the gradients will not change any more. `first` falls from the
 * table's count to 0. */
typedef struct {
  void (*call)(void *context, size_t first);
  void *context;
} lk_backward_hook;

/* Adds the gradient of the last forward pass' sum of losses to the gradients that it was
 * given. hook NULL: none. */
void lk_model_backward(lk_model *model, const lk_real *values, lk_real *gradients,
                       const lk_backward_hook *hook);

/* The same in parts 0 … lk_model_parts - 1, all of them in this order: head, each block,
 * embedding. Other models may compute in between. */
int lk_model_parts(const lk_model *model);
void lk_model_backward_part(lk_model *model, const lk_real *values, lk_real *gradients,
                            int part, const lk_backward_hook *hook);

/* How the gradients of a pass over one pack grow: the first `early` elements are added to
 * from the forward pass on and final at the very end (a tied head); the last `start` ones
 * before the hook's first call (a head of its own); of the others, but for the embeddings
 * of the pack's tokens, at most `part` have been added to and are not final. */
typedef struct {
  size_t early, start, part;
} lk_growth;

lk_growth lk_model_growth(const lk_parameters *parameters);

typedef struct lk_decoder lk_decoder;

/* Continues at most max_sequences sequences side by side, token by token: keys and values
 * of what was read are kept, for the last `room` <= block tokens of each. The bits of a
 * sequence's logits depend on its own tokens alone, whatever is decoded beside it, and on
 * how they were handed over. precision: of the operands of products, on any machine;
 * weights in bf16 are rounded here and kept in half the memory beside `values`; attention
 * stays fp32. Both `parameters` and `values` must outlive it. The caller owns *out:
 * lk_decoder_free. */
lk_status lk_decoder_create(lk_decoder **out, const lk_parameters *parameters,
                            const lk_real *values, int max_sequences, int room,
                            lk_precision precision);
void lk_decoder_free(lk_decoder *decoder);

/* Tokens for which each sequence has room; those that `sequence` has. */
int lk_decoder_room(const lk_decoder *decoder);
int lk_decoder_length(const lk_decoder *decoder, int sequence);

/* Begins a sequence, 0 … max_sequences - 1, anew with tokens[count], 1 <= count <= room.
 * Returns the logits (vocabulary) of what follows, the decoder's, valid until its next
 * call.
 */
const lk_real *lk_decoder_begin(lk_decoder *decoder, int sequence, const lk_token *tokens,
                                int count);

/* The same of several sequences, none twice, which have lk_decoder_rows tokens together at
 * most: the weights are read once for all. Returns logits (count, vocabulary). */
typedef struct {
  int sequence;
  const lk_token *tokens; /* [count] */
  int count;
} lk_beginning;
const lk_real *lk_decoder_begin_all(lk_decoder *decoder, const lk_beginning *beginnings,
                                    int count);
int lk_decoder_rows(const lk_decoder *decoder); /* room at least */

/* Appends tokens[i] to the sequence sequences[i], which has room, for i < count; no
 * sequence twice. Returns logits (count, vocabulary), as above. */
const lk_real *lk_decoder_append(lk_decoder *decoder, const int *sequences,
                                 const lk_token *tokens, int count);

LK_C_END

#endif

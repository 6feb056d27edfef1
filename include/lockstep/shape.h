/* The model's shape: one list of its fields. The struct, its limits, the config's keys
 * under model:, what checkpoints say, what a model that training starts from imposes, and
 * messages derive from it. */
#ifndef LOCKSTEP_SHAPE_H
#define LOCKSTEP_SHAPE_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>

LK_C_BEGIN

/* X(A, field, type, default, least, most, names, bits, words, help): A is passed on; type,
 * default, bits and help are those of the config's key model.FIELD (config_keys.h), and
 * names is "a|b" for a choice, "" for a number. words: the field in a description, %s
 * standing for its value. Every checkpoint says its sizes. */
/* clang-format off */
#define LK_SHAPE_SIZES(X, A)                                                               \
  X(A, layers, count, "4", 1, 1024, "", 1, "%s layers",                                    \
    "transformer blocks")                                                                  \
  X(A, heads, count, "8", 1, 65536, "", 1, "%s heads",                                     \
    "attention heads a block; a divisor of channels")                                      \
  X(A, channels, count, "256", 1, 65536, "", 1, "%s channels",                             \
    "width of the residual stream")                                                        \
  X(A, block, count, "128", 8, 65536, "", 1, "block %s",                                   \
    "longest sequence in characters")

/* What may be left as it is: 0 is the default, and a checkpoint does not say it. */
#define LK_SHAPE_OPTIONS(X, A)                                                             \
  X(A, positions, choice, "learned", 0, 1, "learned|rotary", 1, "%s positions",            \
    "a learned vector for each position, or queries and keys turned by it")              \
  X(A, activation, choice, "gelu", 0, 1, "gelu|gelu_tanh", LK_BITS_LATER, "%s",            \
    "what the MLP applies: GELU with the exact erf, or by tanh as GPT-2")                  \
  X(A, tied, choice, "false", 0, 1, "false|true", LK_BITS_LATER, "tied head",              \
    "the head's weight is the token embedding's, as GPT-2's is")                           \
  X(A, mlp, count, "0", 0, 262144, "", LK_BITS_LATER, "MLP of %s",                         \
    "width of the MLP's middle; 0: four times the channels")                               \
  X(A, residual, choice, "serial", 0, 1, "serial|parallel", LK_BITS_LATER, "%s residuals", \
    "a block's MLP reads the sum with its attention, or beside it what that reads, too")   \
  X(A, norm, choice, "layer", 0, 1, "layer|rms", LK_BITS_LATER, "%s norm",                 \
    "LayerNorm, or by the root mean square alone, without mean and biases, as Llama's is") \
  X(A, kv_heads, count, "0", 0, 65536, "", LK_BITS_LATER, "%s heads of keys",              \
    "heads of keys and values, a divisor of heads, which share them; 0: as many")          \
  X(A, rotary_share, real, "0", 0, 1, "", LK_BITS_LATER, "%s of each head turned",         \
    "share of a head's channels that rotary positions turn, its first; 0: all")
/* clang-format on */

#define LK_SHAPE_FIELDS(X, A) LK_SHAPE_SIZES(X, A) LK_SHAPE_OPTIONS(X, A)

/* What a type is in the struct. */
typedef int lk_shape_count;
typedef int lk_shape_choice;
typedef double lk_shape_real;
#define LK_SHAPE_MEMBER(A, field, type, ...) lk_shape_##type field;

typedef struct {
  LK_SHAPE_SIZES(LK_SHAPE_MEMBER, ) int vocabulary; /* ids */
  LK_SHAPE_OPTIONS(LK_SHAPE_MEMBER, )
} lk_shape;

/* Values of choices, in the order of their names. */
typedef enum { LK_LEARNED_POSITIONS, LK_ROTARY_POSITIONS } lk_positions;
typedef enum { LK_SERIAL_RESIDUAL, LK_PARALLEL_RESIDUAL } lk_residual;
typedef enum { LK_LAYER_NORM, LK_RMS_NORM } lk_norm;

typedef enum { LK_SHAPE_count, LK_SHAPE_choice, LK_SHAPE_real } lk_shape_kind;

/* A row of the list as data. */
typedef struct {
  const char *name;
  lk_shape_kind kind;
  size_t offset; /* in lk_shape */
  int least, most;
  const char *names; /* of a choice; "": a number */
  int optional;      /* one of LK_SHAPE_OPTIONS */
  const char *words;
} lk_shape_field;

#define LK_SHAPE_ONE(A, field, ...) LK_SHAPE_AT_##field,
enum { LK_SHAPE_FIELDS(LK_SHAPE_ONE, ) LK_SHAPE_FIELD_COUNT };
extern const lk_shape_field lk_shape_fields[LK_SHAPE_FIELD_COUNT];

double lk_shape_get(const lk_shape *shape, const lk_shape_field *field);
void lk_shape_set(lk_shape *shape, const lk_shape_field *field, double value);

enum { LK_SHAPE_NAME_SIZE = 32, LK_SHAPE_TEXT_SIZE = 512 };

static inline int lk_mlp_width(const lk_shape *shape) {
  return shape->mlp ? shape->mlp : 4 * shape->channels;
}

/* Heads of keys and values, of which each is shared by as many heads that follow each
 * other, and what they take of a row. */
static inline int lk_kv_heads(const lk_shape *shape) {
  return shape->kv_heads ? shape->kv_heads : shape->heads;
}
static inline int lk_kv_width(const lk_shape *shape) {
  return lk_kv_heads(shape) * (shape->channels / shape->heads);
}

/* Numbers of a normalisation's bias. */
static inline int lk_norm_biases(const lk_shape *shape) {
  return shape->norm == LK_RMS_NORM ? 0 : shape->channels;
}

/* The channels of each head that rotary positions turn, its first. */
int lk_rotary_channels(const lk_shape *shape);

/* The share of a head's channels that is so many of them for others, too, who only round
 * down. */
double lk_rotary_share(int turned, int size);

/* A value, which is within the field's limits, as text: a choice's name, or a number. */
void lk_shape_text(const lk_shape_field *field, double value,
                   char text[LK_SHAPE_NAME_SIZE]);

/* The value of such a text; nonzero unless it is none within the limits. */
int lk_shape_parse(const lk_shape_field *field, const char *text, double *value);

/* "4 layers, 8 heads, 256 channels, block 128": sizes, and options that are not left as
 * they are. */
void lk_shape_describe(const lk_shape *shape, char text[LK_SHAPE_TEXT_SIZE]);

/* LK_USAGE, with the fix, when a field is out of its limits or two do not go together. */
lk_status lk_shape_check(const lk_shape *shape);

LK_C_END

#endif

/* What a GGUF file is made of, for its reader and its writer. Private to src/interchange.
 * https://github.com/ggml-org/ggml, docs/gguf.md, version 3. */
#ifndef LOCKSTEP_INTERCHANGE_GGUF_H
#define LOCKSTEP_INTERCHANGE_GGUF_H

#include "lockstep/pieces.h"
#include "lockstep/shape.h"
#include "lockstep/tensor_file.h"
#include "lockstep/tokenizer.h"

enum { LK_GGUF_VERSION = 3, LK_GGUF_ALIGNMENT = 32 };

/* X(name, bytes): types of facts, in the order of their numbers; 0: of no fixed size. */
#define LK_GGUF_TYPES(X)                                                                   \
  X(U8, 1)                                                                                 \
  X(I8, 1)                                                                                 \
  X(U16, 2)                                                                                \
  X(I16, 2)                                                                                \
  X(U32, 4)                                                                                \
  X(I32, 4)                                                                                \
  X(F32, 4)                                                                                \
  X(BOOL, 1)                                                                               \
  X(TEXT, 0)                                                                               \
  X(ARRAY, 0)                                                                              \
  X(U64, 8)                                                                                \
  X(I64, 8)                                                                                \
  X(F64, 8)

#define LK_GGUF_TYPE_ENUM(name, bytes) LK_GGUF_##name,
typedef enum { LK_GGUF_TYPES(LK_GGUF_TYPE_ENUM) LK_GGUF_TYPE_COUNT } lk_gguf_type;

/* X(key, field): sizes of a shape, behind its architecture's name and a dot. */
#define LK_GGUF_SIZES(X)                                                                   \
  X("context_length", block)                                                               \
  X("embedding_length", channels)                                                          \
  X("block_count", layers)                                                                 \
  X("attention.head_count", heads)

/* Ours: which GELU it is, since llama.cpp has but one. */
#define LK_GGUF_ACTIVATION "lockstep.activation"

/* llama.cpp's names of how texts are cut to pieces. */
extern const char *const lk_gguf_patterns[LK_PATTERN_COUNT];

/* Types of tokens. */
enum { LK_GGUF_NORMAL = 1, LK_GGUF_CONTROL = 3, LK_GGUF_USER = 4, LK_GGUF_UNUSED = 5 };

/* What the file says of its model, but for `tied`, which its tensors decide. LK_BAD_DATA,
 * naming the fact, for what a model here cannot be. */
lk_status lk_gguf_shape(const lk_tensor_file *file, lk_shape *shape);

/* Its tokenizer, a byte-level BPE, for a model of so many ids, of which `end` ends a text
 * (lk_tokenizer_json_read). LK_BAD_DATA for another one. The caller owns *out. */
lk_status lk_gguf_tokenizer(lk_tokenizer **out, const lk_tensor_file *file, int ids,
                            int end);

/* An array among the facts of a file that lk_gguf_open opened: its elements, little-endian,
 * or NULL where there is none of this type. The file's. */
const void *lk_gguf_array(const lk_tensor_file *file, const char *key, lk_gguf_type type,
                          uint64_t *count);

/* The same of texts: each is behind the one before, with its zero. */
const char *lk_gguf_texts(const lk_tensor_file *file, const char *key, uint64_t *count);

#endif

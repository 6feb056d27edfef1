/* What a GGUF file is made of, for its reader and its writer. Private to src/interchange.
 * https://github.com/ggml-org/ggml, docs/gguf.md, version 3. */
#ifndef LOCKSTEP_INTERCHANGE_GGUF_H
#define LOCKSTEP_INTERCHANGE_GGUF_H

#include "lockstep/tensor_file.h"

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

/* An array among the facts of a file that lk_gguf_open opened: its elements, little-endian,
 * or NULL where there is none of this type. The file's. */
const void *lk_gguf_array(const lk_tensor_file *file, const char *key, lk_gguf_type type,
                          uint64_t *count);

/* The same of texts: each is behind the one before, with its zero. */
const char *lk_gguf_texts(const lk_tensor_file *file, const char *key, uint64_t *count);

#endif

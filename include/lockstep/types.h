/* The number type of the kernels, the type of tokens, and the letters used for shapes
 * everywhere.
 *
 *   B  sequences in a pack (documents or questions of one micro-batch)
 *   T  characters of one sequence
 *   N  rows of a pack: the sum of its sequences' T
 *   M  rows of a pack that carry loss, M <= N
 *   C  channels (the width of the residual stream)
 *   H  attention heads
 *   D  channels a head, D = C / H
 *   L  transformer blocks
 *   V  shards of the corpus
 *   P  ranks of the world
 *
 * Matrices are row-major; "(N, C)" means N rows of C numbers. */
#ifndef LOCKSTEP_TYPES_H
#define LOCKSTEP_TYPES_H

#include "lockstep/linkage.h"
#include <stdint.h>

LK_C_BEGIN

/* float in the trainer. The gradient tests compile the kernels and the model a second time
 * with LK_REAL=double, because central differences need the digits. */
#ifndef LK_REAL
#define LK_REAL float
#endif
typedef LK_REAL lk_real;

/* The upper half of a float: 8 bits of precision. */
typedef uint16_t lk_bf16;

/* An id of a tokenizer, which alone knows what it stands for. Files hold 16 bits of it
 * where all ids fit. */
typedef uint32_t lk_token;

/* No tokenizer has more ids: they are exact as int and as float, too. */
enum { LK_MOST_IDS = 1 << 24 };

/* Every buffer starts on such a boundary (bytes): one cache line, one AVX-512 register. */
#define LK_ALIGNMENT 64

LK_C_END

#endif

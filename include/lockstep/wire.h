/* Changes of parameters in fewer bytes than floats have. What rounding leaves out is added
 * to the next change, so that it comes later instead of never (error feedback: Seide et al.
 * 2014; Karimireddy et al. 2019, arXiv:1901.09847). */
#ifndef LOCKSTEP_WIRE_H
#define LOCKSTEP_WIRE_H

#include "lockstep/linkage.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* The order of the config's names. */
typedef enum { LK_WIRE_FP32, LK_WIRE_BF16, LK_WIRE_INT8 } lk_wire;

/* So many numbers are packed together, those of int8 with one scale, and most words of
 * them. An array that is cut between such blocks is packed as it is in one. */
enum { LK_WIRE_BLOCK = 256, LK_WIRE_MOST = LK_WIRE_BLOCK };

/* The 32-bit words that count numbers take. */
size_t lk_wire_words(lk_wire wire, size_t count);

/* Packs change + left, (count) each, rounded to the nearest: bf16, or whole 127ths of the
 * largest of a block. `left`, zeros at first, becomes what that has left out: the packed
 * number and it add up to what change + left was in fp32, exactly so with bf16; with int8
 * the last bit may be off of a number half way between two steps. */
void lk_wire_pack(lk_wire wire, const float *change, float *left, size_t count,
                  uint32_t *words);

/* to[count]: the numbers that were packed. */
void lk_wire_unpack(lk_wire wire, const uint32_t *words, size_t count, float *to);

/* Adds so many blocks of count numbers, LK_WIRE_BLOCK apart, to the first one, in the order
 * of one binary tree. */
void lk_wire_add(float *blocks, int number, size_t count);

LK_C_END

#endif

/* Files of tensors that other programs write: safetensors, GGUF. They may be a stranger's:
 * what they say of themselves is checked against itself and against the file before any of
 * it is used. A file is opened once, and read by its descriptor. It is not mapped into
 * memory: of a mapped file that somebody shortens meanwhile the next look ends the process
 * by SIGBUS, while a read is a message. Not collective. */
#ifndef LOCKSTEP_TENSOR_FILE_H
#define LOCKSTEP_TENSOR_FILE_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* X(name, block, bytes, dtype, ggml): the numbers that tensors may have. So many make a
 * block of so many bytes. dtype: nonzero for a name that safetensors has; ggml: the type's
 * number in GGUF (ggml.h), -1: none. */
#define LK_NUMBERS(X)                                                                      \
  X(F32, 1, 4, 1, 0)                                                                       \
  X(F16, 1, 2, 1, 1)                                                                       \
  X(BF16, 1, 2, 1, 30)                                                                     \
  X(F64, 1, 8, 1, 28)                                                                      \
  X(I64, 1, 8, 1, 27)                                                                      \
  X(I32, 1, 4, 1, 26)                                                                      \
  X(I16, 1, 2, 1, 25)                                                                      \
  X(I8, 1, 1, 1, 24)                                                                       \
  X(U64, 1, 8, 1, -1)                                                                      \
  X(U32, 1, 4, 1, -1)                                                                      \
  X(U16, 1, 2, 1, -1)                                                                      \
  X(U8, 1, 1, 1, -1)                                                                       \
  X(BOOL, 1, 1, 1, -1)                                                                     \
  X(F8_E5M2, 1, 1, 1, -1)                                                                  \
  X(F8_E4M3, 1, 1, 1, -1)                                                                  \
  X(Q8_0, 32, 34, 0, 8)                                                                    \
  X(Q4_0, 32, 18, 0, 2)                                                                    \
  X(Q4_1, 32, 20, 0, 3)                                                                    \
  X(Q5_0, 32, 22, 0, 6)                                                                    \
  X(Q5_1, 32, 24, 0, 7)                                                                    \
  X(Q2_K, 256, 84, 0, 10)                                                                  \
  X(Q3_K, 256, 110, 0, 11)                                                                 \
  X(Q4_K, 256, 144, 0, 12)                                                                 \
  X(Q5_K, 256, 176, 0, 13)                                                                 \
  X(Q6_K, 256, 210, 0, 14)                                                                 \
  X(IQ2_XXS, 256, 66, 0, 16)                                                               \
  X(IQ2_XS, 256, 74, 0, 17)                                                                \
  X(IQ3_XXS, 256, 98, 0, 18)                                                               \
  X(IQ1_S, 256, 50, 0, 19)                                                                 \
  X(IQ4_NL, 32, 18, 0, 20)                                                                 \
  X(IQ3_S, 256, 110, 0, 21)                                                                \
  X(IQ2_S, 256, 82, 0, 22)                                                                 \
  X(IQ4_XS, 256, 136, 0, 23)                                                               \
  X(IQ1_M, 256, 56, 0, 29)                                                                 \
  X(TQ1_0, 256, 54, 0, 34)                                                                 \
  X(TQ2_0, 256, 66, 0, 35)                                                                 \
  X(MXFP4, 32, 17, 0, 39)

#define LK_NUMBER_ENUM(name, ...) LK_NUMBER_##name,
typedef enum { LK_NUMBERS(LK_NUMBER_ENUM) LK_NUMBER_COUNT } lk_number;

/* "BF16". */
const char *lk_number_name(lk_number number);

/* How many make a block, and the bytes of `count` of them: whole blocks. */
unsigned lk_number_block(lk_number number);
uint64_t lk_numbers_size(lk_number number, uint64_t count);

/* The number with this dtype in safetensors, or of this type in GGUF; LK_NUMBER_COUNT:
 * none.
 */
lk_number lk_number_named(const char *dtype);
lk_number lk_number_of_ggml(uint32_t type);
int lk_number_ggml(lk_number number);

/* Nonzero for what lk_numbers_to_float reads: F32, F16, BF16, F64, Q8_0. */
int lk_number_is_real(lk_number number);

/* count numbers, little-endian and of any alignment, as floats, and back for F32, F16 and
 * BF16: to the nearest, halves to even (IEEE 754). In Q8_0 a block has one scale, in F16,
 * by which its largest number is 127, and all are rounded as ggml does. Whole blocks. */
void lk_numbers_to_float(float *to, const void *from, lk_number number, size_t count);
void lk_numbers_of_float(void *to, const float *from, lk_number number, size_t count);

/* Nonzero unless lk_numbers_of_float would make an infinite number, or scale, of a finite
 * one. */
int lk_numbers_hold(const float *from, lk_number number, size_t count);

enum { LK_TENSOR_DIMENSIONS = 8 };

typedef struct {
  const char *name; /* the file's */
  lk_number number;
  int rank;                            /* dimensions, 0 for a single number */
  uint64_t size[LK_TENSOR_DIMENSIONS]; /* of each, the slowest first, as PyTorch counts */
  uint64_t count;                      /* elements */
  uint64_t at, bytes;                  /* where it lies in the file */
} lk_file_tensor;

/* Something that a file says of itself. */
typedef struct {
  const char *key, *value; /* the file's */
} lk_file_fact;

typedef struct lk_tensor_file lk_tensor_file;

typedef enum { LK_NO_TENSORS, LK_SAFETENSORS, LK_GGUF } lk_tensor_format;

/* Opens a safetensors file. LK_NO_INPUT; LK_BAD_DATA with the place for one that is cut
 * short, or whose tensors overlap, leave gaps, lie outside, or are there twice. The caller
 * owns *out: lk_tensor_file_close. */
lk_status lk_safetensors_open(lk_tensor_file **out, const char *path);

/* Opens a GGUF file, version 2 or 3, the same way. What it says of itself are texts here:
 * numbers are written out, of an array it is said how long it is. */
lk_status lk_gguf_open(lk_tensor_file **out, const char *path);

/* LK_BAD_DATA, with what to do, for a file that torch.save wrote. */
lk_status lk_tensor_check_torch(const char *path);

/* What a file begins like, and opening it as that. LK_BAD_DATA, with what to do, for what
 * is surely another one: of Lockstep's own, or written by torch.save. */
lk_tensor_format lk_tensor_format_of(const char *path);
lk_status lk_tensor_file_open(lk_tensor_file **out, const char *path);

void lk_tensor_file_close(lk_tensor_file *file);

const char *lk_tensor_file_path(const lk_tensor_file *file);
lk_tensor_format lk_tensor_file_format(const lk_tensor_file *file);

/* What is in it, in the order of their bytes; by name, or NULL. */
int lk_tensor_file_count(const lk_tensor_file *file);
const lk_file_tensor *lk_tensor_file_at(const lk_tensor_file *file, int place);
const lk_file_tensor *lk_tensor_file_find(const lk_tensor_file *file, const char *name);

/* What it says of itself; NULL behind the last. */
const lk_file_fact *lk_tensor_file_fact(const lk_tensor_file *file, int place);

/* What it says under a key; NULL: nothing. */
const char *lk_tensor_file_says(const lk_tensor_file *file, const char *key);

/* A tensor's elements `first` … first + count - 1, whole blocks, as floats. LK_NO_INPUT
 * when the file was changed since it was opened; LK_BAD_DATA for numbers that are no real
 * ones. */
lk_status lk_tensor_file_read(const lk_tensor_file *file, const lk_file_tensor *tensor,
                              uint64_t first, uint64_t count, float *to);

/* A tensor that is to be written. */
typedef struct {
  char name[96];
  int rank;
  uint64_t size[LK_TENSOR_DIMENSIONS], count;
} lk_new_tensor;

/* Gives the numbers of tensor `place` into to[count]. */
typedef lk_status lk_tensor_giver(void *context, int place, float *to);

/* What is to be written. */
typedef struct {
  const lk_new_tensor *tensors; /* [count] */
  int count;
  lk_number number;
  lk_tensor_giver *give;
  void *context;             /* of give */
  const lk_file_fact *facts; /* [facts_count] what the file says of itself */
  int facts_count;
} lk_new_file;

/* Writes a safetensors file where lk_file_write would. The same tensors give the same
 * bytes. LK_USAGE for a number that is too large for the kind; LK_IO. */
lk_status lk_safetensors_write(const char *path, const lk_new_file *file);

LK_C_END

#endif

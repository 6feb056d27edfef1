/* Files of tensors that other programs write: safetensors, GGUF. They may be a stranger's:
 * what they say of themselves is checked against itself and against the file before any of
 * it is used. A file is opened once, and read by its descriptor: one that is shortened
 * meanwhile is a message, not a signal. Not collective. */
#ifndef LOCKSTEP_TENSOR_FILE_H
#define LOCKSTEP_TENSOR_FILE_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* X(name in safetensors, bits of one): the numbers that tensors may have. */
#define LK_NUMBERS(X)                                                                      \
  X(F32, 32)                                                                               \
  X(F16, 16)                                                                               \
  X(BF16, 16)                                                                              \
  X(F64, 64)                                                                               \
  X(I64, 64)                                                                               \
  X(I32, 32)                                                                               \
  X(I16, 16)                                                                               \
  X(I8, 8)                                                                                 \
  X(U64, 64)                                                                               \
  X(U32, 32)                                                                               \
  X(U16, 16)                                                                               \
  X(U8, 8)                                                                                 \
  X(BOOL, 8)                                                                               \
  X(F8_E5M2, 8)                                                                            \
  X(F8_E4M3, 8)

#define LK_NUMBER_ENUM(name, bits) LK_NUMBER_##name,
typedef enum { LK_NUMBERS(LK_NUMBER_ENUM) LK_NUMBER_COUNT } lk_number;

/* "BF16". */
const char *lk_number_name(lk_number number);
size_t lk_number_size(lk_number number); /* bytes */

/* The number of this name; LK_NUMBER_COUNT: none. */
lk_number lk_number_named(const char *name);

/* Nonzero for what lk_numbers_to_float reads: F32, F16, BF16, F64. */
int lk_number_is_real(lk_number number);

/* count numbers, little-endian and of any alignment, as floats, and back for F32, F16 and
 * BF16: to the nearest, halves to even (IEEE 754). */
void lk_numbers_to_float(float *to, const void *from, lk_number number, size_t count);
void lk_numbers_of_float(void *to, const float *from, lk_number number, size_t count);

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

/* Opens a safetensors file. LK_NO_INPUT; LK_BAD_DATA with the place for one that is cut
 * short, or whose tensors overlap, leave gaps, lie outside, or are there twice. The caller
 * owns *out: lk_tensor_file_close. */
lk_status lk_safetensors_open(lk_tensor_file **out, const char *path);

void lk_tensor_file_close(lk_tensor_file *file);

const char *lk_tensor_file_path(const lk_tensor_file *file);

/* What is in it, in the order of their bytes; by name, or NULL. */
int lk_tensor_file_count(const lk_tensor_file *file);
const lk_file_tensor *lk_tensor_file_at(const lk_tensor_file *file, int place);
const lk_file_tensor *lk_tensor_file_find(const lk_tensor_file *file, const char *name);

/* What it says of itself; NULL behind the last. */
const lk_file_fact *lk_tensor_file_fact(const lk_tensor_file *file, int place);

/* A tensor's elements `first` … first + count - 1 as floats. LK_NO_INPUT when the file was
 * changed since it was opened; LK_BAD_DATA for numbers that are no real ones. */
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
 * bytes. LK_IO. */
lk_status lk_safetensors_write(const char *path, const lk_new_file *file);

LK_C_END

#endif

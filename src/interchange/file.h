/* What the readers of both forms fill. Private to src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_FILE_H
#define LOCKSTEP_INTERCHANGE_FILE_H

#include "lockstep/tensor_file.h"
#include <sys/stat.h>

struct lk_tensor_file {
  char *path; /* owned, as all here */
  lk_tensor_format format;
  int descriptor;
  struct stat opened; /* as it was then */
  int count;
  lk_file_tensor *tensors; /* [count] */
  int facts_count;
  lk_file_fact *facts; /* [facts_count] */
  void *held;          /* what names and facts point into, */
  void (*release)(void *held);
};

/* LK_NO_INPUT for what is no file. The caller owns *out. */
lk_status lk_tensor_file_begin(lk_tensor_file **out, const char *path,
                               lk_tensor_format format);

/* Bytes that are inside the file. */
lk_status lk_tensor_file_bytes(const lk_tensor_file *file, uint64_t at, void *to,
                               size_t size);

uint64_t lk_tensor_file_size(const lk_tensor_file *file);

/* LK_BAD_DATA, with the file's name before the words. */
lk_status lk_tensor_file_refuse(const lk_tensor_file *file, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Counts a tensor's elements and bytes from its sizes: nonzero unless they
 * overflow, or its rows are no whole blocks. */
int lk_tensor_measure(lk_file_tensor *tensor);

/* The next multiple of the alignment. */
static inline uint64_t lk_align(uint64_t size, uint64_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}

/* Puts the tensors in the order of their bytes, and checks that none is there twice, and
 * that from `first` to the file's end each begins at the next multiple of the alignment. */
lk_status lk_tensor_file_check(lk_tensor_file *file, uint64_t first, uint64_t alignment);

#endif

/* What is accepted as a file of tensors has each of its numbers inside the file. */
#ifndef LOCKSTEP_TESTS_FUZZ_TENSOR_FILE_H
#define LOCKSTEP_TESTS_FUZZ_TENSOR_FILE_H

#include "fuzz.h"
#include "lockstep/tensor_file.h"

/* Its last numbers, at most a block of the largest. */
static inline void fuzz_read_tensor(const lk_tensor_file *file,
                                    const lk_file_tensor *tensor) {
  float values[256];
  uint64_t count = tensor->count < 256 ? tensor->count : 256;
  lk_status status =
      lk_tensor_file_read(file, tensor, tensor->count - count, count, values);
  MUST(status == (lk_number_is_real(tensor->number) ? LK_OK : LK_BAD_DATA));
  MUST(lk_tensor_file_find(file, tensor->name) == tensor);
}

static inline void fuzz_read_tensors(lk_status open(lk_tensor_file **out, const char *path),
                                     const char *path) {
  lk_tensor_file *file;
  if (!fuzz_was_read(open(&file, path), LK_BAD_DATA, path)) return;
  for (int i = 0; i < lk_tensor_file_count(file); i++)
    fuzz_read_tensor(file, lk_tensor_file_at(file, i));
  for (int i = 0; lk_tensor_file_fact(file, i); i++)
    MUST(lk_tensor_file_says(file, lk_tensor_file_fact(file, i)->key) ==
         lk_tensor_file_fact(file, i)->value);
  lk_tensor_file_close(file);
}

#endif

/* A file of tensors on its way. Private to src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_WRITE_H
#define LOCKSTEP_INTERCHANGE_WRITE_H

#include "lockstep/output.h"
#include "lockstep/progress.h"
#include "lockstep/tensor_file.h"

typedef struct {
  lk_output *output;
  const char *path;
  const lk_new_file *file;
  float *values; /* room for the largest tensor, */
  void *bytes;   /* and for its numbers as they are written */
  lk_progress progress;
  uint64_t done; /* numbers */
} lk_writer;

lk_status lk_writer_begin(lk_writer *writer, const char *path, const lk_new_file *file);
lk_status lk_writer_add(const lk_writer *writer, const void *bytes, size_t size);
/* Tensor `place` of the file, as these numbers. */
lk_status lk_writer_add_tensor(lk_writer *writer, int place, lk_number number);

/* It takes its name if all went well so far, else nothing is left. Frees what it owns. */
lk_status lk_writer_end(lk_writer *writer, lk_status status);

#endif

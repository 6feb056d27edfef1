#include "interchange/write.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

lk_status lk_writer_begin(lk_writer *writer, const char *path, const lk_new_file *file) {
  uint64_t most = 0, all = 0;
  *writer = (lk_writer){.path = path, .file = file};
  for (int i = 0; i < file->count; i++) {
    if (file->tensors[i].count > most) most = file->tensors[i].count;
    all += file->tensors[i].count;
  }
  lk_progress_begin(&writer->progress, "numbers", all, "writing %s", lk_file_name(path));
  lk_status status = LK_NEW(writer->values, most);
  if (status == LK_OK) status = lk_allocate(&writer->bytes, most, sizeof(float), path);
  if (status == LK_OK) status = lk_output_begin(&writer->output, path);
  return status == LK_OK ? LK_OK : lk_writer_end(writer, status);
}

lk_status lk_writer_add(const lk_writer *writer, const void *bytes, size_t size) {
  const char *next = bytes;
  while (size) {
    ssize_t put = write(lk_output_descriptor(writer->output), next, size);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0)
      return lk_fail(LK_IO, "%s: cannot write: %s", writer->path, strerror(errno));
    next += put;
    size -= (size_t)put;
  }
  return LK_OK;
}

static lk_status check_range(const lk_writer *writer, int place, lk_number number) {
  const lk_new_tensor *tensor = &writer->file->tensors[place];
  if (lk_numbers_hold(writer->values, number, tensor->count)) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: tensor '%s' has numbers that are too large for %s; export it with "
                 "another --type",
                 writer->path, tensor->name, lk_number_name(number));
}

lk_status lk_writer_add_tensor(lk_writer *writer, int place, lk_number number) {
  const lk_new_file *file = writer->file;
  size_t count = file->tensors[place].count;
  LK_TRY(file->give(file->context, place, writer->values));
  LK_TRY(check_range(writer, place, number));
  lk_numbers_of_float(writer->bytes, writer->values, number, count);
  writer->done += count;
  lk_progress_show(&writer->progress, writer->done);
  return lk_writer_add(writer, writer->bytes, lk_numbers_size(number, count));
}

lk_status lk_writer_end(lk_writer *writer, lk_status status) {
  lk_progress_end(&writer->progress);
  if (writer->output && status == LK_OK)
    status = lk_output_commit(writer->output);
  else if (writer->output)
    lk_output_discard(writer->output);
  lk_free(writer->values);
  lk_free(writer->bytes);
  return status;
}

#include "interchange/file.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static lk_status open_file(lk_tensor_file *file) {
  file->descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file->descriptor < 0)
    return lk_fail(LK_NO_INPUT, "%s: %s%s", file->path, strerror(errno),
                   errno == EMFILE ? "; raise how many there may be (ulimit -n)" : "");
  if (!fstat(file->descriptor, &file->opened) && S_ISREG(file->opened.st_mode))
    return LK_OK;
  return lk_fail(LK_NO_INPUT, "%s: not a file", file->path);
}

lk_status lk_tensor_file_begin(lk_tensor_file **out, const char *path,
                               lk_tensor_format format) {
  *out = NULL;
  LK_TRY(LK_NEW(*out, 1));
  (*out)->descriptor = -1;
  (*out)->format = format;
  lk_status status = lk_copy_text(&(*out)->path, path);
  if (status == LK_OK) status = open_file(*out);
  if (status == LK_OK) return LK_OK;
  lk_tensor_file_close(*out);
  *out = NULL;
  return status;
}

void lk_tensor_file_close(lk_tensor_file *file) {
  if (!file) return;
  if (file->descriptor >= 0) close(file->descriptor);
  if (file->release) file->release(file->held);
  lk_free(file->tensors);
  lk_free(file->facts);
  lk_free(file->path);
  lk_free(file);
}

const char *lk_tensor_file_path(const lk_tensor_file *file) {
  return file->path;
}

lk_tensor_format lk_tensor_file_format(const lk_tensor_file *file) {
  return file->format;
}

uint64_t lk_tensor_file_size(const lk_tensor_file *file) {
  return (uint64_t)file->opened.st_size;
}

lk_status lk_tensor_file_refuse(const lk_tensor_file *file, const char *format, ...) {
  char what[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  return lk_fail(LK_BAD_DATA, "%s: %s", file->path, what);
}

/* Others may write to it meanwhile. */
static lk_status check_unchanged(const lk_tensor_file *file) {
  struct stat now;
  const struct stat *then = &file->opened;
  if (!fstat(file->descriptor, &now) && now.st_size == then->st_size &&
      now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == then->st_mtim.tv_nsec)
    return LK_OK;
  return lk_fail(LK_NO_INPUT, "%s: was changed while it was read; try again", file->path);
}

lk_status lk_tensor_file_bytes(const lk_tensor_file *file, uint64_t at, void *to,
                               size_t size) {
  char *next = to;
  assert(at <= lk_tensor_file_size(file) && size <= lk_tensor_file_size(file) - at);
  while (size) {
    ssize_t got = pread(file->descriptor, next, size, (off_t)at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return lk_fail(LK_NO_INPUT, "%s: %s", file->path, strerror(errno));
    if (!got) break;
    next += got;
    at += (uint64_t)got;
    size -= (size_t)got;
  }
  return check_unchanged(file);
}

int lk_tensor_measure(lk_file_tensor *tensor) {
  enum { WIDEST = 8 }; /* bytes of a number */
  uint64_t row = tensor->rank ? tensor->size[tensor->rank - 1] : 1;
  tensor->count = 1;
  for (int i = 0; i < tensor->rank; i++)
    if (__builtin_mul_overflow(tensor->count, tensor->size[i], &tensor->count)) return 0;
  if (tensor->count > UINT64_MAX / WIDEST || row % lk_number_block(tensor->number))
    return 0;
  tensor->bytes = lk_numbers_size(tensor->number, tensor->count);
  return 1;
}

/* Those without bytes first, of several at one place. */
static int by_place(const void *one, const void *other) {
  const lk_file_tensor *a = one, *b = other;
  if (a->at != b->at) return a->at < b->at ? -1 : 1;
  if (a->bytes != b->bytes) return a->bytes < b->bytes ? -1 : 1;
  return strcmp(a->name, b->name);
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static lk_status check_names(const lk_tensor_file *file) {
  const char **names;
  lk_status status = LK_OK;
  LK_TRY(LK_NEW(names, (size_t)file->count));
  for (int i = 0; i < file->count; i++)
    names[i] = file->tensors[i].name;
  qsort(names, (size_t)file->count, sizeof *names, by_name);
  for (int i = 1; i < file->count && status == LK_OK; i++)
    if (!strcmp(names[i - 1], names[i]))
      status = lk_tensor_file_refuse(file, "tensor '%s' is there twice", names[i]);
  lk_free(names);
  return status;
}

lk_status lk_tensor_file_check(lk_tensor_file *file, uint64_t first, uint64_t alignment) {
  uint64_t end = first, size = lk_tensor_file_size(file);
  qsort(file->tensors, (size_t)file->count, sizeof *file->tensors, by_place);
  for (int i = 0; i < file->count; i++) {
    const lk_file_tensor *t = &file->tensors[i];
    uint64_t wanted = lk_align(end, alignment);
    if (t->at < wanted)
      return lk_tensor_file_refuse(file, "tensor '%s' overlaps the one before it", t->name);
    if (t->at > wanted)
      return lk_tensor_file_refuse(file, "a gap of %llu bytes before tensor '%s'",
                                   (unsigned long long)(t->at - wanted), t->name);
    if (t->at > size || t->bytes > size - t->at)
      return lk_tensor_file_refuse(
          file, "cut short: tensor '%s' ends behind the file's end; fetch it again",
          t->name);
    end = t->at + t->bytes;
  }
  if (size - end >= alignment)
    return lk_tensor_file_refuse(file, "%llu bytes behind the last tensor",
                                 (unsigned long long)(size - end));
  return check_names(file);
}

int lk_tensor_file_count(const lk_tensor_file *file) {
  return file->count;
}

const lk_file_tensor *lk_tensor_file_at(const lk_tensor_file *file, int place) {
  assert(place >= 0 && place < file->count);
  return &file->tensors[place];
}

const lk_file_tensor *lk_tensor_file_find(const lk_tensor_file *file, const char *name) {
  for (int i = 0; i < file->count; i++)
    if (!strcmp(file->tensors[i].name, name)) return &file->tensors[i];
  return NULL;
}

const lk_file_fact *lk_tensor_file_fact(const lk_tensor_file *file, int place) {
  return place < file->facts_count ? &file->facts[place] : NULL;
}

const char *lk_tensor_file_says(const lk_tensor_file *file, const char *key) {
  for (int i = 0; i < file->facts_count; i++)
    if (!strcmp(file->facts[i].key, key)) return file->facts[i].value;
  return NULL;
}

lk_status lk_tensor_file_read(const lk_tensor_file *file, const lk_file_tensor *tensor,
                              uint64_t first, uint64_t count, float *to) {
  enum { PART = 1 << 13, WIDEST = 8 }; /* numbers at a time, and bytes of one */
  char bytes[PART * WIDEST];
  assert(first <= tensor->count && count <= tensor->count - first);
  if (!lk_number_is_real(tensor->number))
    return lk_tensor_file_refuse(file,
                                 "tensor '%s' has numbers of kind %s, not F32, F16, "
                                 "BF16, F64 or Q8_0",
                                 tensor->name, lk_number_name(tensor->number));
  for (uint64_t done = 0, part; done < count; done += part) {
    part = count - done < PART ? count - done : PART;
    LK_TRY(lk_tensor_file_bytes(file,
                                tensor->at + lk_numbers_size(tensor->number, first + done),
                                bytes, (size_t)lk_numbers_size(tensor->number, part)));
    lk_numbers_to_float(to + done, bytes, tensor->number, (size_t)part);
  }
  return LK_OK;
}

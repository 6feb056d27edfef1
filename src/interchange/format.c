/* Which reader a file is for. */
#include "lockstep/tensor_file.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BEGINNING = 9 }; /* safetensors: the header's length, and where it begins */

/* Nonzero when there are so many. What is no file is not waited for, and nothing of it is
 * read. */
static int read_beginning(const char *path, unsigned char bytes[BEGINNING]) {
  struct stat facts;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return 0;
  int is_there = !fstat(descriptor, &facts) && S_ISREG(facts.st_mode) &&
                 pread(descriptor, bytes, BEGINNING, 0) == BEGINNING;
  close(descriptor);
  return is_there;
}

lk_tensor_format lk_tensor_format_of(const char *path) {
  unsigned char bytes[BEGINNING];
  if (!read_beginning(path, bytes)) return LK_NO_TENSORS;
  if (!memcmp(bytes, "GGUF", 4)) return LK_GGUF;
  return bytes[BEGINNING - 1] == '{' && !bytes[7] ? LK_SAFETENSORS : LK_NO_TENSORS;
}

/* What people take for such a file. */
typedef struct {
  const char *start, *what;
} other;

static const other saved_by_torch[] = {
    {"PK\x03\x04", "is what torch.save writes, or another archive; in Python, load the "
                   "model and save it with safetensors.torch.save_model"},
    {"\x80\x02", "is what torch.save writes; in Python, load the model and save it with "
                 "safetensors.torch.save_model"},
    {NULL, NULL}};
static const other ours[] = {
    {"lockstep ", "is a file of Lockstep's own; training starts from a checkpoint by "
                  "init=FILE"},
    {"\x89HDF", "is an HDF5 file, not safetensors or GGUF"},
    {NULL, NULL}};

static lk_status check_other(const char *path, const other *others) {
  unsigned char bytes[BEGINNING];
  if (!read_beginning(path, bytes)) return LK_OK;
  for (; others->start; others++)
    if (!memcmp(bytes, others->start, strlen(others->start)))
      return lk_fail(LK_BAD_DATA, "%s: %s", path, others->what);
  return LK_OK;
}

lk_status lk_tensor_check_torch(const char *path) {
  return check_other(path, saved_by_torch);
}

lk_status lk_tensor_file_open(lk_tensor_file **out, const char *path) {
  lk_tensor_format format = lk_tensor_format_of(path);
  *out = NULL;
  if (format == LK_NO_TENSORS) {
    LK_TRY(check_other(path, ours));
    LK_TRY(lk_tensor_check_torch(path));
  }
  return format == LK_GGUF ? lk_gguf_open(out, path) : lk_safetensors_open(out, path);
}

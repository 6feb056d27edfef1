/* Which reader a file is for. */
#include "lockstep/tensor_file.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BEGINNING = 9 }; /* safetensors: the header's length, and where it begins */

/* What is no file is not waited for, and nothing of it is read. */
lk_tensor_format lk_tensor_format_of(const char *path) {
  unsigned char bytes[BEGINNING];
  struct stat facts;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return LK_NO_TENSORS;
  int is_there = !fstat(descriptor, &facts) && S_ISREG(facts.st_mode) &&
                 pread(descriptor, bytes, sizeof bytes, 0) == sizeof bytes;
  close(descriptor);
  if (is_there && !memcmp(bytes, "GGUF", 4)) return LK_GGUF;
  return is_there && bytes[BEGINNING - 1] == '{' && !bytes[7] ? LK_SAFETENSORS
                                                              : LK_NO_TENSORS;
}

lk_status lk_tensor_file_open(lk_tensor_file **out, const char *path) {
  return lk_tensor_format_of(path) == LK_GGUF ? lk_gguf_open(out, path)
                                              : lk_safetensors_open(out, path);
}

#include "lockstep/program.h"
#include "lockstep/file.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include <stdio.h>
#include <unistd.h>

const char *lk_program_hash(void) {
  static lk_hash hash;
  char *bytes;
  size_t size;
  if (*hash.hex) return hash.hex;
  if (lk_file_read("/proc/self/exe", &bytes, &size) != LK_OK) return "unreadable";
  hash = lk_hash_bytes(bytes, size);
  lk_free(bytes);
  return hash.hex;
}

const char *lk_program_libc(void) {
  static char text[64];
#ifdef _CS_GNU_LIBC_VERSION
  if (!*text) confstr(_CS_GNU_LIBC_VERSION, text, sizeof text);
#endif
  return *text ? text : "another C library";
}

#include "lockstep/program.h"
#include "lockstep/file.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include <openssl/crypto.h>
#include <stdio.h>
#include <unistd.h>
#include <utf8proc.h>
#include <xxhash.h>

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

const char *lk_program_compiler(void) {
#ifdef __clang__
  return __VERSION__; /* it begins with the name */
#else
  return "gcc " __VERSION__;
#endif
}

const char *lk_program_libraries(void) {
  static char text[128];
  unsigned xxhash = XXH_versionNumber(); /* 801 is 0.8.1 */
  snprintf(text, sizeof text, "xxHash %u.%u.%u, utf8proc %s, OpenSSL %s", xxhash / 10000,
           xxhash / 100 % 100, xxhash % 100, utf8proc_version(),
           OpenSSL_version(OPENSSL_VERSION_STRING));
  return text;
}

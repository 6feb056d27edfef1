/* Lines of JSON, and whatever else the bytes are taken for. */
#include "dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  fuzz_pages(bytes, size);
  fuzz_end();
  return 0;
}

/* A GGUF file: as the bytes are, and behind the start of one. */
#include "tensor_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static const uint8_t start[8] = "GGUF\3\0\0";
  fuzz_read_tensors(lk_gguf_open, fuzz_file(bytes, size));
  uint8_t *whole = calloc(size + sizeof start, 1);
  MUST(whole);
  memcpy(whole, start, sizeof start);
  if (size) memcpy(whole + sizeof start, bytes, size);
  fuzz_read_tensors(lk_gguf_open, fuzz_file(whole, size + sizeof start));
  free(whole);
  fuzz_end();
  return 0;
}

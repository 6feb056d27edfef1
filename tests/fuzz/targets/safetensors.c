/* A safetensors file: as the bytes are, and as a header of the right length. */
#include "tensor_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  fuzz_read_tensors(lk_safetensors_open, fuzz_file(bytes, size));
  uint8_t *whole = calloc(size + 8, 1);
  MUST(whole);
  for (int i = 0; i < 8; i++)
    whole[i] = (uint8_t)(size >> 8 * i);
  if (size) memcpy(whole + 8, bytes, size);
  fuzz_read_tensors(lk_safetensors_open, fuzz_file(whole, size + 8));
  free(whole);
  fuzz_end();
  return 0;
}

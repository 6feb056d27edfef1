/* A safetensors file: what is accepted has each of its numbers inside the file. */
#include "fuzz.h"
#include "lockstep/tensor_file.h"

static void read_tensor(const lk_tensor_file *file, const lk_file_tensor *tensor) {
  float values[16];
  uint64_t count = tensor->count < 16 ? tensor->count : 16;
  lk_status status =
      lk_tensor_file_read(file, tensor, tensor->count - count, count, values);
  MUST(status == (lk_number_is_real(tensor->number) ? LK_OK : LK_BAD_DATA));
  MUST(lk_tensor_file_find(file, tensor->name) == tensor);
}

static void read_file(const char *path) {
  lk_tensor_file *file;
  if (!fuzz_was_read(lk_safetensors_open(&file, path), LK_BAD_DATA, path)) return;
  for (int i = 0; i < lk_tensor_file_count(file); i++)
    read_tensor(file, lk_tensor_file_at(file, i));
  lk_tensor_file_close(file);
}

/* As they are, and as a header of the right length. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  read_file(fuzz_file(bytes, size));
  uint8_t *whole = calloc(size + 8, 1);
  MUST(whole);
  for (int i = 0; i < 8; i++)
    whole[i] = (uint8_t)(size >> 8 * i);
  if (size) memcpy(whole + 8, bytes, size);
  read_file(fuzz_file(whole, size + 8));
  free(whole);
  fuzz_end();
  return 0;
}

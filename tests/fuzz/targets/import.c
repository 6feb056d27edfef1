/* A file of another program becomes a checkpoint that is whole, or is refused: with the
 * tokenizer that it has with it, and with bytes. */
#include "import.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  const char *path = fuzz_file(bytes, size);
  fuzz_import(path, &(lk_import_options){.heads = 1, .activation = -1});
  fuzz_import(path,
              &(lk_import_options){.tokenizer = "bytes", .heads = 1, .activation = -1});
  fuzz_end();
  return 0;
}

/* A file of another program becomes a checkpoint that is whole, or is refused: with the
 * tokenizer that it has with it, and with bytes. */
#include "fuzz.h"
#include "lockstep/interchange.h"

static void import(const char *path, const char *tokenizer) {
  const lk_import_options options = {.tokenizer = tokenizer, .heads = 1, .activation = -1};
  lk_checkpoint *checkpoint;
  lk_status status = lk_import(&checkpoint, path, &options);
  if (status != LK_OK) {
    MUST(status == LK_BAD_DATA || status == LK_USAGE);
    MUST(!checkpoint && *lk_message());
    return;
  }
  const lk_trained *trained = &checkpoint->trained;
  lk_hash hash =
      lk_hash_bytes(trained->values, trained->table->count * sizeof *trained->values);
  MUST(strlen(hash.hex) == 32); /* every number is there */
  MUST(lk_tokenizer_size(trained->tokenizer) == trained->table->shape.vocabulary);
  lk_checkpoint_free(checkpoint);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  const char *path = fuzz_file(bytes, size);
  import(path, NULL);
  import(path, "bytes");
  fuzz_end();
  return 0;
}

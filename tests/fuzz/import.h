/* What is imported is whole, or is refused. */
#ifndef LOCKSTEP_TESTS_FUZZ_IMPORT_H
#define LOCKSTEP_TESTS_FUZZ_IMPORT_H

#include "fuzz.h"
#include "lockstep/interchange.h"

static inline void fuzz_import(const char *path, const lk_import_options *options) {
  lk_checkpoint *checkpoint;
  lk_status status = lk_import(&checkpoint, path, options);
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

#endif

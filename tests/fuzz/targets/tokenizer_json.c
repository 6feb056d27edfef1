/* A tokenizer.json: what is accepted gives the same tokenizer when it is written and read
 * again, and any bytes come back. */
#include "fuzz.h"
#include "lockstep/bpe.h"

static void check_again(const lk_tokenizer *tokenizer) {
  lk_tokenizer *again;
  char *json;
  size_t size;
  MUST(lk_bpe_write_json(tokenizer, &json, &size) == LK_OK);
  MUST(lk_bpe_read_json(&again, json, size, "again") == LK_OK);
  MUST(lk_tokenizer_equal(tokenizer, again));
  lk_free(json);
  lk_tokenizer_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  lk_tokenizer *tokenizer;
  lk_token tokens[64];
  size_t count;
  lk_status status = lk_bpe_read_json(&tokenizer, (const char *)bytes, size, "input");
  if (fuzz_was_read(status, LK_BAD_DATA, "input")) {
    const lk_passage passage = {(const char *)bytes, size < 64 ? size : 64, "input", 0, 0};
    check_again(tokenizer);
    if (!lk_tokenizer_composes(tokenizer))
      MUST(lk_tokenizer_encode_bytes(tokenizer, &passage, tokens, 64, &count) == LK_OK);
    lk_tokenizer_free(tokenizer);
  }
  fuzz_end();
  return 0;
}

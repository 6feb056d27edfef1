/* GPT-2's two files: the merges as they are, for a vocabulary of the bytes and of what
 * stands in the input before a NUL. */
#include "fuzz.h"
#include "lockstep/bpe.h"
#include "lockstep/byte_level.h"

enum { MOST = 1 << 14 };

/* encoder.json of the bytes, what is given, and a special token. */
static size_t write_encoder(char *json, const char *more, size_t size) {
  size_t used = 1;
  json[0] = '{';
  for (int i = 0; i < 256; i++) {
    char text[5];
    lk_byte_level_write((unsigned char)i, text);
    used += (size_t)snprintf(json + used, MOST - used, "\"%s%s\":%d,",
                             strchr("\"\\", *text) ? "\\" : "", text, i);
  }
  memcpy(json + used, more, size);
  used += size;
  return used + (size_t)snprintf(json + used, MOST - used, "\"<|endoftext|>\":256}");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static char json[MOST];
  const uint8_t *end = size ? memchr(bytes, 0, size) : NULL;
  size_t more = end ? (size_t)(end - bytes) : 0, rest = end ? more + 1 : 0;
  lk_tokenizer *tokenizer;
  if (more > MOST / 2) return 0;
  lk_bpe_file encoder = {json, "input", write_encoder(json, (const char *)bytes, more)};
  lk_bpe_file merges = {(const char *)bytes + rest, "input", size - rest};
  lk_status status = lk_bpe_read_gpt2(&tokenizer, encoder, merges);
  if (fuzz_was_read(status, LK_BAD_DATA, "input")) {
    MUST(lk_tokenizer_size(tokenizer) >= 257);
    lk_tokenizer_free(tokenizer);
  }
  fuzz_end();
  return 0;
}

/* A BPE as a Hugging Face tokenizer.json. */
#include "lockstep/bpe.h"
#include "lockstep/byte_level.h"
#include "lockstep/memory.h"
#include "text/bpe.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_text(FILE *to, const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c < 0x20)
      fprintf(to, "\\u%04x", c);
    else
      fprintf(to, c == '"' || c == '\\' ? "\\%c" : "%c", c);
  }
}

static void write_bytes(FILE *to, const lk_bpe *b, lk_token id) {
  char character[5];
  size_t size;
  const char *bytes = lk_bpe_bytes(b, id, &size);
  for (size_t i = 0; i < size; i++)
    write_text(to, character,
               (size_t)lk_byte_level_write((unsigned char)bytes[i], character));
}

static void write_added(FILE *to, const lk_bpe *b, int is_own) {
  const char *between = "";
  fputs("\"added_tokens\":[", to);
  for (lk_token id = 0; id < (lk_token)b->base.size; id++) {
    if (b->tokens[id].kind == LK_BPE_TEXT) continue;
    fprintf(to, "%s\n{\"id\":%u,\"content\":\"", between, (unsigned)id);
    write_text(to, b->bytes + b->tokens[id].first, b->tokens[id].length);
    fprintf(to,
            "\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,"
            "\"normalized\":false,\"special\":%s%s}",
            b->tokens[id].kind == LK_BPE_SPECIAL ? "true" : "false",
            is_own && id == b->end ? ",\"" LK_BPE_END "\":true" : "");
    between = ",";
  }
  fputs("],\n", to);
}

static void write_split(FILE *to, const char *expression) {
  fputs("{\"type\":\"Split\",\"pattern\":{\"Regex\":\"", to);
  write_text(to, expression, strlen(expression));
  fputs("\"},\"behavior\":\"Isolated\",\"invert\":false},\n", to);
}

static void write_byte_level(FILE *to, int has_pattern) {
  fprintf(to,
          "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,"
          "\"use_regex\":%s}",
          has_pattern ? "true" : "false");
}

static void write_pattern(FILE *to, const lk_pattern *pattern) {
  int own = pattern->kind == LK_PATTERN_gpt2;
  fputs("\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[\n", to);
  if (pattern->unspaced) write_split(to, lk_pattern_unspaced);
  if (pattern->digits) write_split(to, "\\p{N}");
  if (!own) write_split(to, lk_pattern_expression(pattern->kind));
  write_byte_level(to, own);
  fputs("]},\n", to);
}

/* Also an added token may be. */
static int is_of_vocabulary(const lk_bpe *b, lk_token id) {
  size_t size;
  const char *bytes = lk_bpe_bytes(b, id, &size);
  return b->tokens[id].kind != LK_BPE_SPECIAL && lk_bpe_find(b, bytes, size) == id;
}

static void write_model(FILE *to, const lk_bpe *b) {
  const char *between = "";
  fprintf(to,
          "\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":null,"
          "\"continuing_subword_prefix\":\"\",\"end_of_word_suffix\":\"\","
          "\"fuse_unk\":false,\"byte_fallback\":false,\"ignore_merges\":%s,\"vocab\":{",
          b->ignores_merges ? "true" : "false");
  for (lk_token id = 0; id < (lk_token)b->base.size; id++) {
    if (!is_of_vocabulary(b, id)) continue;
    fprintf(to, "%s\n\"", between);
    write_bytes(to, b, id);
    fprintf(to, "\":%u", (unsigned)id);
    between = ",";
  }
  fputs("},\n\"merges\":[", to);
  for (size_t i = 0; i < b->merge_count; i++) {
    fputs(i ? ",\n\"" : "\n\"", to);
    write_bytes(to, b, b->merges[i].left);
    fputc(' ', to);
    write_bytes(to, b, b->merges[i].right);
    fputc('"', to);
  }
  fputs("]}}\n", to);
}

static void write_all(FILE *to, const lk_bpe *b, int is_own) {
  fputs("{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\n", to);
  write_added(to, b, is_own);
  fprintf(to, "\"normalizer\":%s,\n", b->base.composes ? "{\"type\":\"NFC\"}" : "null");
  write_pattern(to, &b->pattern);
  fputs("\"post_processor\":null,\n\"decoder\":", to);
  write_byte_level(to, 1);
  fputs(",\n", to);
  write_model(to, b);
}

lk_status lk_bpe_write(const lk_bpe *bpe, int is_own, char **bytes, size_t *size) {
  char *text = NULL;
  FILE *to = open_memstream(&text, size);
  *bytes = NULL;
  if (to) write_all(to, bpe, is_own);
  int failed = !to || ferror(to);
  if (to) failed |= fclose(to) != 0;
  lk_status status = failed ? lk_fail(LK_INTERNAL, "out of memory for a tokenizer")
                            : lk_allocate((void **)bytes, *size + 1, 1, "a tokenizer");
  if (status == LK_OK) memcpy(*bytes, text, *size);
  free(text);
  return status;
}

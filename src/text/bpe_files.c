/* The files that a BPE is read from. */
#include "lockstep/bpe.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "text/bpe_json.h"
#include <string.h>

static lk_status name_it(lk_status status, const char *name) {
  return status == LK_BAD_DATA ? lk_fail(status, "%s: %s", name, lk_message()) : status;
}

lk_status lk_bpe_read_json(lk_tokenizer **out, const char *bytes, size_t size,
                           const char *name) {
  lk_bpe *bpe;
  int composes = 0;
  lk_status status = lk_bpe_parse(&bpe, bytes, size, &composes);
  *out = bpe ? &bpe->base : NULL;
  if (bpe) bpe->base.composes = composes;
  return name_it(status, name);
}

static lk_status read_file(lk_tokenizer **out, const char *path) {
  char *bytes;
  size_t size;
  lk_status status = lk_file_read_small(path, LK_TOKENIZER_FILE_MOST, &bytes, &size);
  if (status == LK_NO_INPUT)
    return lk_fail(status,
                   "%s; a tokenizer is `characters`, `bytes`, or that of a file: one that "
                   "`lockstep tokenizer` made, a checkpoint or a corpus",
                   lk_message());
  LK_TRY(status);
  status = lk_bpe_read_json(out, bytes, size, lk_file_name(path));
  lk_free(bytes);
  return status;
}

lk_status lk_tokenizer_read(lk_tokenizer **out, const char *name, int composes) {
  *out = NULL;
  if (!strcmp(name, "bytes")) return lk_tokenizer_create(out, name, composes);
  if (!strcmp(name, "characters"))
    return lk_fail(LK_USAGE, "characters are those of a text; name a tokenizer's file");
  LK_TRY(read_file(out, name));
  (*out)->composes |= composes != 0;
  return LK_OK;
}

lk_status lk_bpe_write_json(const lk_tokenizer *tokenizer, char **bytes, size_t *size) {
  *bytes = NULL;
  if (tokenizer->kind != &lk_tokenizer_bpe)
    return lk_fail(LK_USAGE, "a tokenizer of %s has no tokenizer.json",
                   tokenizer->kind->name);
  return lk_bpe_write((const lk_bpe *)tokenizer, 0, bytes, size);
}

int64_t lk_bpe_unsaid_end(const lk_tokenizer *tokenizer) {
  return tokenizer->kind == &lk_tokenizer_bpe ? ((const lk_bpe *)tokenizer)->end : -1;
}

/* The next line that is a merge; NULL behind the last. The first line may be a comment. */
static const char *next_merge(const lk_bpe_file *file, size_t *at, size_t *size) {
  while (*at < file->size) {
    const char *line = file->bytes + *at, *end = memchr(line, '\n', file->size - *at);
    int is_comment = !*at && file->size > 8 && !memcmp(line, "#version", 8);
    *size = end ? (size_t)(end - line) : file->size - *at;
    *at += *size + 1;
    if (*size && line[*size - 1] == '\r') --*size;
    if (*size && !is_comment) return line;
  }
  return NULL;
}

static size_t count_merges(const lk_bpe_file *file) {
  size_t count = 0, at = 0, size;
  while (next_merge(file, &at, &size))
    count++;
  return count;
}

/* What is written like any token and yet no text: <|endoftext|>. No merge makes it. */
static lk_status mark_special(lk_bpe *b) {
  uint8_t *is_made;
  LK_TRY(LK_NEW(is_made, (size_t)b->base.size));
  for (size_t i = 0; i < b->merge_count; i++)
    is_made[b->merges[i].made] = 1;
  for (lk_token id = 0; id < (lk_token)b->base.size; id++)
    if (b->tokens[id].length > 1 && !is_made[id]) b->tokens[id].kind = LK_BPE_SPECIAL;
  lk_free(is_made);
  return LK_OK;
}

static lk_status add_merges(lk_bpe *b, const lk_bpe_file *merges) {
  size_t at = 0, size;
  const char *line;
  while ((line = next_merge(merges, &at, &size)))
    LK_TRY(name_it(lk_bpe_join_line(b, line, size), merges->name));
  return LK_OK;
}

static lk_status build(lk_bpe **out, const cJSON *vocabulary, const lk_bpe_file *encoder,
                       const lk_bpe_file *merges) {
  int64_t most = -1;
  LK_TRY(name_it(lk_json_most_id(vocabulary, "the vocabulary", &most), encoder->name));
  LK_TRY(name_it(lk_json_check_ids(most, (size_t)cJSON_GetArraySize(vocabulary)),
                 encoder->name));
  LK_TRY(
      name_it(lk_bpe_begin(out, (size_t)(most + 1), count_merges(merges)), encoder->name));
  LK_TRY(name_it(lk_bpe_add_vocabulary(*out, vocabulary, "the vocabulary"), encoder->name));
  LK_TRY(add_merges(*out, merges));
  LK_TRY(mark_special(*out));
  return name_it(lk_bpe_finish(*out), encoder->name);
}

lk_status lk_bpe_read_gpt2(lk_tokenizer **out, lk_bpe_file encoder, lk_bpe_file merges) {
  lk_bpe *bpe = NULL;
  cJSON *vocabulary;
  *out = NULL;
  LK_TRY(name_it(lk_json_parse(&vocabulary, encoder.bytes, encoder.size), encoder.name));
  lk_status status = build(&bpe, vocabulary, &encoder, &merges);
  cJSON_Delete(vocabulary);
  if (status == LK_OK)
    *out = &bpe->base;
  else if (bpe)
    lk_tokenizer_free(&bpe->base);
  return status;
}

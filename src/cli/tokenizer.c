/* Tokenizers as files: a Hugging Face tokenizer.json, which the others read too. */
#include "cli/command.h"
#include "lockstep/bpe.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/visible.h"
#include <stdio.h>
#include <string.h>

static lk_status write(const lk_tokenizer *tokenizer, const char *path) {
  char *bytes;
  size_t size;
  LK_TRY(lk_bpe_write_json(tokenizer, &bytes, &size));
  lk_status status = lk_file_write(path, bytes, size);
  lk_free(bytes);
  LK_TRY(status);
  lk_print_visible(path, "");
  printf(": vocabulary %d\n", lk_tokenizer_size(tokenizer));
  return LK_OK;
}

/* encoder.json and vocab.bpe, in either order: the merges are no JSON. */
static lk_status read_two(lk_tokenizer **out, char **paths) {
  lk_bpe_file files[2] = {{NULL, lk_file_name(paths[0]), 0},
                          {NULL, lk_file_name(paths[1]), 0}};
  char *bytes[2] = {NULL, NULL};
  lk_status status = LK_OK;
  for (int i = 0; i < 2 && status == LK_OK; i++) {
    status = lk_file_read(paths[i], &bytes[i], &files[i].size);
    files[i].bytes = bytes[i];
  }
  int first = status == LK_OK && *files[0].bytes != '{';
  if (status == LK_OK) status = lk_bpe_read_gpt2(out, files[first], files[!first]);
  for (int i = 0; i < 2; i++)
    lk_free(bytes[i]);
  return status;
}

static lk_status convert(const lk_words *words) {
  lk_tokenizer *tokenizer = NULL;
  char **inputs = words->words + 1;
  int count = words->count - 2;
  if (count > 2)
    return lk_fail(LK_USAGE,
                   "tokenizer %s: one tokenizer.json is needed, or encoder.json "
                   "and vocab.bpe",
                   words->words[0]);
  lk_status status =
      count == 1 ? lk_tokenizer_read(&tokenizer, inputs[0]) : read_two(&tokenizer, inputs);
  if (status == LK_OK) status = write(tokenizer, words->words[words->count - 1]);
  lk_tokenizer_free(tokenizer);
  return status;
}

lk_status lk_cli_tokenizer(lk_world *world, int argc, char **argv) {
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, NULL, 0, 3, LK_WORDS_MOST, &words));
  if (words.help) return LK_OK;
  const char *action = words.words[0], *output = words.words[words.count - 1];
  if (strcmp(action, "import") && strcmp(action, "export"))
    return lk_fail(LK_USAGE, "tokenizer: import or export is needed, not '%s'", action);
  LK_TRY(lk_arguments_outputs(world, output, NULL, (const char *const *)words.words + 1,
                              words.count - 2));
  return lk_world_agree(world, lk_world_rank(world) == 0 ? convert(&words) : LK_OK);
}

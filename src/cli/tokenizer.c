/* Tokenizers as files: a Hugging Face tokenizer.json, which the others read too. */
#include "cli/command.h"
#include "lockstep/bpe.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/prepare.h"
#include "lockstep/store.h"
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
  if (lk_bpe_unsaid_end(tokenizer) >= 0)
    lk_say("%s: nothing in it says that id %d ends a document; where that matters, give "
           "the checkpoint or the corpus for the tokenizer",
           path, (int)lk_bpe_unsaid_end(tokenizer));
  return LK_OK;
}

/* As JSON begins, which readers take with a byte order mark and blanks before it. */
static int is_object(const char *bytes) {
  static const char mark[] = "\xEF\xBB\xBF";
  if (!strncmp(bytes, mark, sizeof mark - 1)) bytes += sizeof mark - 1;
  return bytes[strspn(bytes, " \t\r\n")] == '{';
}

/* encoder.json and vocab.bpe, in either order: the merges are no JSON. */
static lk_status read_two(lk_tokenizer **out, char **paths) {
  lk_bpe_file files[2] = {{NULL, lk_file_name(paths[0]), 0},
                          {NULL, lk_file_name(paths[1]), 0}};
  char *bytes[2] = {NULL, NULL};
  lk_status status = LK_OK;
  for (int i = 0; i < 2 && status == LK_OK; i++) {
    status =
        lk_file_read_small(paths[i], LK_TOKENIZER_FILE_MOST, &bytes[i], &files[i].size);
    files[i].bytes = bytes[i];
  }
  int first = status == LK_OK && !is_object(files[0].bytes);
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
  lk_status status = count == 1 ? lk_tokenizer_read_any(&tokenizer, inputs[0], 0)
                                : read_two(&tokenizer, inputs);
  if (status == LK_OK) status = write(tokenizer, words->words[words->count - 1]);
  lk_tokenizer_free(tokenizer);
  return status;
}

/* The options of `train`. */
typedef struct {
  lk_prepare_options prepare;
  const char *pattern, *documents;
  long size, threads;
  int digits, unspaced;
} given;

enum { MOST_PIECES = 2000000 };

static lk_status find_pattern(const given *g, lk_pattern *pattern) {
  const char *names[LK_PATTERN_COUNT + 1];
  int kind;
  for (kind = 0; kind <= LK_PATTERN_COUNT; kind++)
    names[kind] = lk_pattern_name(kind);
  LK_TRY(lk_arguments_choose("tokenizer", "pattern", g->pattern, names, &kind));
  *pattern = (lk_pattern){(lk_pattern_kind)kind, g->digits, g->unspaced};
  return LK_OK;
}

static lk_status take(given *g, lk_bpe_training *how) {
  static const char *const documents[] = {"line", "blank-line", "file", NULL};
  int place;
  LK_TRY(lk_arguments_choose("tokenizer", "documents", g->documents, documents, &place));
  LK_TRY(find_pattern(g, &how->pattern));
  g->prepare.dump.documents = (lk_documents)place;
  g->prepare.dump.threads = (int)g->threads;
  how->size = (size_t)g->size;
  how->most_pieces = MOST_PIECES;
  return LK_OK;
}

static lk_status tell(const lk_tokenizer *tokenizer, const given *g, const char *output) {
  if (lk_tokenizer_size(tokenizer) < g->size)
    lk_say("%d ids, not %ld: no two tokens stand side by side twice any more",
           lk_tokenizer_size(tokenizer), g->size);
  return write(tokenizer, output);
}

static lk_status train(lk_world *world, const lk_words *words, given *g) {
  const char *output = words->words[words->count - 1];
  lk_bpe_training how;
  lk_tokenizer *tokenizer = NULL;
  lk_inputs inputs = {0};
  lk_status status = take(g, &how);
  for (int i = 1; i + 1 < words->count && status == LK_OK; i++)
    status = lk_inputs_add(&inputs, words->words[i]);
  status = lk_world_agree(world, status);
  if (status == LK_OK)
    status = lk_arguments_outputs(world, output, NULL, (const char *const *)inputs.paths,
                                  (int)inputs.count);
  if (status == LK_OK)
    status = lk_prepare_train(world, &inputs, output, &g->prepare, &how, &tokenizer);
  if (status == LK_OK)
    status = lk_world_agree(world, tokenizer ? tell(tokenizer, g, output) : LK_OK);
  lk_tokenizer_free(tokenizer);
  lk_inputs_free(&inputs);
  return status;
}

static lk_status parse(const lk_world *world, int argc, char **argv, given *g,
                       lk_words *words) {
  lk_prepare_options *o = &g->prepare;
  const lk_option options[] = {
      {"size", 0, LK_OPTION_COUNT, &g->size, "N", "of `train`: ids in all (32768)",
       LK_BPE_LEAST, LK_MOST_IDS / 2},
      {"pattern", 0, LK_OPTION_TEXT, &g->pattern, "NAME",
       "of `train`: how texts are cut into pieces: as those of gpt2 (the default), cl100k "
       "or qwen2 are"},
      {"digits", 0, LK_OPTION_FLAG, &g->digits, "", "of `train`: each digit is a piece"},
      {"unspaced", 0, LK_OPTION_FLAG, &g->unspaced, "",
       "of `train`: each character of scripts without blanks (Han, kana, Thai, Lao, "
       "Tibetan, Burmese, Khmer) is a piece"},
      {"nfc", 0, LK_OPTION_FLAG, &o->composes, "",
       "of `train`: compose characters (Unicode's NFC); always for dumps"},
      {"documents", 0, LK_OPTION_TEXT, &g->documents, "WHAT",
       "of plain text: line, blank-line or file, as for prepare"},
      {"field", 0, LK_OPTION_TEXT, &o->dump.field, "NAME",
       "of JSON lines: the text (text)"},
      {"threads", 0, LK_OPTION_COUNT, &g->threads, "N",
       "threads of each rank (its share of the cores)", 1, 1024}};
  return lk_arguments_parse(world, argc, argv, options, sizeof options / sizeof *options, 3,
                            LK_WORDS_MOST, words);
}

lk_status lk_cli_tokenizer(lk_world *world, int argc, char **argv) {
  lk_words words;
  given g = {.prepare = lk_prepare_defaults(),
             .pattern = "gpt2",
             .documents = "line",
             .size = 32768,
             .threads = lk_arguments_cores(world)};
  LK_TRY(parse(world, argc, argv, &g, &words));
  if (words.help) return LK_OK;
  const char *action = words.words[0], *output = words.words[words.count - 1];
  int trains = !strcmp(action, "train");
  if (!trains && strcmp(action, "import") && strcmp(action, "export"))
    return lk_fail(LK_USAGE, "tokenizer: train, import or export is needed, not '%s'",
                   action);
  if (trains) return train(world, &words, &g);
  LK_TRY(lk_arguments_outputs(world, output, NULL, (const char *const *)words.words + 1,
                              words.count - 2));
  return lk_world_agree(world, lk_world_rank(world) == 0 ? convert(&words) : LK_OK);
}

/* The commands that make data: synth and prepare. Rank 0 works, the others learn how it
 * went. */
#include "cli/command.h"
#include "lockstep/file.h"
#include "lockstep/store.h"
#include "lockstep/synth.h"
#include "lockstep/visible.h"
#include <stdio.h>

lk_status lk_cli_synth(lk_world *world, int argc, char **argv) {
  long people = 300, questions = 200, seed = 1;
  const lk_option options[] = {
      {"people", 0, LK_OPTION_INT, &people, "N", "biographies to invent (300)"},
      {"questions", 0, LK_OPTION_INT, &questions, "N",
       "people asked about in the training questions (200); the rest are dev and test"},
      {"seed", 0, LK_OPTION_COUNT, &seed, "N", "another seed, another data set (1)"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 3, 1, 1, &words));
  if (words.help) return LK_OK;
  lk_synth synth = {(int)people, (int)questions, (uint64_t)seed};
  return lk_world_agree(
      world, lk_world_rank(world) == 0 ? lk_synth_write(words.words[0], &synth) : LK_OK);
}

static void print_facts(const char *path, const lk_corpus *corpus) {
  lk_print_visible(path, "");
  printf(": %llu characters, %llu documents, vocabulary %d\n",
         (unsigned long long)corpus->characters, (unsigned long long)corpus->documents,
         lk_tokenizer_size(corpus->tokenizer));
}

/* The whole of a text; a tokenizer that learns does so from it. */
static lk_status read_text(lk_corpus **corpus, const char *text, const char *kind,
                           int nfc) {
  const lk_slice whole = {1, 0, 1};
  lk_tokenizer *tokenizer;
  if (lk_tokenizer_learns(kind))
    return nfc ? lk_corpus_read_composed(corpus, text)
               : lk_corpus_read_text(corpus, text, NULL, whole);
  LK_TRY(lk_tokenizer_create(&tokenizer, kind, nfc));
  lk_status status = lk_corpus_read_text(corpus, text, tokenizer, whole);
  lk_tokenizer_free(tokenizer);
  return status;
}

static lk_status prepare(const char *text, const char *path, const char *kind, int nfc) {
  lk_corpus *corpus = NULL;
  LK_TRY(read_text(&corpus, text, kind, nfc));
  lk_clean_say(lk_file_name(text), &corpus->left_out);
  lk_status status = lk_corpus_write_hdf5(path, corpus);
  if (status == LK_OK) print_facts(path, corpus);
  lk_corpus_free(corpus);
  return status;
}

lk_status lk_cli_prepare(lk_world *world, int argc, char **argv) {
  int nfc = 0;
  const char *kind = "characters";
  const lk_option options[] = {
      {"tokenizer", 0, LK_OPTION_TEXT, &kind, "KIND",
       "what tokens are: characters, those of the text (the default), or bytes"},
      {"nfc", 0, LK_OPTION_FLAG, &nfc, "",
       "compose characters (Unicode's NFC), here and in whatever the model is asked"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 2, 2, 2, &words));
  if (words.help) return LK_OK;
  LK_TRY(lk_arguments_outputs(world, words.words[1], NULL, (const char *const *)words.words,
                              1));
  return lk_world_agree(world, lk_world_rank(world) == 0
                                   ? prepare(words.words[0], words.words[1], kind, nfc)
                                   : LK_OK);
}

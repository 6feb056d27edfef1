#include "cli/command.h"
#include "lockstep/evaluate.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "lockstep/watchdog.h"
#include <math.h>
#include <stdio.h>

/* A mean of nothing, of a document of one character, is a dash. */
static void print_mean(const lk_document_score *score) {
  if (score->characters > 0)
    printf("\t%.6f", score->nats / score->characters);
  else
    printf("\t-");
}

/* The last line adds up all documents: nats a character, and the perplexity that is its
 * power. */
static void print_scores(const lk_document_score *scores, uint64_t count) {
  lk_document_score sum = {0, 0};
  for (uint64_t i = 0; i < count; i++) {
    printf("%llu", (unsigned long long)i + 1);
    print_mean(&scores[i]);
    printf("\n");
    sum.nats += scores[i].nats;
    sum.characters += scores[i].characters;
  }
  printf("total");
  print_mean(&sum);
  if (sum.characters > 0) printf("\tperplexity %.4f", exp(sum.nats / sum.characters));
  printf("\tcharacters %.0f\n", sum.characters);
}

static lk_status score(lk_world *world, const lk_trained *trained,
                       const lk_corpus *corpus) {
  lk_document_score *scores = NULL;
  lk_watchdog *watchdog = lk_world_watchdog(world);
  lk_status status = lk_world_agree(world, LK_NEW(scores, corpus->documents));
  lk_watchdog_phase(watchdog, 0, "scoring documents", LK_COMPUTES);
  if (status == LK_OK) status = lk_score_documents(world, trained, corpus, scores);
  lk_watchdog_phase(watchdog, 0, "writing the scores", LK_USES_FILES);
  if (status == LK_OK && lk_world_rank(world) == 0) print_scores(scores, corpus->documents);
  lk_free(scores);
  return status;
}

static const lk_slice whole = {1, 0, 1};

/* All ranks: a pipe, which can only be a text, has its bytes for rank 0 alone. */
static lk_status read_pipe(lk_world *world, const char *path, const lk_tokenizer *tokenizer,
                           lk_corpus **corpus) {
  char *text;
  size_t size;
  LK_TRY(lk_file_share(world, path, &text, &size));
  lk_status status =
      lk_corpus_parse_text(corpus, text, size, lk_file_name(path), tokenizer, whole);
  lk_free(text);
  return lk_world_agree(world, status);
}

static lk_status read_corpus(lk_world *world, const char *path,
                             const lk_tokenizer *tokenizer, lk_corpus **corpus) {
  int pipe = lk_world_rank(world) == 0 && lk_file_is_pipe(path);
  LK_TRY(lk_world_any(world, pipe, &pipe));
  if (pipe) return read_pipe(world, path, tokenizer, corpus);
  return lk_world_agree(world, lk_corpus_read(corpus, path, tokenizer, whole));
}

lk_status lk_cli_score(lk_world *world, int argc, char **argv) {
  lk_words words;
  lk_trained trained = {0};
  lk_corpus *corpus = NULL;
  LK_TRY(lk_arguments_parse(world, argc, argv, NULL, 0, 2, 2, &words));
  if (words.help) return LK_OK;
  LK_TRY(lk_world_agree(world, lk_file_check_apart(words.words[0], words.words[1])));
  lk_status status = lk_trained_load(world, words.words[0], &trained);
  if (status == LK_OK)
    status = read_corpus(world, words.words[1], trained.tokenizer, &corpus);
  if (status == LK_OK && lk_world_rank(world) == 0)
    lk_clean_say(lk_file_name(words.words[1]), &corpus->left_out);
  if (status == LK_OK) status = score(world, &trained, corpus);
  lk_corpus_free(corpus);
  lk_trained_clear(&trained);
  return status;
}

#include "cli/command.h"
#include "lockstep/evaluate.h"
#include "lockstep/share.h"
#include "lockstep/watchdog.h"
#include <math.h>
#include <stdio.h>

/* The last line adds up all documents: nats a character, and the perplexity that is its
 * power. */
static void print_scores(const lk_document_score *scores, uint64_t count) {
  double nats = 0, characters = 0;
  for (uint64_t i = 0; i < count; i++) {
    printf("%llu\t%.6f\n", (unsigned long long)i + 1,
           scores[i].nats / scores[i].characters);
    nats += scores[i].nats;
    characters += scores[i].characters;
  }
  printf("total\t%.6f\tperplexity %.4f\tcharacters %.0f\n", nats / characters,
         exp(nats / characters), characters);
}

static lk_status score(lk_world *world, const lk_checkpoint *checkpoint,
                       const lk_corpus *corpus) {
  lk_document_score *scores = NULL;
  lk_watchdog *watchdog = lk_world_watchdog(world);
  lk_status status = lk_world_agree(world, LK_NEW(scores, corpus->documents));
  lk_watchdog_phase(watchdog, 0, "scoring documents", LK_COMPUTES);
  if (status == LK_OK) status = lk_score_documents(world, checkpoint, corpus, scores);
  lk_watchdog_phase(watchdog, 0, "writing the scores", LK_USES_FILES);
  if (status == LK_OK && lk_world_rank(world) == 0) print_scores(scores, corpus->documents);
  lk_free(scores);
  return status;
}

lk_status lk_cli_score(lk_world *world, int argc, char **argv) {
  lk_words words;
  lk_checkpoint *checkpoint = NULL;
  lk_corpus *corpus = NULL;
  const lk_slice whole = {1, 0, 1};
  LK_TRY(lk_arguments_parse(world, argc, argv, NULL, 0, 2, 2, &words));
  if (words.help) return LK_OK;
  lk_status status = lk_checkpoint_load(world, words.words[0], &checkpoint);
  if (status == LK_OK)
    status = lk_world_agree(
        world, lk_corpus_read(&corpus, words.words[1], checkpoint->vocabulary, whole));
  if (status == LK_OK) status = score(world, checkpoint, corpus);
  lk_corpus_free(corpus);
  lk_checkpoint_free(checkpoint);
  return status;
}

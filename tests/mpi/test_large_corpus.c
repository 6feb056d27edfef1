/* What a rank holds does not grow with the corpus, neither where it is written nor where
 * it is trained on. ranks: 2 */
#include "check.h"
#include "lockstep/characters.h"
#include "lockstep/dataset.h"
#include "lockstep/memory.h"
#include "lockstep/store.h"
#include "lockstep/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LETTERS = 26, DOCUMENTS = 50000, LENGTH = 2000, SHARDS = 8, STEPS = 40 };

/* Bytes: of the corpus, and what a rank may take more than before. */
enum { CORPUS = 2 * DOCUMENTS * LENGTH, MOST = 32 << 20 };

static lk_status add_documents(lk_corpus_writer *w) {
  static lk_token tokens[LENGTH];
  for (uint32_t d = 0; d < DOCUMENTS; d++) {
    for (uint32_t i = 0; i < LENGTH; i++)
      tokens[i] = 2 + (d + i * i) % LETTERS;
    LK_TRY(lk_corpus_writer_add(w, tokens, LENGTH - d % 7, 0));
  }
  return LK_OK;
}

static lk_status write_corpus(const char *path) {
  const lk_corpus_facts facts = {.characters = (uint64_t)DOCUMENTS * LENGTH};
  uint32_t letters[LETTERS];
  lk_corpus_form form = {0};
  lk_tokenizer *tokenizer;
  lk_corpus_writer *w;
  for (uint32_t i = 0; i < LETTERS; i++)
    letters[i] = 'a' + i;
  LK_TRY(lk_characters_create(&tokenizer, letters, LETTERS, 0));
  form.tokenizer = tokenizer;
  lk_status status = lk_corpus_writer_create(&w, path, &form);
  lk_tokenizer_free(tokenizer);
  LK_TRY(status);
  status = add_documents(w);
  if (status == LK_OK) return lk_corpus_writer_finish(w, &facts);
  lk_corpus_writer_discard(w);
  return status;
}

/* Examples of some steps of all shards that this rank owns, in the order of training. */
static void draw(lk_dataset *dataset, int first, int count, lk_example *example) {
  for (uint64_t step = 0; step < STEPS; step++)
    for (int shard = first; shard < first + count; shard++) {
      int examples = lk_dataset_select(dataset, step, shard);
      CHECK(examples > 0);
      for (int i = 0; i < examples; i++) {
        lk_dataset_example(dataset, i, example);
        CHECK(example->length > 0);
      }
    }
  CHECK(lk_dataset_status(dataset) == LK_OK);
}

static void train_on(const char *path) {
  char corpus[64];
  char *arguments[] = {corpus, "shards=8", "batch_size=64", "model.block=128"};
  int first = 0, count = 0;
  lk_config *config;
  lk_dataset *dataset = NULL;
  lk_example example = {0};
  snprintf(corpus, sizeof corpus, "corpus=%s", path);
  CHECK(lk_config_read(&config, NULL, 4, arguments) == LK_OK);
  CHECK(lk_world_shards(world, SHARDS, &first, &count) == LK_OK);
  CHECK(LK_NEW(example.tokens, 129) == LK_OK);
  CHECK(lk_dataset_open(&dataset, world, config,
                        lk_objective_choose(config, lk_task_guess(config)), NULL,
                        (lk_slice){SHARDS, first, count}) == LK_OK);
  if (lk_world_agree(world, dataset ? LK_OK : LK_INTERNAL) == LK_OK) {
    CHECK(lk_dataset_settle(dataset, world) == LK_OK);
    draw(dataset, first, count, &example);
  }
  lk_dataset_close(dataset);
  lk_free(example.tokens);
  lk_config_free(config);
}

static void check_memory(const char *what, uint64_t before) {
  uint64_t more = lk_peak_memory() - before;
  printf("rank %d: %s a corpus of %d MB took %llu MB\n", lk_world_rank(world), what,
         CORPUS >> 20, (unsigned long long)more >> 20);
  CHECK(more < MOST);
}

int main(int argc, char **argv) {
  char path[] = "/tmp/lockstep-large-XXXXXX";
  if (lk_world_create(&world, &argc, &argv) != LK_OK) return 1;
  int place = lk_world_rank(world) ? -1 : mkstemp(path);
  CHECK(lk_world_rank(world) || place >= 0);
  CHECK(lk_world_broadcast(world, path, sizeof path) == LK_OK);
  uint64_t before = lk_peak_memory();
  CHECK(lk_world_agree(world, lk_world_rank(world) ? LK_OK : write_corpus(path)) == LK_OK);
  check_memory("writing", before);
  before = lk_peak_memory();
  train_on(path);
  check_memory("training on", before);
  CHECK(lk_world_agree(world, LK_OK) == LK_OK);
  if (place >= 0) unlink(path);
  if (place >= 0) close(place);
  lk_world_free(world);
  return failures != 0;
}

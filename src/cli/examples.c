#include "cli/command.h"
#include "lockstep/dataset.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/visible.h"
#include <limits.h>
#include <stdio.h>

/* Input over target as the model sees them, padded to the block; rows without loss show a
 * pad. */
static lk_status print_example(const lk_tokenizer *tokenizer, const lk_example *example,
                               size_t block, lk_token *row) {
  for (int target = 0; target < 2; target++) {
    char *text = NULL;
    for (size_t i = 0; i < block; i++) {
      int inside = i + 1 < example->length && (!target || i >= example->first_target);
      row[i] = inside ? example->tokens[i + (size_t)target] : lk_tokenizer_pad(tokenizer);
    }
    LK_TRY(lk_tokenizer_decode(tokenizer, row, block, &text));
    fputs(target ? "target " : "input  ", stdout);
    lk_print_line(text);
    lk_free(text);
  }
  printf("\n");
  return LK_OK;
}

/* Documents and their tokens are counted from 1, as `text` does. */
static void print_window(const lk_dataset *dataset, int i) {
  lk_place place;
  const char *path;
  if (!lk_dataset_find(dataset, i, &place, &path)) return;
  printf("window document %llu of ", (unsigned long long)place.window.document + 1);
  fputs(path, stdout);
  printf(", tokens %zu to %zu\n", place.window.first + 1,
         place.window.first + place.window.count);
}

/* The first examples of training: step after step, shard after shard. */
static lk_status print_examples(lk_dataset *dataset, const lk_config *config, long number) {
  size_t block = (size_t)config->model_block;
  lk_example example = {0};
  lk_token *row = NULL;
  lk_status status = LK_NEW(example.tokens, block + 1);
  if (status == LK_OK) status = LK_NEW(row, block);
  for (uint64_t step = 0; number > 0 && status == LK_OK && !ferror(stdout); step++)
    for (int shard = 0; shard < (int)config->shards; shard++) {
      int count = lk_dataset_select(dataset, step, shard);
      for (int i = 0; i < count && number > 0 && status == LK_OK; i++, number--) {
        lk_dataset_example(dataset, i, &example);
        status = lk_dataset_status(dataset);
        if (status == LK_OK) print_window(dataset, i);
        if (status == LK_OK)
          status = print_example(lk_dataset_tokenizer(dataset), &example, block, row);
      }
    }
  lk_free(row);
  lk_free(example.tokens);
  return status;
}

static lk_status examples(const lk_config *config, long number) {
  lk_dataset *dataset = NULL;
  LK_TRY(lk_dataset_open(&dataset, NULL, config,
                         lk_objective_choose(config, lk_task_guess(config)), NULL,
                         (lk_slice){(int)config->shards, 0, (int)config->shards}));
  lk_dataset_say_left_out(dataset);
  lk_status status = lk_dataset_settle(dataset, NULL);
  if (status == LK_OK) status = print_examples(dataset, config, number);
  lk_dataset_close(dataset);
  return status;
}

/* A pipe can give one of them. */
static lk_status check_apart(const lk_words *words, const lk_config *c) {
  const char *const others[] = {words->words[0], c->questions};
  lk_config_corpus *corpora;
  size_t count;
  LK_TRY(lk_file_check_apart(others[0], others[1]));
  LK_TRY(lk_config_corpora(c, &corpora, &count));
  lk_status status = LK_OK;
  for (size_t i = 0; i < count && status == LK_OK; i++) {
    for (size_t o = 0; o < 2 && status == LK_OK; o++)
      status = lk_file_check_apart(corpora[i].file, others[o]);
    for (size_t o = 0; o < i && status == LK_OK; o++)
      status = lk_file_check_apart(corpora[i].file, corpora[o].file);
  }
  lk_free(corpora);
  return status;
}

lk_status lk_cli_examples(lk_world *world, int argc, char **argv) {
  long number = 4;
  const lk_option options[] = {{"number", 'n', LK_OPTION_COUNT, &number, "N",
                                "how many (4); questions when the config has them, unless "
                                "for objective.spans; else corruption"}};
  lk_words words;
  lk_config *config = NULL;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 1, 1, INT_MAX, &words));
  if (words.help) return LK_OK;
  lk_status status = lk_arguments_config(world, &words, &config);
  if (status == LK_OK) status = lk_world_agree(world, check_apart(&words, config));
  if (status == LK_OK)
    status =
        lk_world_agree(world, lk_world_rank(world) == 0 ? examples(config, number) : LK_OK);
  lk_config_free(config);
  return status;
}
